//! String literals and literal regular expressions.

use std::fmt::Write as _;

/// A text as a string literal of `LogQL`, which reads it as Go's `strconv.Unquote` does.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Line separators and invisible characters too: the query is shown to people.
            char if char.is_control() || matches!(char, '\u{2028}'..='\u{202e}' | '\u{feff}') => {
                let _always_fits = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// A regular expression (RE2) that matches exactly this text.
pub fn regex_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if r"\.+*?()|[]{}^$".contains(char) {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{quote, regex_escape};

    #[test]
    fn nothing_leaves_its_quotes() {
        assert_eq!(quote("a\"} or {b=\"\\"), r#""a\"} or {b=\"\\""#);
        assert_eq!(quote("a\nb\u{0}\u{1b}\u{202e}ü"), r#""a\nb\u0000\u001b\u202eü""#);
        assert_eq!(regex_escape("a.b(c)"), r"a\.b\(c\)");
    }
}
