use std::io::{BufReader, Read};

use evenkeel_domain::{
    Entry, Event, Timestamp,
    evidence::{Agent, Evidence, EvidenceOutcome},
    id::{EvidenceId, IncidentId},
};
use evenkeel_engine::chain::{self, GENESIS};
use serde_json::{Value, json};

use super::{format::digest, *};

const SECRET: &str = "the password=hunter2 of ann@ours.test";

fn incident() -> IncidentId {
    IncidentId::from_parts(0, 1)
}

fn noted(text: &str) -> Event {
    Event::Noted { agent: Agent::Planner, text: text.into() }
}

fn evidence(number: u128, answer: &str) -> Event {
    Event::EvidenceRecorded {
        evidence: Box::new(Evidence {
            id: EvidenceId::from_parts(0, number),
            agent: Agent::Metrics,
            server: "prometheus".into(),
            tool: "query".into(),
            arguments: json!({ "z": 1, "a": [0.1, 1e-7, 12_345_678_901_234_567_890_u64] }),
            started_at: Timestamp::UNIX_EPOCH,
            duration_ms: 1,
            outcome: EvidenceOutcome::Answered {
                bytes: answer.len() as u64,
                sha256: digest(answer),
                summary: "one series".into(),
            },
        }),
    }
}

/// Plain records, a redacted one, and two texts of which one is redacted.
fn sample() -> (Vec<Entry>, Vec<(EvidenceId, String)>) {
    let (plain, secret) = ("{\"up\":1}".to_owned(), format!("log: {SECRET}"));
    let events =
        vec![noted("one"), noted(SECRET), evidence(1, &plain), evidence(2, &secret), noted("end")];
    let entries = chain::chain(incident(), 0, GENESIS, Timestamp::UNIX_EPOCH, events).unwrap();
    let texts = vec![(EvidenceId::from_parts(0, 1), plain), (EvidenceId::from_parts(0, 2), secret)];
    (entries, texts)
}

fn written() -> Vec<String> {
    let (entries, texts) = sample();
    let write = |header: Option<&Header>| {
        let mut encoder = Encoder::new();
        let mut lines = Vec::new();
        if let Some(header) = header {
            lines.push(encoder.header(header).unwrap());
        }
        lines.extend(entries.iter().map(|entry| encoder.record(entry).unwrap()));
        for (id, text) in &texts {
            lines.push(encoder.text(*id, text.clone()).unwrap());
        }
        let redacted = encoder.redacted();
        lines.push(encoder.end().unwrap());
        (lines, redacted)
    };
    let header = Header {
        format: FORMAT,
        evenkeel: "0.1.0".into(),
        incident: incident(),
        exported_at: Timestamp::UNIX_EPOCH,
        head: Head { seq: 5, hash: entries[4].hash.clone() },
        records: 5,
        texts: 2,
        redacted: write(None).1,
    };
    write(Some(&header)).0
}

fn read(lines: &[String]) -> Result<(Vec<Piece>, Vec<u64>), CaseError> {
    let text = lines.concat();
    let mut reader = CaseReader::open(text.as_bytes())?;
    let mut pieces = Vec::new();
    while let Some(piece) = reader.next()? {
        pieces.push(piece);
    }
    assert!(reader.next()?.is_none(), "the end stays the end");
    Ok((pieces, reader.unchecked().to_vec()))
}

/// Changes one line and writes an end that fits, as a forger would.
fn forged(index: usize, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut lines = written();
    let mut line: Value = serde_json::from_str(&lines[index]).unwrap();
    change(&mut line);
    lines[index] = format!("{line}\n");
    sealed(lines)
}

fn sealed(mut lines: Vec<String>) -> Vec<String> {
    lines.pop();
    let end = json!({ "line": "end", "lines": lines.len(), "sha256": digest(&lines.concat()) });
    lines.push(format!("{end}\n"));
    lines
}

fn refusal(lines: &[String]) -> String {
    read(lines).expect_err("the file is refused").sentence()
}

