//! Making tool failures.

use evenkeel_tools::failure::{ToolFailure, codes};

use crate::text::clip;

/// Longest sentence of a failure, in bytes: a screen.
const MESSAGE_MAX: usize = 4096;

/// A failure with its code, its sentence and its next step.
pub fn failure(code: &str, message: impl Into<String>, next: impl Into<String>) -> ToolFailure {
    ToolFailure {
        code: code.to_owned(),
        message: message.into(),
        next: next.into(),
        retry_after_s: None,
    }
}

/// The same, fit to be shown: what it quotes from outside is cut and can't move a terminal's cursor.
pub(crate) fn presentable(mut failure: ToolFailure) -> ToolFailure {
    for text in [&mut failure.message, &mut failure.next] {
        let clean = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
        *text = clip(text, MESSAGE_MAX).0.chars().map(clean).collect();
    }
    failure
}

/// What is said of an `after` that no page gave.
pub(crate) const NOT_NEXT: &str = "`after` is what a page before of the same list gave as `next`";

/// The arguments don't fit the input schema or its limits.
pub fn bad_arguments(message: impl Into<String>) -> ToolFailure {
    failure(
        codes::BAD_ARGUMENTS,
        message,
        "Call again with arguments that fit the tool's input schema.",
    )
}
