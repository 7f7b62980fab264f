//! The line of a text that fits a query best, word for word.

use crate::{bm25::Weighed, words};

/// Longest quote, in bytes: a sentence or a command.
const LONGEST: usize = 240;

/// The best line, trimmed, as it stands in `text`; empty where the text has none. Of equals the first.
pub fn best<'a>(text: &'a str, query: &Weighed) -> &'a str {
    let mut best = ("", -1.0_f32);
    for line in text.lines().map(str::trim).filter(|line| says_something(line)) {
        let line = clip(line);
        let mut seen: Vec<String> = Vec::new();
        let mut score = 0.0;
        for word in words::terms(line) {
            if !seen.contains(&word) {
                score += query.of(&word);
                seen.push(word);
            }
        }
        if score > best.1 {
            best = (line, score);
        }
    }
    best.0
}

fn says_something(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric) && !line.starts_with("```") && !line.starts_with('#')
}

fn clip(line: &str) -> &str {
    let end =
        (0..=line.len().min(LONGEST)).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    &line[..end]
}
