//! What a query that somebody else wrote would read: its selectors and its longest range.
//!
//! Only braces and brackets outside of string literals are looked at; whether the query is right is for Loki to say.

use jiff::SignedDuration;

/// Selectors and the longest range of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// The selectors, braces included, in order.
    pub selectors: Vec<String>,
    /// The longest range in brackets; zero without any.
    pub range: SignedDuration,
}

/// Reads the shape of a query.
pub fn shape(query: &str) -> Shape {
    let mut shape = Shape::default();
    let mut open: Option<(usize, char)> = None;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, char) in query.char_indices() {
        if let Some(end) = quote {
            match char {
                _ if escaped => escaped = false,
                '\\' if end == '"' => escaped = true,
                _ if char == end => quote = None,
                _ => {}
            }
            continue;
        }
        match char {
            '"' | '`' => quote = Some(char),
            '{' | '[' if open.is_none() => open = Some((at, char)),
            '}' => {
                if let Some((from, '{')) = open.take()
                    && let Some(text) = query.get(from..=at)
                    && !shape.selectors.iter().any(|known| known == text)
                {
                    shape.selectors.push(text.to_owned());
                }
            }
            ']' => {
                if let Some((from, '[')) = open.take()
                    && let Some(range) = query.get(from + 1..at).and_then(duration)
                {
                    shape.range = shape.range.max(range);
                }
            }
            _ => {}
        }
    }
    shape
}

/// A duration such as `5m` or `1h30m`.
fn duration(text: &str) -> Option<SignedDuration> {
    let mut total = 0.0;
    let mut rest = text.split(':').next()?.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let seconds = match unit.trim() {
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
        total += number.parse::<f64>().ok()? * seconds;
        rest = tail;
    }
    SignedDuration::try_from_secs_f64(total).ok()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::shape;

    #[test]
    fn selectors_and_ranges_are_found_outside_of_literals() {
        let found = shape(
            r#"sum(rate({app="a}[1h]", pod=~`x"}`} |= "{b=\"}" [5m])) / sum(rate({app="c"}[1h30m]))"#,
        );
        assert_eq!(found.selectors, [r#"{app="a}[1h]", pod=~`x"}`}"#, r#"{app="c"}"#]);
        assert_eq!(found.range, SignedDuration::from_mins(90));
        assert_eq!(shape(r#"{a="b"} | line_format "{{.x}}""#).selectors, [r#"{a="b"}"#]);
        for odd in ["", "{", "\"", "}{", "[]", "{a=\"", "[x]"] {
            let found = shape(odd);
            assert!(found.selectors.len() <= 1, "{odd}");
        }
    }
}
