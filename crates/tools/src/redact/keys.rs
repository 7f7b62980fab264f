//! Private keys that stand across the lines of a log, of which each is looked at by itself.

use std::borrow::BorrowMut;

use super::{Kind, REDACTED, tally};

/// Lines around the first or last one of a key that may belong to it: an RSA key of 8192 bits has 100.
const LINES: usize = 128;
/// Shortest word that is taken for part of a key: PEM's lines have 64 or 76 characters (RFC 7468).
const WORD: usize = 40;

/// Hides the bodies of private keys (PEM) in lines that come one after another, forwards or backwards, and says how many
/// lines that were. Whether the first and the last line of the key are among them, or one only, makes no difference.
pub fn hide_keys<T: BorrowMut<String>>(lines: &mut [T]) -> u64 {
    let marks: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_mark((*line).borrow()))
        .map(|(index, _)| index)
        .collect();
    let mut hidden = 0;
    for mark in marks {
        let to = mark.saturating_add(LINES).min(lines.len());
        for line in lines.iter_mut().take(to).skip(mark.saturating_sub(LINES)) {
            let line = line.borrow_mut();
            if let Some(clean) = without_body(line) {
                *line = clean;
                hidden += 1;
                tally::add(Kind::PrivateKey);
            }
        }
    }
    hidden
}

/// The first or the last line of a key.
fn is_mark(line: &str) -> bool {
    line.contains("PRIVATE KEY-----")
        && (line.contains("-----BEGIN ") || line.contains("-----END "))
}

/// The line without what looks like a part of a key; `None` when nothing does.
fn without_body(line: &str) -> Option<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let is_part = |word: &str, least: usize| word.len() >= least && word.chars().all(part);
    // Its last line is as short as it happens to be, and then mostly padded.
    let word = line.trim();
    if word.ends_with('=') && is_part(word, 1) {
        return Some(REDACTED.to_owned());
    }
    let found: Vec<&str> = line.split(|c| !part(c)).filter(|word| is_part(word, WORD)).collect();
    if found.is_empty() {
        return None;
    }
    Some(found.into_iter().fold(line.to_owned(), |line, word| line.replace(word, REDACTED)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Vec<String> {
        let body = "MIIEowIBAAKCAQEAx9Ab".repeat(4);
        [
            "ready",
            "-----BEGIN RSA PRIVATE KEY-----",
            &body,
            &body,
            "q9==",
            "-----END RSA PRIVATE KEY-----",
            "served 1",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    #[test]
    fn a_key_is_hidden_in_whatever_part_and_direction_it_is_read() {
        let whole = key();
        let mut backwards = key();
        backwards.reverse();
        let prefixed = key().into_iter().map(|line| format!("level=info msg=\"{line}\"")).collect();
        for mut lines in
            [whole.clone(), whole[..4].to_vec(), whole[3..].to_vec(), backwards, prefixed]
        {
            assert!(hide_keys(&mut lines) > 0, "{lines:?}");
            let text = lines.join("\n");
            assert!(!text.contains("MIIEow") && !text.contains("\nq9=="), "{text}");
            assert!(text.contains("ready") || text.contains("served 1"), "{text}");
        }
    }

    #[test]
    fn without_a_key_nothing_is_hidden() {
        let digest = "a1b2c3d4".repeat(8);
        let mut lines =
            vec![format!("pulled sha256:{digest}"), "-----BEGIN CERTIFICATE-----".to_owned()];
        assert_eq!(hide_keys(&mut lines), 0);
        assert!(lines[0].contains(&digest));
    }
}
