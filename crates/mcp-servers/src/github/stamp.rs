//! The action id on what a write made.

use evenkeel_tools::ToolFailure;
use jiff::{SignedDuration, Timestamp};

use crate::failure::bad_arguments;

/// How far GitHub's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// 1 to 63 letters, digits, `-` or `_`: what may stand in a branch's name anywhere.
pub(super) fn check_action_id(id: &str) -> Result<(), ToolFailure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if (1..=63).contains(&id.len()) && id.chars().all(plain) {
        Ok(())
    } else {
        Err(bad_arguments("actionId must be 1 to 63 letters, digits, '-' or '_'"))
    }
}

/// The branch that an action makes.
pub(super) fn branch(id: &str) -> String {
    format!("evenkeel/revert-{id}")
}

/// The mark in a description or comment; not shown by GitHub's pages.
pub(super) fn mark(id: &str) -> String {
    format!("<!-- evenkeel-action: {id} -->")
}

/// The line in a commit's message.
pub(super) fn trailer(id: &str) -> String {
    format!("Evenkeel-Action: {id}")
}

/// Whether a description or comment carries the mark.
pub(super) fn marked(text: Option<&str>, id: &str) -> bool {
    text.is_some_and(|text| text.contains(&mark(id)))
}

/// Whether a commit's message carries the line.
pub(super) fn trails(message: &str, id: &str) -> bool {
    message.lines().any(|line| line.trim() == trailer(id))
}

/// Before this moment nothing can carry the id: ULIDs hold when they were made. `None` for other ids.
pub(super) fn not_before(id: &str) -> Option<Timestamp> {
    const DIGITS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    if id.len() != 26 {
        return None;
    }
    let mut ms: i64 = 0;
    for c in id.chars().take(10) {
        let digit = DIGITS.find(c.to_ascii_uppercase())?;
        ms = ms.checked_mul(32)?.checked_add(i64::try_from(digit).ok()?)?;
    }
    Timestamp::from_millisecond(ms).ok()?.checked_sub(SKEW).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_found_again_and_nothing_else_is() {
        assert!(marked(Some(&format!("why\n\n{}", mark("A1"))), "A1"));
        assert!(!marked(Some(&mark("A12")), "A1"));
        assert!(!marked(None, "A1"));
        assert!(trails(&format!("Revert x\n\n{}\n", trailer("A1")), "A1"));
        assert!(!trails(&trailer("A12"), "A1"));
        assert!(check_action_id("../x").is_err());
        assert!(check_action_id("a.lock").is_err());
    }

    #[test]
    fn a_ulid_says_when_it_was_made() {
        // 01ARZ3NDEK… is the example of the specification: 1469918176385 ms.
        let made = not_before("01ARYZ6S41TSV4RRFFQ69G5FAV").unwrap();
        assert_eq!(made.as_millisecond(), 1_469_918_176_385 - 600_000);
        assert_eq!(not_before("short"), None);
    }
}
