//! Turning bytes into text that can be shown and mined.

/// Bytes of a line that are read. 16 KiB: container run times split longer lines themselves.
pub const MAX_BYTES: usize = 16 * 1024;

/// The text of a line: at most [`MAX_BYTES`], invalid UTF-8 and control characters replaced by U+FFFD, terminal
/// sequences removed, line ends at the end removed, tabs kept. Tells whether it was cut.
pub fn clean(line: &[u8]) -> (String, bool) {
    let cut = line.len() > MAX_BYTES;
    let mut bytes = line.get(..MAX_BYTES).unwrap_or(line);
    if cut {
        // Not in the middle of a character: at most three bytes of it are there.
        let partial = bytes.iter().rev().take(3).take_while(|b| **b & 0xc0 == 0x80).count();
        let lead = bytes.len() - partial;
        if lead > 0 && bytes.get(lead - 1).is_some_and(|b| *b >= 0xc0) {
            bytes = bytes.get(..lead - 1).unwrap_or(bytes);
        }
    }
    while let [head @ .., b'\n' | b'\r'] = bytes {
        bytes = head;
    }
    let text = String::from_utf8_lossy(bytes);
    if !text.contains(|c: char| c.is_control() && c != '\t') {
        return (text.into_owned(), cut);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\t') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        if let Some(end) = sequence(after) {
            rest = after.get(end..).unwrap_or_default();
            continue;
        }
        out.push(char::REPLACEMENT_CHARACTER);
        rest = after.get(after.chars().next().map_or(1, char::len_utf8)..).unwrap_or_default();
    }
    out.push_str(rest);
    (out, cut)
}

/// The length of the terminal sequence that a text starts with (ECMA-48: CSI and OSC).
fn sequence(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes {
        [0x1b, b'[', rest @ ..] => {
            let end = rest.iter().position(|b| !(0x20..=0x3f).contains(b))?;
            rest.get(end).filter(|b| (0x40..=0x7e).contains(*b)).map(|_| end + 3)
        }
        [0x1b, b']', rest @ ..] => {
            let end = rest.iter().position(|b| matches!(b, 0x07 | 0x1b))?;
            let long = rest.get(end) == Some(&0x1b) && rest.get(end + 1) == Some(&b'\\');
            Some(end + 3 + usize::from(long))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, clean};

    #[test]
    fn colours_go_and_their_text_stays() {
        assert_eq!(clean(b"\x1b[1;31mERROR\x1b[0m it\tbroke\r\n").0, "ERROR it\tbroke");
        assert_eq!(clean(b"\x1b]0;title\x07text").0, "text");
        assert_eq!(clean(b"\x1b]0;title\x1b\\text").0, "text");
    }

    #[test]
    fn what_is_not_text_is_replaced() {
        assert_eq!(clean(b"a\0b\x1bc\xff").0, "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(clean(b"a\nb").0, "a\u{fffd}b");
        assert_eq!(clean("\u{85}ä".as_bytes()).0, "\u{fffd}ä");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let line = "ä".repeat(MAX_BYTES);
        let (text, cut) = clean(format!("x{line}").as_bytes());
        assert!(cut);
        assert_eq!(text.len(), MAX_BYTES - 1);
        assert!(!text.contains('\u{fffd}'));
        assert!(!clean(b"short").1);
    }
}
