#!/usr/bin/env python3
"""Makes words.bin from the weights and the tokenizer in the PyPI package wordllama (MIT, see LICENSE.wordllama).

    pip download wordllama==0.4.0.post1 --no-deps && python3 make-table.py wordllama-*.whl 64 words.bin

Standard library only. The weights' first N columns are a model of their own (they were trained so), each row is scaled
to 8 bits. The merges of the tokenizer are not kept: a pair merges where its concatenation is a token, tokens with a
smaller number first. This script fails if that is not what the tokenizer's own list says.

words.bin, little endian: "EVKT", u16 version 1, u16 columns, u32 tokens n; 256 rows' worth of byte tokens come first,
then n rows sorted by their text. u16 number[n]; u32 offset[n + 1]; text; f32 scale[256 + n]; i8 row[256 + n][columns].
A space is written where the tokenizer has U+2581.
"""

import array
import json
import struct
import sys
import zipfile

MARK = "\u2581"


def main(wheel, columns, out):
    archive = zipfile.ZipFile(wheel)
    config = json.loads(archive.read("wordllama/tokenizers/l2_supercat_tokenizer_config.json"))
    raw = archive.read("wordllama/weights/l2_supercat_256.safetensors")
    (length,) = struct.unpack("<Q", raw[:8])
    shape = json.loads(raw[8 : 8 + length])["embedding.weight"]
    assert shape["dtype"] == "F16" and shape["shape"] == [32000, 256], shape
    weights = raw[8 + length :]
    vocabulary = config["model"]["vocab"]
    check(config["model"]["merges"], vocabulary)

    bytes_first = [vocabulary[f"<0x{byte:02X}>"] for byte in range(256)]
    # Runs of spaces never occur: the reader splits at them.
    special = set(bytes_first) | {0, 1, 2} | {vocabulary[token] for token in vocabulary if MARK in token[1:]}
    assert not any(" " in token for token in vocabulary)
    texts = sorted(
        (token.replace(MARK, " ").encode(), number)
        for token, number in vocabulary.items()
        if number not in special
    )
    numbers = struct.pack(f"<{len(texts)}H", *(number for _, number in texts))
    offsets, text = [0], b""
    for token, _ in texts:
        text += token
        offsets.append(len(text))
    scales, rows = [], array.array("b")
    for number in bytes_first + [number for _, number in texts]:
        row = struct.unpack_from("<256e", weights, number * 512)[:columns]
        top = max(abs(value) for value in row)
        scale = top / 127 if top else 1.0
        scales.append(scale)
        rows.extend(round(value / scale) for value in row)
    with open(out, "wb") as file:
        file.write(struct.pack("<4sHHI", b"EVKT", 1, columns, len(texts)))
        file.write(numbers)
        file.write(struct.pack(f"<{len(offsets)}I", *offsets))
        file.write(text)
        file.write(struct.pack(f"<{len(scales)}f", *scales))
        file.write(rows.tobytes())


def check(merges, vocabulary):
    """The list of merges is: each token in the order of its number, by every pair of tokens that makes it."""
    last, seen = 0, set()
    for merge in merges:
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        number = vocabulary[left + right]
        if MARK in (left + right)[1:]:
            continue
        assert number >= last, (left, right)
        last = number
        seen.add((left, right))
    for token in vocabulary:
        for cut in range(1, len(token)):
            pair = (token[:cut], token[cut:])
            if pair[0] in vocabulary and pair[1] in vocabulary and MARK not in token[1:]:
                assert pair in seen, pair


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
