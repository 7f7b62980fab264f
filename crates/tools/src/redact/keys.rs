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
    // However many marks there are, each line is looked at once.
    let mut looked = 0;
    for mark in marks {
        let from = mark.saturating_sub(LINES).max(looked);
        looked = mark.saturating_add(LINES).min(lines.len());
        for line in lines.iter_mut().take(looked).skip(from) {
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

/// The line without what looks like a part of a key; `None` when nothing does. A key's last line is as short as it happens
/// to be: it is known as a line's only word, or by its padding.
fn without_body(line: &str) -> Option<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let words: Vec<&str> = line.split(|c| !part(c)).filter(|word| !word.is_empty()).collect();
    let last = words.last()?;
    let is_tail = last.len().is_multiple_of(4)
        && !last.trim_end_matches('=').contains('=')
        && (last.ends_with('=') || line.trim() == *last);
    let mut found: Vec<&str> = words.iter().copied().filter(|word| word.len() >= WORD).collect();
    found.extend(is_tail.then_some(*last));
    (!found.is_empty())
        .then(|| found.into_iter().fold(line.to_owned(), |line, word| line.replace(word, REDACTED)))
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
            assert!(!text.contains("MIIEow") && !text.contains("q9=="), "{text}");
            assert!(text.contains("ready") || text.contains("served 1"), "{text}");
        }
    }

    #[test]
    fn many_marks_cost_no_more_than_one() {
        let mut lines = vec!["-----BEGIN PRIVATE KEY-----".to_owned(); 300_000];
        assert_eq!(hide_keys(&mut lines), 0);
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
