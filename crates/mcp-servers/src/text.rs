//! Bounding and comparing text that came from outside.

/// Cuts at a character boundary so that at most `max` bytes remain, and says so.
pub fn clip(text: &str, max: usize) -> (String, bool) {
    if text.len() <= max {
        return (text.to_owned(), false);
    }
    let end = (0..=max).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    (format!("{}…", &text[..end]), true)
}

/// [`safe`] for optional messages of an API, empty ones dropped: they quote what programs say.
pub fn clip_message(text: Option<&str>) -> Option<String> {
    // 2 KiB: Kubernetes' own limit for a termination message is 4 KiB, and its head tells the story.
    text.filter(|text| !text.is_empty()).map(|text| safe(text, 2048).0)
}

/// Unified diff of two texts, empty when they are equal; at most `max` bytes.
pub fn unified_diff(before: &str, after: &str, max: usize) -> (String, bool) {
    if before == after {
        return (String::new(), false);
    }
    let diff = similar::TextDiff::from_lines(before, after);
    let text = diff.unified_diff().context_radius(3).header("before", "after").to_string();
    let (text, cut) = clip(&text, max);
    // People approve what they read here: nothing may move it about.
    (text.split('\n').map(printable).collect::<Vec<_>>().join("\n"), cut)
}

/// Replaces control characters other than tab, so that a log line can't move a terminal's cursor, and those that reorder
/// text or are not seen (Unicode's bidirectional controls and zero widths).
pub fn printable(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let bad = |c: char| c.is_control() && c != '\t' || hidden(c);
    text.chars().map(|c| if bad(c) { '\u{fffd}' } else { c }).collect()
}

/// Text from outside as it may leave: control characters but line ends replaced, secrets and people's addresses
/// hidden, at most `max` bytes.
pub fn safe(text: &str, max: usize) -> (String, bool) {
    // Cut first, so that work is bounded, but not so short that a secret at the cut loses what gives it away.
    let (head, cut) = clip(text, max.saturating_mul(4).saturating_add(1024));
    let lines: Vec<String> =
        head.split('\n').map(|line| printable(line.trim_end_matches('\r'))).collect();
    let head = lines.join("\n");
    let head = evenkeel_tools::redact::Redactor::new().text(&head).unwrap_or(head);
    let (text, cut_again) = clip(&head, max);
    (text, cut || cut_again)
}

#[cfg(test)]
mod tests {
    use super::{clip, clip_message, printable, safe, unified_diff};

    #[test]
    fn clips_between_characters() {
        assert_eq!(clip("äöü", 3), ("ä…".to_owned(), true));
        assert_eq!(clip("abc", 3), ("abc".to_owned(), false));
    }

    #[test]
    fn diffs_show_both_sides() {
        let (diff, cut) = unified_diff("a: 1\nb: 2\n", "a: 1\nb: 3\n", 1000);
        assert!(diff.contains("-b: 2\n+b: 3\n"), "{diff}");
        assert!(!cut);
        assert_eq!(unified_diff("same", "same", 10).0, "");
    }

    #[test]
    fn escape_sequences_lose_their_escape() {
        assert_eq!(printable("a\u{1b}[31mb\tc"), "a\u{fffd}[31mb\tc");
        assert_eq!(printable("pay\u{202e}tsim"), "pay\u{fffd}tsim");
        let (diff, _) = unified_diff("a: 1\n", "a: \u{202e}2\n", 1000);
        assert!(diff.contains("+a: \u{fffd}2\n"), "{diff}");
    }

    #[test]
    fn messages_lose_the_secrets_that_programs_put_into_them() {
        let said =
            clip_message(Some("panic: dial postgres://app:hunter2@db/app, password=hunter2"));
        assert!(!said.unwrap().contains("hunter2"));
        assert_eq!(clip_message(Some("")), None);
    }

    #[test]
    fn what_leaves_is_bounded_printable_and_without_secrets() {
        let (text, cut) = safe("mode=a\r\npassword=hunter2 \u{1b}[1m", 100);
        assert_eq!(text, "mode=a\npassword=[redacted] \u{fffd}[1m");
        assert!(!cut);
        assert!(safe(&"x".repeat(1000), 10).1);
    }
}
