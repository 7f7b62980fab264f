//! Answers that are too large to hand on whole: kept as evidence, handed on as a preview with a
//! pointer, and read further through the `evidence` server, page by page or by searching.
//!
//! Only answers of third-party servers are cut. Those of shipped servers are bounded views
//! already, and what reads them needs them whole.

use std::borrow::Cow;

use evenkeel_domain::{evidence::ToolFailure, id::EvidenceId};
use evenkeel_tools::evidence::{
    EvidenceLine, EvidenceLines, EvidencePage, GrepEvidenceArgs, ReadEvidenceArgs, SERVER,
    names::{GREP_EVIDENCE, READ_EVIDENCE},
};
use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};

/// Largest answer that is handed on whole, in bytes: some four thousand tokens of a model.
pub(super) const WHOLE_MAX: usize = 16 * 1024;
/// Length of a preview, in bytes.
const PREVIEW: usize = 4 * 1024;
/// Longest page, in bytes.
const PAGE_MAX: usize = 32 * 1024;
/// Most lines that a search answers with.
const LINES_MAX: usize = 200;
/// Longest line that a search answers with, in characters.
const LINE_MAX: usize = 500;
/// Memory of a compiled pattern, in bytes. The engine is linear in the text, whatever the pattern.
const PATTERN_BYTES: usize = 1024 * 1024;

/// What is handed on in the place of a large answer.
pub(super) fn preview(evidence: EvidenceId, kept: &str) -> Value {
    let text = readable(kept);
    json!({
        "evidence": evidence,
        "bytes": text.len(),
        "truncated": true,
        "preview": page(&text, 0, PREVIEW).0,
        "next": format!(
            "{SERVER}/{READ_EVIDENCE} reads on from an offset, {SERVER}/{GREP_EVIDENCE} searches"
        ),
    })
}

/// What is kept, as it is read: an answer that is one text, without JSON's quotes around it and with lines of its own.
fn readable(kept: &str) -> Cow<'_, str> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Only {
        text: String,
        #[serde(rename = "truncated")]
        _truncated: bool,
        #[serde(rename = "leftOut")]
        _left_out: u64,
    }
    match serde_json::from_str(kept) {
        Ok(Only { text, .. }) => text.into(),
        Err(_) => kept.into(),
    }
}

/// A question to the `evidence` server, checked.
#[derive(Debug)]
pub enum Question {
    /// A page of a text.
    Page {
        /// Which text.
        evidence: EvidenceId,
        /// Where it begins, in bytes.
        offset: usize,
        /// Its length at most, in bytes.
        limit: usize,
    },
    /// Lines of a text.
    Lines {
        /// Which text.
        evidence: EvidenceId,
        /// Which lines.
        search: Search,
    },
}

/// A search for lines, checked.
#[derive(Debug)]
pub struct Search {
    /// What they must fit.
    pattern: Regex,
    /// Lines before each.
    before: usize,
    /// Lines after each.
    after: usize,
}

impl Search {
    /// For lines that fit a regular expression, each with its neighbours.
    pub fn of(
        pattern: &str,
        ignore_case: bool,
        (before, after): (usize, usize),
    ) -> Result<Self, ToolFailure> {
        let pattern = RegexBuilder::new(pattern)
            .case_insensitive(ignore_case)
            .size_limit(PATTERN_BYTES)
            .build()
            .map_err(|error| bad(error.to_string()))?;
        Ok(Self { pattern, before: before.min(10), after: after.min(10) })
    }

    /// Those of a kept answer.
    pub fn lines(&self, kept: &str) -> EvidenceLines {
        grep(&readable(kept), &self.pattern, self.before, self.after)
    }
}

fn bad(message: impl Into<String>) -> ToolFailure {
    ToolFailure {
        code: "tool.bad_arguments".into(),
        message: message.into(),
        next: Some("correct the arguments".into()),
        retry_after_s: None,
    }
}

impl Question {
    /// Reads what was asked.
    pub fn read(tool: &str, arguments: &Value) -> Result<Self, ToolFailure> {
        fn of<T: serde::de::DeserializeOwned>(arguments: &Value) -> Result<T, ToolFailure> {
            serde_json::from_value(arguments.clone()).map_err(|error| bad(error.to_string()))
        }
        let id = |text: &str| EvidenceId::parse(text).map_err(|error| bad(error.to_string()));
        match tool {
            READ_EVIDENCE => {
                let ReadEvidenceArgs { evidence, offset, limit } = of(arguments)?;
                let limit = limit.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
                Ok(Self::Page { evidence: id(&evidence)?, offset, limit })
            }
            GREP_EVIDENCE => {
                let GrepEvidenceArgs { evidence, pattern, before, after, ignore_case } =
                    of(arguments)?;
                let search = Search::of(&pattern, ignore_case, (before, after))?;
                Ok(Self::Lines { evidence: id(&evidence)?, search })
            }
            other => Err(ToolFailure {
                code: "mcp.unknown_tool".into(),
                message: format!("there is no tool {SERVER}/{other}"),
                next: None,
                retry_after_s: None,
            }),
        }
    }

    /// Which evidence is meant.
    pub fn evidence(&self) -> EvidenceId {
        match self {
            Self::Page { evidence, .. } | Self::Lines { evidence, .. } => *evidence,
        }
    }

