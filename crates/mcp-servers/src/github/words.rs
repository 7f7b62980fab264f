//! Texts that others wrote: bounded, redacted, and without characters that hide what they say.

use evenkeel_tools::redact::Redactor;

use crate::text::clip;

/// Characters of a title.
const TITLE: usize = 200;
/// Bytes of a description.
const BODY: usize = 1000;
/// Bytes of a patch.
const PATCH: usize = 8 * 1024;

/// The first line of a text.
pub(super) fn title(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    clip(&clean(line.trim()), TITLE).0
}

/// What follows the first line, if anything does.
pub(super) fn body_of_message(message: &str) -> Option<String> {
    body(message.trim_start().split_once('\n').map(|(_, rest)| rest))
}

/// A description, if there is one.
pub(super) fn body(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| clip(&clean(text), BODY).0)
}

/// A name or other short word.
pub(super) fn word(text: &str) -> String {
    clip(&clean(text), TITLE).0
}

/// A patch, and whether it was cut.
pub(super) fn patch(text: &str) -> (String, bool) {
    clip(&clean(text), PATCH)
}

/// Redacted, and with control and direction characters replaced; line feeds and tabs stay.
pub(super) fn clean(text: &str) -> String {
    let redacted = Redactor::new().text(text);
    redacted
        .as_deref()
        .unwrap_or(text)
        .chars()
        .map(|c| if hides(c) { '\u{fffd}' } else { c })
        .collect()
}

/// Control characters, and those that make a text look other than it is: zero width, marks of direction, tags.
fn hides(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i7_a_message_is_quoted_and_hides_nothing() {
        let message = "fix\u{202e}gnp.\u{1b}[2J\n\npassword=hunter2 by eve@example.org\u{e0041}\n";
        assert_eq!(title(message), "fix\u{fffd}gnp.\u{fffd}[2J");
        let body = body_of_message(message).unwrap();
        assert!(!body.contains("hunter2") && !body.contains("eve@"), "{body}");
        assert!(!body.contains('\u{e0041}'));
        assert_eq!(body_of_message("only a title"), None);
        assert!(title(&"x".repeat(500)).len() <= TITLE + 3);
    }
}
