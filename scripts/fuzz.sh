#!/usr/bin/env bash
# Feeds each fuzz target for so many seconds (60): scripts/fuzz.sh [seconds] [target…]. Needs a C++ compiler, for libFuzzer
# itself. What was found lies in fuzz/artifacts/<target>; a corpus grows in fuzz/corpus/<target>.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds="${1:-60}"
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for file in fuzz_targets/*.rs; do
    name="${file##*/}"
    targets+=("${name%.rs}")
  done
fi
# A folder of its own: the same crates, differently compiled.
export CARGO_TARGET_DIR="${FUZZ_TARGET_DIR:-$PWD/target}"
RUSTC_WRAPPER="$PWD/instrument" "${CARGO:-cargo}" build --locked --bins
failed=0
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target" "artifacts/$target"
  (cd .. && "${CARGO:-cargo}" run --locked --quiet -p evenkeel-fuzzing --example seeds -- "$target" "fuzz/corpus/$target")
  echo "== $target"
  # 4 KiB reaches every branch; a call may take no longer than five seconds.
  log="artifacts/$target.log"
  "$CARGO_TARGET_DIR/debug/$target" "corpus/$target" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
    -rss_limit_mb=2048 -artifact_prefix="artifacts/$target/" -print_final_stats=1 >"$log" 2>&1 || failed=1
  grep -E -A3 "ERROR|panicked|SUMMARY|DONE|stat::number_of|stat::average|Test unit written" "$log" || true
done
exit "$failed"
