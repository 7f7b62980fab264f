//! Lines that are `key=value` pairs.

use jiff::Timestamp;

use super::level::Level;
use super::{Entry, Format, time};

/// Reads a line that is nothing but pairs and has a level, a message or a time among them.
///
/// Without a message the pairs that nothing was taken from are the message, since they are what the line says.
pub fn read(text: &str, received: Option<Timestamp>) -> Option<Entry> {
    let first = text.split_once('=')?.0;
    if first.is_empty() || !first.bytes().all(is_key) {
        return None;
    }
    let mut entry = Entry { format: Format::Logfmt, ..Entry::text("") };
    let mut message = None;
    let mut others = String::new();
    let mut pairs = 0;
    let mut known = false;
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, value, raw, after) = pair(rest)?;
        pairs += 1;
        let mut taken = true;
        match key {
            "msg" | "message" | "event" if message.is_none() => message = Some(value),
            "level" | "lvl" | "severity" if entry.level.is_none() => {
                entry.level = Level::from_name(&value);
                taken = entry.level.is_some();
            }
            "ts" | "time" | "t" | "timestamp" if entry.time.is_none() => {
                entry.time = time::whole(&value, received)
                    .or_else(|| value.parse().ok().and_then(time::epoch));
                taken = entry.time.is_some();
            }
            "logger" | "component" | "module" | "target" if entry.logger.is_none() => {
                entry.logger = Some(value);
            }
            "trace_id" | "traceId" | "traceID" | "traceid" if entry.trace.is_none() => {
                entry.trace = Some(value);
            }
            "err" | "error" if entry.error.is_none() => entry.error = Some(value),
            _ => taken = false,
        }
        known |= taken;
        if !taken {
            if !others.is_empty() {
                others.push(' ');
            }
            others.push_str(raw);
        }
        rest = after;
    }
    if pairs < 2 || !known {
        return None;
    }
    entry.message = message.filter(|m| !m.is_empty()).unwrap_or(others);
    Some(entry)
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/' | b'@')
}

/// The first pair: key, value without quotes, the pair as it stands, and what comes after the blanks behind it.
fn pair(text: &str) -> Option<(&str, String, &str, &str)> {
    let cut = text.find('=')?;
    let (key, value) = (text.get(..cut)?, text.get(cut + 1..)?);
    if key.is_empty() || !key.bytes().all(is_key) {
        return None;
    }
    let (value, length) = if let Some(quoted) = value.strip_prefix('"') {
        let (value, length) = unquote(quoted)?;
        (value, length + 1)
    } else {
        let length = value.find(' ').unwrap_or(value.len());
        (value.get(..length)?.to_owned(), length)
    };
    let end = cut + 1 + length;
    let after = text.get(end..)?;
    if !after.is_empty() && !after.starts_with(' ') {
        return None;
    }
    Some((key, value, text.get(..end)?, after.trim_start()))
}

/// The text before the closing quote, with escapes resolved, and the length with that quote.
fn unquote(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((out, at + 1)),
            '\\' => match chars.next()?.1 {
                'n' | 't' | 'r' => out.push(' '),
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Level, read};

    #[test]
    fn fields_are_found() {
        let entry = read(
            r#"ts=2024-05-01T10:20:30Z caller=x.go:1 level=warn component=tsdb msg="took \"long\"" duration=3s err="no luck""#,
            None,
        )
        .unwrap();
        assert_eq!(entry.message, "took \"long\"");
        assert_eq!(entry.level, Some(Level::Warn));
        assert_eq!(entry.logger.as_deref(), Some("tsdb"));
        assert_eq!(entry.error.as_deref(), Some("no luck"));
        assert!(entry.time.is_some());
    }

    #[test]
    fn without_a_message_the_pairs_are_it() {
        let entry = read("level=info method=GET path=/x status=200", None).unwrap();
        assert_eq!(entry.message, "method=GET path=/x status=200");
    }

    #[test]
    fn sentences_with_pairs_are_no_logfmt() {
        for line in [
            "user=joe logged in",
            "a=b",
            "took=3 things=4",
            "level=info msg=\"open",
            "=x level=info",
            "level=info msg=\"a\"b",
        ] {
            assert_eq!(read(line, None), None, "{line}");
        }
    }
}
