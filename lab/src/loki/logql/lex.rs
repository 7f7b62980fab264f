//! Words of the language.

use std::time::Duration;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A name.
    Name(String),
    /// A string literal's text.
    Text(String),
    /// A number.
    Number(f64),
    /// A duration in nanoseconds.
    Duration(i64),
    /// Brackets, commas, operators.
    Sign(&'static str),
}

const SIGNS: &[&str] = &[
    "|=", "|~", "!=", "!~", "=~", "==", ">=", "<=", "{", "}", "(", ")", "[", "]", ",", "|", "=",
    ">", "<",
];

/// The words of a query with their columns, or the column of what is none and what it is.
pub fn words(query: &str) -> Result<Vec<(usize, Token)>, (usize, String)> {
    let mut words = Vec::new();
    let mut rest = query;
    loop {
        rest = rest.trim_start();
        let column = query.len() - rest.len() + 1;
        let Some(first) = rest.chars().next() else { return Ok(words) };
        let (token, length) = match first {
            '"' | '`' => literal(rest).map_err(|why| (column, why))?,
            c if c.is_ascii_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                let name = &rest[..end.unwrap_or(rest.len())];
                (Token::Name(name.to_owned()), name.len())
            }
            c if c.is_ascii_digit() => {
                let end =
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | 'µ')));
                let word = &rest[..end.unwrap_or(rest.len())];
                let token = match word.parse() {
                    Ok(number) => Token::Number(number),
                    Err(_) => Token::Duration(
                        duration(word).ok_or_else(|| (column, format!("{word:?}")))?,
                    ),
                };
                (token, word.len())
            }
            other => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| (column, format!("{other:?}")))?;
                (Token::Sign(sign), sign.len())
            }
        };
        words.push((column, token));
        rest = &rest[length..];
    }
}

/// A string literal as Go reads it, and its length.
fn literal(text: &str) -> Result<(Token, usize), String> {
    let raw = text.starts_with('`');
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        match char {
            '`' if raw => return Ok((Token::Text(out), at + 1)),
            '"' if !raw => return Ok((Token::Text(out), at + 1)),
            '\n' if !raw => break,
            '\\' if !raw => {
                let (_, kind) = chars.next().ok_or("literal not terminated")?;
                let mut digits = |count: usize, radix: u32| {
                    let digits: String = chars.by_ref().take(count).map(|(_, c)| c).collect();
                    u32::from_str_radix(&digits, radix)
                        .ok()
                        .filter(|_| digits.len() == count)
                        .and_then(char::from_u32)
                        .ok_or("invalid char escape")
                };
                out.push(match kind {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'v' => '\u{b}',
                    '\\' => '\\',
                    '"' => '"',
                    'x' => digits(2, 16).and_then(|c| {
                        if c.is_ascii() { Ok(c) } else { Err("invalid char escape") }
                    })?,
                    'u' => digits(4, 16)?,
                    'U' => digits(8, 16)?,
                    _ => return Err("invalid char escape".to_owned()),
                });
            }
            char => out.push(char),
        }
    }
    Err("literal not terminated".to_owned())
}

/// A duration such as `5m` or `1h30m` in nanoseconds.
pub fn duration(text: &str) -> Option<i64> {
    let mut total: u128 = 0;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            "y" => 31_536_000.0,
            _ => return None,
        };
        let length = number.parse::<f64>().ok()? * seconds;
        total += Duration::try_from_secs_f64(length).ok()?.as_nanos();
        rest = tail;
    }
    i64::try_from(total).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_as_go_reads_them() {
        let text = |query: &str| match words(query).unwrap().remove(0).1 {
            Token::Text(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(r#""a\"b\\c\n\x41\u00fc""#), "a\"b\\c\nAü");
        assert_eq!(text(r"`a\d\n`"), r"a\d\n");
        for broken in ["\"a", "`a", r#""\q""#, r#""\u00""#, "\"a\nb\"", "#", "5parsecs"] {
            assert!(words(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn durations_add_up() {
        assert_eq!(duration("1h30m"), Some(5_400_000_000_000));
        assert_eq!((duration("5"), duration("m"), duration("")), (None, None, None));
    }
}