    /// The answer from the kept text.
    pub fn answer(&self, kept: &str) -> Value {
        match self {
            Self::Page { offset, limit, .. } => {
                let text = readable(kept);
                let (part, next) = page(&text, *offset, *limit);
                json!(EvidencePage { text: part.to_owned(), bytes: text.len(), next })
            }
            Self::Lines { search, .. } => json!(search.lines(kept)),
        }
    }
}

/// At most `limit` bytes from `offset` on, cut between characters, and where the rest begins.
fn page(text: &str, offset: usize, limit: usize) -> (&str, Option<usize>) {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(offset);
    let mut end = floor(start.saturating_add(limit));
    if end == start && start < text.len() {
        // A character wider than the limit.
        end = text[start..].chars().next().map_or(text.len(), |c| start + c.len_utf8());
    }
    (&text[start..end], (end < text.len()).then_some(end))
}

/// Lines that fit, with their neighbours; each once.
fn grep(text: &str, pattern: &Regex, before: usize, after: usize) -> EvidenceLines {
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = Vec::new();
    let (mut matches, mut from, mut truncated) = (0_u64, 0, false);
    for (at, line) in lines.iter().enumerate() {
        if !pattern.is_match(line) {
            continue;
        }
        matches += 1;
        let first = at.saturating_sub(before).max(from);
        let last = (at + after + 1).min(lines.len());
        for (number, line) in lines.iter().enumerate().take(last).skip(first) {
            if shown.len() == LINES_MAX {
                truncated = true;
                break;
            }
            let text = evenkeel_domain::text::clip(line, LINE_MAX);
            shown.push(EvidenceLine { line: number + 1, text });
        }
        from = last.max(from);
    }
    EvidenceLines { matches, lines: shown, truncated }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_page_by_page_without_loss() {
        let text = "ä🦀b".repeat(100);
        let (mut whole, mut offset) = (String::new(), 0);
        loop {
            let (part, next) = page(&text, offset, 7);
            whole.push_str(part);
            match next {
                Some(next) => offset = next,
                None => break,
            }
        }
        assert_eq!(whole, text);
        assert_eq!(page(&text, 1_000_000, 7), ("", None));
        assert_eq!(page("🦀", 0, 1), ("🦀", None), "a page is never empty before the end");
    }

    #[test]
    fn a_search_finds_lines_with_their_neighbours_once() {
        let text = "a\nb\nerror one\nc\nerror two\nd\ne";
        let ask = json!({ "evidence": EvidenceId::from_parts(1, 1), "pattern": "^ERROR",
                          "ignoreCase": true, "before": 1, "after": 1 });
        let answer = Question::read(GREP_EVIDENCE, &ask).unwrap().answer(text);
        assert_eq!(answer["matches"], 2);
        let numbers: Vec<_> = answer["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| l["line"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, [2, 3, 4, 5, 6]);
        let many = "x\n".repeat(1_000);
        let ask = json!({ "evidence": EvidenceId::from_parts(1, 1), "pattern": "x" });
        let answer = Question::read(GREP_EVIDENCE, &ask).unwrap().answer(&many);
        assert_eq!(
            (answer["matches"].as_u64(), answer["truncated"].as_bool()),
            (Some(1_000), Some(true))
        );
    }

    #[test]
    fn a_text_is_searched_by_its_own_lines() {
        let kept = format!(
            "{:#}",
            json!({ "text": "NAME\nERROR one\nweb \"x\"", "truncated": false, "leftOut": 0 })
        );
        let id = EvidenceId::from_parts(1, 1);
        let ask = json!({ "evidence": id, "pattern": "^ERROR" });
        let answer = Question::read(GREP_EVIDENCE, &ask).unwrap().answer(&kept);
        assert_eq!((&answer["matches"], &answer["lines"][0]["line"]), (&json!(1), &json!(2)));
        let page = Question::read(READ_EVIDENCE, &json!({ "evidence": id })).unwrap().answer(&kept);
        assert_eq!(page["text"], "NAME\nERROR one\nweb \"x\"");
    }

    #[test]
    fn nonsense_is_refused_by_code() {
        let id = EvidenceId::from_parts(1, 1);
        for (tool, ask, code) in [
            (READ_EVIDENCE, json!({ "evidence": "x" }), "tool.bad_arguments"),
            (READ_EVIDENCE, json!({ "evidence": id, "path": "/etc" }), "tool.bad_arguments"),
            (GREP_EVIDENCE, json!({ "evidence": id, "pattern": "(" }), "tool.bad_arguments"),
            (
                GREP_EVIDENCE,
                json!({ "evidence": id, "pattern": "a{1000}{1000}" }),
                "tool.bad_arguments",
            ),
            ("drop", json!({}), "mcp.unknown_tool"),
        ] {
            assert_eq!(Question::read(tool, &ask).err().unwrap().code, code, "{tool} {ask}");
        }
        let preview = preview(id, &"x".repeat(100_000));
        assert!(preview.to_string().len() < 2 * PREVIEW);
        assert_eq!(
            (preview["bytes"].as_u64(), preview["truncated"].as_bool()),
            (Some(100_000), Some(true))
        );
    }
}
