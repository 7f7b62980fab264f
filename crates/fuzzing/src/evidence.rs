//! Questions about a kept answer: any pattern over any text.

use evenkeel_services::ooda::spill::Question;
use evenkeel_tools::evidence::{EvidenceLines, EvidencePage, names};
use serde_json::json;

/// An id that some evidence could have.
const ID: &str = "00000000000000000000000001";
/// Lines of one answer, and characters of one line with the mark that it was cut.
const LINES: usize = 200;
const LINE: usize = 501;

/// What stands before the first unit separator is the pattern, the rest is the text. An answer is bounded, its lines are
/// lines of the text, and page by page the text comes out as it went in.
pub fn evidence(data: &[u8]) {
    let whole = String::from_utf8_lossy(data);
    let (pattern, text) = whole.split_once('\u{1f}').unwrap_or((&whole, ""));
    let ask = json!({ "evidence": ID, "pattern": pattern, "before": 1, "after": 1 });
    if let Ok(question) = Question::read(names::GREP_EVIDENCE, &ask) {
        let answer: EvidenceLines = serde_json::from_value(question.answer(text))
            .unwrap_or_else(|error| panic!("an answer of another form: {error}"));
        assert!(answer.lines.len() <= LINES);
        assert!(answer.matches <= text.lines().count() as u64);
        for found in &answer.lines {
            let line = text.lines().nth(found.line - 1);
            let line = line.unwrap_or_else(|| panic!("there is no line {}", found.line));
            let head = found.text.trim_end_matches('…');
            assert!(line.starts_with(head) && found.text.chars().count() <= LINE, "{found:?}");
        }
    }
    let limit = 1 + pattern.len() % 7;
    let (mut read, mut offset) = (String::new(), 0);
    loop {
        let ask = json!({ "evidence": ID, "offset": offset, "limit": limit });
        let Ok(question) = Question::read(names::READ_EVIDENCE, &ask) else {
            panic!("a plain question is refused")
        };
        let page: EvidencePage = serde_json::from_value(question.answer(text))
            .unwrap_or_else(|error| panic!("an answer of another form: {error}"));
        read.push_str(&page.text);
        match page.next {
            Some(next) if next > offset => offset = next,
            Some(next) => panic!("from {offset} to {next} is no step"),
            None => break,
        }
    }
    assert_eq!(read, text);
}
