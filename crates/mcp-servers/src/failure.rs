//! Making tool failures.

use evenkeel_tools::failure::{ToolFailure, codes};

/// A failure with its code, its sentence and its next step.
pub fn failure(code: &str, message: impl Into<String>, next: impl Into<String>) -> ToolFailure {
    ToolFailure {
        code: code.to_owned(),
        message: message.into(),
        next: next.into(),
        retry_after_s: None,
    }
}

/// The arguments don't fit the input schema or its limits.
pub fn bad_arguments(message: impl Into<String>) -> ToolFailure {
    failure(
        codes::BAD_ARGUMENTS,
        message,
        "Call again with arguments that fit the tool's input schema.",
    )
}