#[test]
fn what_is_written_is_read_and_nothing_secret_is_in_it() {
    let lines = written();
    let all = lines.concat();
    assert!(!all.contains("hunter2") && !all.contains("ann@ours.test"), "{all}");
    let header: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(header["redacted"], json!({ "password": 2, "email": 2 }));
    let (pieces, unchecked) = read(&lines).unwrap();
    assert_eq!(unchecked, [2], "the redacted record is named");
    let (entries, texts) = sample();
    for (piece, entry) in pieces.iter().zip(&entries) {
        let Piece::Record(read) = piece else { panic!("{piece:?}") };
        assert_eq!((read.seq, &read.hash), (entry.seq, &entry.hash));
        assert_eq!(read.seq == 2, **read != *entry, "only what is redacted differs");
    }
    let clean = "log: the password=[redacted] of person-1@redacted.invalid";
    assert_eq!(pieces[5], Piece::Text(texts[0].0, texts[0].1.clone()));
    assert_eq!(pieces[6], Piece::Text(texts[1].0, clean.into()));
}

#[test]
fn i3_a_changed_record_is_named() {
    let change = |index: usize, field: &str, value: Value| {
        refusal(&forged(index, |line| line[field] = value))
    };
    let other = serde_json::to_value(noted("other")).unwrap();
    assert!(change(1, "event", other.clone()).starts_with("record 1 is not what was recorded"));
    assert!(change(3, "at", json!("2026-01-01T00:00:00Z")).starts_with("record 3 is not"));
    assert!(change(5, "hash", json!(GENESIS)).starts_with("record 5 is not"));
    assert!(change(2, "event", other).starts_with("record 2 is not"), "though it is redacted");
    assert!(
        change(2, "hash", json!(GENESIS)).starts_with("record 3 is not"),
        "its link is checked"
    );
    let mut swapped = written();
    swapped.swap(1, 2);
    assert!(refusal(&sealed(swapped)).starts_with("record 1 is not"));
    let mut removed = written();
    removed.remove(3);
    assert!(refusal(&sealed(removed)).starts_with("record 3 is not"));
}

#[test]
fn a_changed_text_header_or_tail_is_found() {
    let text = refusal(&forged(6, |line| line["text"] = json!("{\"up\":0}")));
    assert!(text.starts_with("the text of evidence"), "{text}");
    let digest_too = |index| {
        forged(index, |line| {
            line["text"] = json!("other");
            line["sha256"] = json!(digest("other"));
        })
    };
    assert!(refusal(&digest_too(6)).starts_with("the text of evidence"));
    assert!(read(&digest_too(7)).is_ok(), "of a redacted text only the file's own digest is known");
    let shorter = forged(0, |line| line["records"] = json!(4));
    assert!(refusal(&shorter).contains("records are missing"));

    let whole = written();
    let mut cut = whole.clone();
    cut.pop();
    assert!(refusal(&cut).contains("not whole"));
    let mut halved = whole.clone();
    let half = halved[3].len() / 2;
    halved[3].truncate(half);
    assert!(refusal(&halved[..4]).starts_with("line 4 cannot be understood"));
    let mut tail = whole.clone();
    tail.remove(5);
    assert!(refusal(&sealed(tail)).contains("records are missing"), "the last record is missed");
    let mut texts = whole.clone();
    texts.remove(7);
    assert!(refusal(&sealed(texts)).contains("texts are missing"));
    let mut unsealed = whole.clone();
    unsealed[0] = unsealed[0].replace("0.1.0", "0.1.1");
    assert!(refusal(&unsealed).contains("was changed"));
    let mut more = whole;
    more.push("{}\n".into());
    assert!(refusal(&more).contains("follows its end"));
}

#[test]
fn what_a_newer_version_wrote_is_refused_in_so_many_words() {
    let newer = refusal(&forged(0, |line| line["format"] = json!(2)));
    assert_eq!(newer, "the file is of format 2; this version of Evenkeel reads format 1");

    // A whole file whose second record is of a kind that is not known.
    let mut lines = written();
    let first: Value = serde_json::from_str(&lines[1]).unwrap();
    let first = first["hash"].as_str().unwrap();
    let event = json!({ "event": "teleported", "to": "moon" });
    let hash = chain::link(first, incident(), 2, Timestamp::UNIX_EPOCH, &event.to_string());
    let line = json!({ "line": "record", "seq": 2, "at": Timestamp::UNIX_EPOCH, "prev": first,
                       "hash": hash, "event": event });
    lines[2] = format!("{line}\n");
    let said = refusal(&sealed(lines));
    assert!(said.starts_with("record 2 is `teleported`, which this version"), "{said}");
    assert!(said.contains("written by version 0.1.0"), "{said}");
}

