//! Reading what a server answered.

use std::collections::BTreeMap;

use evenkeel_tools::failure;
use evenkeel_tools::redact::{Kind, tally};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

use crate::connection::Whose;
use crate::error::ToolError;

/// Longest line for people, and longest words of a failure, in characters.
const WORDS_MAX: usize = 2000;

/// What a tool answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The structured content.
    pub(crate) content: Value,
    /// A line for people.
    pub(crate) summary: String,
    /// What was hidden in it, by kind.
    pub(crate) hidden: BTreeMap<String, u64>,
}

/// Which tool of which server answered, and how large its answer may be.
pub(crate) struct Answered<'a> {
    pub(crate) server: &'a str,
    pub(crate) tool: &'a str,
    pub(crate) whose: Whose,
    pub(crate) max_bytes: usize,
}

impl Answered<'_> {
    /// What it answered.
    pub(crate) fn read(&self, result: CallToolResult) -> Result<Answer, ToolError> {
        let summary = clean(&text(&result.content));
        if result.is_error == Some(true) {
            return Err(self.failure(&result, &summary));
        }
        let hidden = self.hidden(&result);
        let content = match (result.structured_content, self.whose) {
            (Some(content), Whose::Ours) => content,
            (Some(content), Whose::Foreign) => cleaned(content),
            (None, Whose::Foreign) => self.as_text(&result.content),
            (None, Whose::Ours) => {
                return Err(ToolError::Protocol {
                    server: self.server.to_owned(),
                    reason: "the result has no structured content".to_owned(),
                });
            }
        };
        if content.to_string().len() > self.max_bytes {
            return Err(ToolError::TooLarge {
                server: self.server.to_owned(),
                tool: self.tool.to_owned(),
                limit: self.max_bytes,
            });
        }
        Ok(Answer { content, summary: clip(&summary, WORDS_MAX), hidden })
    }

    /// What a server of ours hid, as it counted.
    fn hidden(&self, result: &CallToolResult) -> BTreeMap<String, u64> {
        let beside = result.meta.as_ref().and_then(|meta| meta.0.get(tally::META));
        let Some(Value::Object(counts)) = beside.filter(|_| self.whose == Whose::Ours) else {
            return BTreeMap::new();
        };
        let known = |name: &String| Kind::ALL.iter().any(|kind| kind.as_str() == name);
        let counts = counts.iter().filter(|(name, _)| known(name));
        counts.filter_map(|(name, count)| Some((name.clone(), count.as_u64()?))).collect()
    }

    /// What the tool says went wrong. A third-party server has no codes: with ours it could say of a write that it wasn't
    /// made, or of itself that an administrator has to approve something.
    fn failure(&self, result: &CallToolResult, summary: &str) -> ToolError {
        let ours = self.whose == Whose::Ours;
        let beside = result.meta.as_ref().and_then(|meta| meta.0.get(failure::META));
        let content = beside.or(result.structured_content.as_ref()).filter(|_| ours);
        let field = |name: &str| {
            content?.get(name).and_then(Value::as_str).map(|text| clip(&clean(text), WORDS_MAX))
        };
        ToolError::Failed {
            server: self.server.to_owned(),
            tool: self.tool.to_owned(),
            code: field("code").unwrap_or_else(|| "tool.failed".to_owned()),
            message: field("message").unwrap_or_else(|| clip(summary, WORDS_MAX)),
            next: field("next").unwrap_or_default().into(),
            retry_after_s: content
                .and_then(|content| content.get("retryAfterS")?.as_u64())
                .and_then(|seconds| u32::try_from(seconds).ok()),
        }
    }

    /// Text as evidence, cut to half of what a result may hold, because JSON needs room for escapes.
    fn as_text(&self, content: &[ContentBlock]) -> Value {
        let whole = clean(&text(content));
        let most = self.max_bytes / 2;
        let mut end = whole.len().min(most);
        while !whole.is_char_boundary(end) {
            end -= 1;
        }
        let others = content.iter().filter(|block| block.as_text().is_none()).count();
        json!({
            "text": &whole[..end],
            "truncated": end < whole.len(),
            // Images, sounds and links say nothing that can be cited.
            "leftOut": others,
        })
    }
}

fn text(content: &[ContentBlock]) -> String {
    content
        .iter()
        .filter_map(|block| block.as_text().map(|text| text.text.as_str()))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Control characters and those that turn the direction of text are replaced: they could hide or forge words on screen.
pub(crate) fn clean(text: &str) -> String {
    let hides = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(hides) { text.replace(hides, "\u{fffd}") } else { text.to_owned() }
}

/// What another program says of a failure, for people: short, harmless to a terminal, and without what looks like a
/// secret, ours above all, which it may repeat.
pub(crate) fn said(text: &str) -> String {
    let text = clean(&clip(text, SAID_MAX));
    evenkeel_tools::redact::Redactor::new().text(&text).unwrap_or(text)
}

/// [`clean`] for every string in a value.
fn cleaned(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(items) => items.into_iter().map(cleaned).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (clean(&name), cleaned(value))).collect()
        }
        other => other,
    }
}

/// Characters of a failure's words.
const SAID_MAX: usize = 500;

pub(crate) fn clip(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(whose: Whose, max_bytes: usize) -> Answered<'static> {
        Answered { server: "s", tool: "t", whose, max_bytes }
    }

    #[test]
    fn text_of_others_is_bounded_evidence_and_of_ours_a_breach() {
        let result = || CallToolResult::success(vec![ContentBlock::text("ä\u{1b}[31mred\u{202e}")]);
        let Answer { content, summary, .. } =
            answered(Whose::Foreign, 1000).read(result()).unwrap();
        assert_eq!(summary, "ä\u{fffd}[31mred\u{fffd}");
        assert_eq!(content, json!({ "text": summary, "truncated": false, "leftOut": 0 }));
        let error = answered(Whose::Ours, 1000).read(result()).unwrap_err();
        assert_eq!(error.code(), "mcp.protocol");

        let long = CallToolResult::success(vec![ContentBlock::text("ä".repeat(1000))]);
        let content = answered(Whose::Foreign, 301).read(long).unwrap().content;
        assert_eq!(content["text"].as_str().unwrap().len(), 150);
        assert_eq!(content["truncated"], true);
    }

    #[test]
    fn what_our_servers_hid_is_counted_and_nothing_else() {
        let mut result = CallToolResult::structured(json!({}));
        let counts = json!({ tally::META: { "email": 2, "jwt": -1, "made_up": 5 } });
        result.meta = serde_json::from_value(counts).ok();
        let hidden = |whose| answered(whose, 1000).read(result.clone()).unwrap().hidden;
        assert_eq!(hidden(Whose::Ours), BTreeMap::from([("email".to_owned(), 2)]));
        assert!(hidden(Whose::Foreign).is_empty());
    }

    #[test]
    fn another_server_has_no_codes_of_ours() {
        let content = json!({ "code": "kubernetes.conflict", "message": "m", "retryAfterS": 5 });
        let result = || {
            let mut result = CallToolResult::structured_error(content.clone());
            result.content = vec![ContentBlock::text("it failed")];
            result
        };
        let theirs = answered(Whose::Foreign, 1000).read(result()).unwrap_err();
        assert_eq!((theirs.code(), theirs.retry_after_s()), ("tool.failed", None));
        assert!(theirs.to_string().contains("it failed"));
        let ours = answered(Whose::Ours, 1000).read(result()).unwrap_err();
        assert_eq!((ours.code(), ours.retry_after_s()), ("kubernetes.conflict", Some(5)));
    }
}
