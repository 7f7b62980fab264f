//! Making text from outside fit to be shown: bounded, without control characters, without secrets.

use evenkeel_tools::loki::Labels;
use evenkeel_tools::redact::Redactor;

use crate::text::{clip, printable};

/// Labels of a stream that are kept, and bytes of one.
const MAX_LABELS: usize = 40;
const MAX_LABEL: usize = 256;

/// A short text of Loki's.
pub(super) fn text(text: &str, max: usize) -> String {
    Shown::default().line(text, max).0
}

/// Shows lines of one answer, in which the same person keeps the same pseudonym.
#[derive(Default)]
pub(super) struct Shown {
    redactor: Redactor,
}

impl Shown {
    /// A line of at most `max` bytes, and whether it was cut.
    pub(super) fn line(&mut self, line: &str, max: usize) -> (String, bool) {
        // Cut first, a little longer, so that looking for secrets is bounded and one at the cut is still seen whole.
        let (head, long) = clip(line, max.saturating_mul(2));
        let clean = printable(&head);
        let clean = self.redactor.text(&clean).unwrap_or(clean);
        let (shown, cut) = clip(&clean, max);
        (shown, cut || long)
    }

    /// Labels.
    pub(super) fn labels(&mut self, labels: &Labels) -> Labels {
        let all = labels.iter().take(MAX_LABELS);
        all.map(|(name, value)| (self.line(name, MAX_LABEL).0, self.line(value, MAX_LABEL).0))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn secrets_and_control_characters_go() {
        let shown = text("login \u{1b}[31m with password=hunter2hunter2 now", 200);
        assert!(!shown.contains("hunter2") && !shown.contains('\u{1b}'), "{shown}");
        assert_eq!(text("abc", 2), "ab…");
    }
}
