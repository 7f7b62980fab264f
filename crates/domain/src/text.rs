//! Bounded text: everything that comes from outside is cut before it is kept.

/// Cuts `text` to at most `max` characters, on a character boundary, marking the cut with `…`.
pub fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((at, _)) => {
            let mut cut = text[..at].to_owned();
            cut.push('…');
            cut
        }
    }
}

/// Collapses runs of white space to one space, so that a quote can be found again in a recorded
/// text whatever line breaks stood between its words.
pub fn normalise(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clip_counts_characters_not_bytes() {
        assert_eq!(clip("äöü", 3), "äöü");
        assert_eq!(clip("äöü", 2), "äö…");
    }

    #[test]
    fn normalise_joins_lines() {
        assert_eq!(normalise(" a\n\tb  c "), "a b c");
    }
}
