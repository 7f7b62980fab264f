//! Log lines: reading, joining, mining.

use evenkeel_logs::join::{self, Joiner};
use evenkeel_logs::line;
use evenkeel_logs::mine::{Config, Line, Miner, Template, Window};
use jiff::Timestamp;

/// Templates of the miner that is fuzzed: few, so that its bounds are met.
const PATTERNS: usize = 32;

/// Each line is read, whatever it is: bounded, without control characters, the same each time.
pub fn log_line(data: &[u8]) {
    for bytes in data.split(|byte| *byte == b'\n') {
        for received in [None, Some(Timestamp::UNIX_EPOCH)] {
            let entry = line::read(bytes, received);
            assert!(entry.message.len() <= 3 * line::MAX_BYTES);
            let texts = [Some(&entry.message), entry.logger.as_ref(), entry.trace.as_ref()];
            for text in texts.into_iter().flatten() {
                assert_eq!(text.chars().find(|c| c.is_control() && *c != '\t'), None, "{text:?}");
            }
            assert_eq!(line::read(bytes, received), entry);
        }
    }
}

/// No line is lost or counted twice when lines are joined, and no event grows beyond its bounds.
pub fn log_join(data: &[u8]) {
    let mut joiner = Joiner::new();
    let (mut given, mut counted) = (0, 0);
    for bytes in data.split(|byte| *byte == b'\n') {
        given += 1;
        if let Some(event) = joiner.push(&String::from_utf8_lossy(bytes)) {
            counted += event.lines;
            assert_eq!(event.text.split('\n').count() as u64, event.kept);
            assert!(event.text.len() <= join::MAX_BYTES && event.kept <= join::MAX_LINES);
        }
    }
    counted += joiner.finish().map_or(0, |event| event.lines);
    assert_eq!(counted, given);
    assert_eq!(joiner.finish(), None);
}

/// Every line is counted once, in one template or among the others, in bounded memory; a line finds its template again.
pub fn log_mine(data: &[u8]) {
    let mut miner = Miner::new(Config { patterns: PATTERNS, ..Config::default() });
    let lines: Vec<String> =
        data.split(|byte| *byte == b'\n').map(|bytes| line::read(bytes, None).message).collect();
    for (index, text) in lines.iter().enumerate() {
        let window = if index % 2 == 0 { Window::Baseline } else { Window::Current };
        miner.add(window, Line::message(text));
        assert!(miner.patterns() <= PATTERNS + 1);
    }
    let templates = miner.templates();
    let others = miner.others();
    let counted = templates.iter().map(Template::count).sum::<u64>();
    assert_eq!(counted + others.baseline + others.current, lines.len() as u64);
    for text in &lines {
        let _found = miner.template_of(text);
    }
}