#[test]
fn hostile_files_are_refused_without_being_taken_in() {
    for nonsense in ["", "\n", "{}", "PK\u{3}\u{4}", "{\"line\":\"record\"}\n"] {
        assert!(matches!(CaseReader::open(nonsense.as_bytes()), Err(CaseError::NotACase)));
    }
    let endless = BufReader::new(std::io::repeat(b'{').take(u64::MAX));
    assert!(matches!(CaseReader::open(endless), Err(CaseError::NotACase)));
    let header = written().remove(0);
    let endless = header.as_bytes().chain(std::io::repeat(b'['));
    let refused = CaseReader::open(BufReader::new(endless)).unwrap().next();
    assert!(matches!(refused, Err(CaseError::TooLong { line: 2, .. })), "{refused:?}");
    let deep = format!("{header}{}\n", "[".repeat(100_000));
    let refused = CaseReader::open(deep.as_bytes()).unwrap().next();
    assert!(matches!(refused, Err(CaseError::Malformed { line: 2, .. })), "{refused:?}");
}

/// Lines that are made when they are read, so that the file is never anywhere as a whole.
struct Lazy<I> {
    lines: I,
    line: std::io::Cursor<Vec<u8>>,
}

impl<I: Iterator<Item = String>> Read for Lazy<I> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.line.read(buffer)? {
                0 => match self.lines.next() {
                    Some(line) => self.line = std::io::Cursor::new(line.into_bytes()),
                    None => return Ok(0),
                },
                read => return Ok(read),
            }
        }
    }
}

/// A figure of this process from the kernel, in bytes.
fn memory(figure: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(figure)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024
}

#[test]
fn a_file_of_fifty_megabytes_is_read_line_by_line() {
    const TEXTS: usize = 50;
    let answer = "0123456789abcdef".repeat(64 * 1024);
    let sha256 = digest(&answer);
    let answers = (0..TEXTS).map(|n| {
        let mut event = evidence(n as u128, "");
        let Event::EvidenceRecorded { evidence } = &mut event else { panic!() };
        evidence.outcome = EvidenceOutcome::Answered {
            bytes: answer.len() as u64,
            sha256: sha256.clone(),
            summary: String::new(),
        };
        event
    });
    let entries =
        chain::chain(incident(), 0, GENESIS, Timestamp::UNIX_EPOCH, answers.collect()).unwrap();
    let header = Header {
        format: FORMAT,
        evenkeel: "0.1.0".into(),
        incident: incident(),
        exported_at: Timestamp::UNIX_EPOCH,
        head: Head { seq: TEXTS as u64, hash: entries.last().unwrap().hash.clone() },
        records: TEXTS as u64,
        texts: TEXTS as u64,
        redacted: [].into(),
    };
    let mut encoder = Encoder::new();
    let mut start = vec![encoder.header(&header).unwrap()];
    start.extend(entries.iter().map(|entry| encoder.record(entry).unwrap()));
    let text = |n: usize| {
        let line = json!({ "line": "text", "evidence": EvidenceId::from_parts(0, n as u128),
                           "redacted": false, "sha256": sha256, "text": answer });
        format!("{line}\n")
    };
    let mut all = <sha2::Sha256 as sha2::Digest>::new();
    for line in start.iter().cloned().chain((0..TEXTS).map(text)) {
        sha2::Digest::update(&mut all, line);
    }
    let end = json!({ "line": "end", "lines": 1 + 2 * TEXTS,
                      "sha256": hex::encode(sha2::Digest::finalize(all)) });
    let end = format!("{end}\n");
    let lines = start.into_iter().chain((0..TEXTS).map(text)).chain([end]);

    let before = memory("VmHWM");
    let lazy = Lazy { lines, line: std::io::Cursor::default() };
    let mut reader = CaseReader::open(BufReader::new(lazy)).unwrap();
    let mut bytes = 0;
    while let Some(piece) = reader.next().unwrap() {
        if let Piece::Text(_, text) = piece {
            bytes += text.len();
        }
    }
    assert_eq!(bytes, TEXTS * 1024 * 1024);
    let more = memory("VmHWM") - before;
    assert!(more < 20 * 1024 * 1024, "reading took {more} bytes");
}
