//! Columns to values and back, and the words that this database cannot keep as they are.

use std::borrow::Cow;

pub(crate) use evenkeel_storage_sql::column::{Row, micros, number, to_json};

/// Words from outside, to be kept or looked up. The database's text cannot hold the character
/// zero; it becomes the sign for what could not be shown, rather than a reason to refuse an alert.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn only_the_character_zero_is_replaced() {
        assert_eq!(text("a\0b\0"), "a\u{fffd}b\u{fffd}");
        assert_eq!(text("ü 🦀 \n"), "ü 🦀 \n");
    }
}
