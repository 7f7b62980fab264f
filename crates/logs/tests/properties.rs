//! What holds for any input: nothing panics, memory stays bounded, no line is lost from the counts.
//!
//! Inputs are drawn from a seeded generator, so a failure names the seed that shows it again.

use evenkeel_logs::join::{self, Joiner};
use evenkeel_logs::line;
use evenkeel_logs::mine::{Config, Line, Miner, Template, Window};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngCore as _, SeedableRng as _};

/// Pieces that readers look for, so that random lines get past the first comparison.
const PIECES: &[&str] = &[
    "{\"msg\":\"",
    "\"}",
    "{",
    "}",
    "level=",
    "msg=\"",
    "\"",
    "\\",
    "=",
    " ",
    "  ",
    "\t",
    ":",
    "::",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "<34>1 ",
    "E0501 10:20:30.000000 7 x.go:1] ",
    "2024-05-01T10:20:30Z",
    "May  1 10:20:30",
    "Fri Jun 17 07:07:00 2005",
    "ERROR",
    "info",
    "-",
    "- ",
    "--- ",
    "stdout F ",
    "\u{1b}[31m",
    "\u{1b}[",
    "\0",
    "\u{1}",
    "10.0.0.1",
    ":8080",
    "fe80::1",
    "00:11:22:33:44:55",
    "0x",
    "/var/log",
    "https://",
    "C:\\",
    "a@b.com",
    "123",
    "-5",
    "5 bytes (1 KB)",
    "#1#",
    "blk_-1",
    "true",
    "root",
    "ä",
    "\u{10ffff}",
    "'",
    "don't",
    "...",
    "%",
    "\tat x.Y.z(Y.java:1)",
    "Caused by: ",
    "Traceback (most recent call last):",
    "goroutine 1 [running]:",
    "panic: ",
    "thread 'main' panicked at x.rs:1:1:",
    "java.io.IOException: x",
    "<*>",
    ",",
    ", ",
    "()",
    "$",
    "v2.1",
    "+",
    "?a=b",
];

fn line_of(random: &mut StdRng) -> Vec<u8> {
    let mut line = Vec::new();
    for _ in 0..random.random_range(0..14) {
        if random.random_ratio(1, 6) {
            let mut bytes = [0; 6];
            random.fill_bytes(&mut bytes);
            line.extend_from_slice(&bytes);
        } else {
            line.extend_from_slice(PIECES.choose(random).copied().unwrap_or_default().as_bytes());
        }
    }
    line
}

fn lines(seed: u64, count: usize) -> Vec<Vec<u8>> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count).map(|_| line_of(&mut random)).collect()
}

fn counted(templates: &[Template], miner: &Miner) -> u64 {
    let others = miner.others();
    templates.iter().map(Template::count).sum::<u64>() + others.baseline + others.current
}

#[test]
fn any_bytes_are_read() {
    for seed in 0..40 {
        for bytes in lines(seed, 500) {
            let received = Some(jiff::Timestamp::UNIX_EPOCH);
            for received in [None, received] {
                let entry = line::read(&bytes, received);
                assert!(entry.message.len() <= 3 * line::MAX_BYTES, "seed {seed}");
                let bad = entry.message.chars().find(|c| c.is_control() && *c != '\t');
                assert_eq!(bad, None, "seed {seed}: {bytes:?}");
            }
        }
    }
}

#[test]
fn huge_lines_are_read_quickly() {
    for piece in PIECES {
        let line = piece.repeat(100_000 / piece.len());
        let entry = line::read(line.as_bytes(), None);
        assert!(entry.cut);
        let mut miner = Miner::new(Config::default());
        miner.add(Window::Current, Line::message(&entry.message));
        miner.add(Window::Current, Line::message(&line));
        assert_eq!(counted(&miner.templates(), &miner), 2);
    }
}

#[test]
fn any_text_is_mined_and_counted() {
    for seed in 0..20 {
        let mut miner = Miner::new(Config { patterns: 64, ..Config::default() });
        for (index, bytes) in lines(seed, 2000).into_iter().enumerate() {
            let text = String::from_utf8_lossy(&bytes);
            let window = if index % 3 == 0 { Window::Baseline } else { Window::Current };
            miner.add(window, Line::message(&text));
            assert!(miner.patterns() <= 64 + 1, "seed {seed}");
        }
        let templates = miner.templates();
        assert_eq!(counted(&templates, &miner), 2000, "seed {seed}");
        let mut ids: Vec<_> = templates.iter().map(|t| t.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), templates.len(), "seed {seed}");
    }
}

#[test]
fn a_line_keeps_its_template() {
    for seed in 0..10 {
        let texts: Vec<String> =
            lines(seed, 300).iter().map(|b| String::from_utf8_lossy(b).into_owned()).collect();
        let mut miner = Miner::new(Config::default());
        for text in &texts {
            miner.add(Window::Current, Line::message(text));
        }
        let ids: Vec<_> = miner.templates().iter().map(|template| template.id).collect();
        for text in &texts {
            let id = miner.template_of(text).unwrap();
            assert!(ids.contains(&id), "seed {seed}: {text:?}");
        }
    }
}

#[test]
fn the_seed_of_the_hashes_changes_no_template() {
    let texts = lines(7, 1000);
    let mined = |seed| {
        let mut miner = Miner::new(Config { seed, ..Config::default() });
        for bytes in &texts {
            miner.add(Window::Current, Line::message(&String::from_utf8_lossy(bytes)));
        }
        miner.templates()
    };
    assert_eq!(mined(1), mined(2));
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let config = Config { bytes: 1 << 20, ..Config::default() };
    let mut miner = Miner::new(config);
    let mut random = StdRng::seed_from_u64(3);
    for _ in 0..4000 {
        let words = random.random_range(1..400);
        let text: String = (0..words)
            .map(|_| {
                let letter = |random: &mut StdRng| char::from(random.random_range(b'a'..=b'z'));
                let mut word: String = (0..8).map(|_| letter(&mut random)).collect();
                word.push([' ', ',', '=', ':'][random.random_range(0..4)]);
                word
            })
            .collect();
        miner.add(Window::Current, Line::message(&text));
        // One line's worth above the bound, until the next look at it.
        assert!(miner.weight() < config.bytes + (64 << 10), "{}", miner.weight());
    }
    assert_eq!(counted(&miner.templates(), &miner), 4000);
    assert!(miner.others().patterns > 0);
}

#[test]
fn joining_loses_no_line() {
    for seed in 0..40 {
        let mut joiner = Joiner::new();
        let mut count = 0;
        let all = lines(seed, 1000);
        for bytes in &all {
            let text = String::from_utf8_lossy(bytes).replace('\n', " ");
            if let Some(event) = joiner.push(&text) {
                count += event.lines;
                assert_eq!(event.text.split('\n').count() as u64, event.kept, "seed {seed}");
                assert!(event.text.len() <= join::MAX_BYTES && event.kept <= join::MAX_LINES);
            }
        }
        count += joiner.finish().map_or(0, |event| event.lines);
        assert_eq!(count, all.len() as u64, "seed {seed}");
        assert_eq!(joiner.finish(), None);
    }
}
