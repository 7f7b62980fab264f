//! Values that hold separators: URLs, drive paths, MAC and IPv6 addresses, dates in words, `host:port`, times of day.

use super::class::{DIGIT, LETTER, SEPARATOR, class};
use super::kind::Kind;
use super::scan::Content;

const MONTHS: &[&[u8; 3]] = &[
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];
const DAYS: &[&[u8; 3]] = &[b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// The compound value that starts with the word `bytes[at..end]`, with its end.
#[inline]
pub fn at(bytes: &[u8], at: usize, end: usize, seen: u16) -> Option<(usize, Kind)> {
    let next = bytes.get(end).copied()?;
    if next == b' ' && seen & DIGIT != 0 {
        return restated(bytes, at, end).map(|end| (end, Kind::Number));
    }
    if next == b':' {
        return after_colon(bytes, at, end, seen);
    }
    if next == b'=' && bytes[at] == b'/' && bytes.get(at..end)?.contains(&b'?') {
        return Some((url_end(bytes, end), Kind::Path));
    }
    if end - at == 3 && matches!(next, b' ' | b',') && bytes[at].is_ascii_uppercase() {
        return date_in_words(bytes, at).map(|end| (end, Kind::Time));
    }
    None
}

/// Units of sizes and durations.
const UNITS: &[&str] = &[
    "B", "K", "M", "G", "KB", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "byte", "bytes",
    "ns", "us", "ms", "s", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes",
    "h", "hour", "hours", "day", "days",
];

/// Whether a word is a unit of size or of time.
pub fn is_unit(word: &str) -> bool {
    word.len() <= 7 && UNITS.contains(&word)
}

/// `5110 bytes (4.99 KB)`: a quantity said twice is one value.
fn restated(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let number = |word: &[u8]| {
        !word.is_empty() && word.iter().all(|b| b.is_ascii_digit() || *b == b'.' || *b == b',')
    };
    let word = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|b| class(*b) & SEPARATOR != 0).unwrap_or(rest.len());
        rest.get(..length).unwrap_or_default()
    };
    let unit = |from: usize| {
        let found = word(from);
        std::str::from_utf8(found).is_ok_and(is_unit).then_some(from + found.len())
    };
    if !number(bytes.get(at..end)?) {
        return None;
    }
    let open = unit(end + 1)?;
    if !bytes.get(open..)?.starts_with(b" (") {
        return None;
    }
    let again = word(open + 2);
    if !number(again) {
        return None;
    }
    let close = unit(open + 2 + again.len() + 1)?;
    (bytes.get(close) == Some(&b')')).then_some(close + 1)
}

fn after_colon(bytes: &[u8], at: usize, end: usize, seen: u16) -> Option<(usize, Kind)> {
    let word = bytes.get(at..end)?;
    let rest = bytes.get(end + 1..)?;
    if rest.starts_with(b"//") && seen & LETTER != 0 {
        return Some((url_end(bytes, end + 3), Kind::Url));
    }
    if word.len() == 1 && seen & LETTER != 0 && matches!(rest.first(), Some(b'\\' | b'/')) {
        return Some((url_end(bytes, end + 1), Kind::Path));
    }
    if word.len() <= 4 && word.iter().all(u8::is_ascii_hexdigit) {
        return address_end(bytes, at).map(|end| (end, Kind::Ip));
    }
    None
}

/// Where a URL or path ends: at a blank, a quote, a bracket or a comma, without what closes a sentence.
fn url_end(bytes: &[u8], from: usize) -> usize {
    let stops = |b: &u8| {
        *b <= b' '
            || matches!(
                b,
                b'"' | b'\''
                    | b'<'
                    | b'>'
                    | b'('
                    | b')'
                    | b'['
                    | b']'
                    | b'{'
                    | b'}'
                    | b'|'
                    | b','
                    | b';'
            )
    };
    let length =
        bytes.get(from..).map_or(0, |rest| rest.iter().position(stops).unwrap_or(rest.len()));
    let mut end = from + length;
    while end > from && matches!(bytes[end - 1], b'.' | b':' | b'!' | b'?') {
        end -= 1;
    }
    end
}

/// A MAC address, or an IPv6 address with `::` or all eight groups.
fn address_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let length =
        rest.iter().position(|b| !(b.is_ascii_hexdigit() || *b == b':')).unwrap_or(rest.len());
    let run = rest.get(..length)?;
    if rest.get(length).is_some_and(|&b| class(b) & LETTER != 0) || run.len() > 64 {
        return None;
    }
    let groups = run.split(|b| *b == b':');
    let (mut count, mut pairs, mut empty) = (0, 0, 0);
    for group in groups {
        count += 1;
        match group.len() {
            0 => empty += 1,
            2 => pairs += 1,
            1..=4 => {}
            _ => return None,
        }
    }
    let mac = count >= 6 && pairs == count;
    let v6 = (empty == 1 && count >= 3 && run.last() != Some(&b':')) || (count == 8 && empty == 0);
    (mac || v6).then_some(at + length)
}

/// `[Fri ]Jun 17[ 07:07:00][ CEST][ 2005]`, with a time or a year at least.
fn date_in_words(bytes: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor { bytes, at };
    if DAYS.iter().any(|day| cursor.takes(day.as_slice())) {
        cursor.takes(b",");
        cursor.blanks()?;
    }
    if let Some(month) = MONTHS.iter().find(|month| cursor.takes(month.as_slice())) {
        debug_assert_eq!(month.len(), 3);
        cursor.blanks()?;
        cursor.number(2)?;
    } else {
        // `Sun, 06 Nov 1994 08:49:37 GMT`
        cursor.number(2)?;
        cursor.blanks()?;
        MONTHS.iter().find(|month| cursor.takes(month.as_slice()))?;
    }
    let mut found = None;
    for _ in 0..2 {
        let mut next = Cursor { bytes, at: cursor.at };
        if next.takes(b",") | next.blanks().is_some() && next.number(4).is_some() {
            let time = next.takes(b":");
            if time {
                next.number(2)?;
                if next.takes(b":") {
                    next.number(2)?;
                }
                if next.takes(b".") {
                    next.number(9)?;
                }
                let mut zone = Cursor { bytes, at: next.at };
                if zone.blanks().is_some() && zone.zone() {
                    next = zone;
                }
            } else if next.at - cursor.at != 5 {
                break;
            }
            cursor = next;
            found = Some(cursor.at);
        }
    }
    found.filter(|&end| bytes.get(end).is_none_or(|&b| class(b) & SEPARATOR != 0 || b == b'.'))
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn takes(&mut self, text: &[u8]) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text));
        if found {
            self.at += text.len();
        }
        found
    }

    fn blanks(&mut self) -> Option<()> {
        let start = self.at;
        while self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self, most: usize) -> Option<()> {
        let start = self.at;
        while self.at - start < most && self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// `GMT`, `CEST`, `+0200`.
    fn zone(&mut self) -> bool {
        let start = self.at;
        if self.takes(b"+") || self.takes(b"-") {
            return self.number(4).is_some();
        }
        while self.at - start < 5 && self.bytes.get(self.at).is_some_and(u8::is_ascii_uppercase) {
            self.at += 1;
        }
        let ends = self.bytes.get(self.at).is_none_or(|&b| class(b) & SEPARATOR != 0);
        ends && self.at - start >= 3
    }
}

/// Whether a value goes on after a separator: the kind of both together.
#[inline]
pub fn joined(left: (Content, &[u8]), gap: &[u8], right: (Content, &[u8])) -> Option<Kind> {
    if !matches!(gap, b":" | b"," | b" ") {
        return None;
    }
    if gap == b" " && right.1.starts_with(b"HTTP/") && left.0 == Content::Variable(Kind::Path) {
        // The version at the end of a request line says nothing that the path's place does not.
        return Some(Kind::Path);
    }
    let Content::Variable(value) = right.0 else { return None };
    let left = match left.0 {
        Content::Variable(kind) => kind,
        // `db-7f3a:5432`, `cache.eu.example:6379`
        Content::Mixed(..) if gap == b":" && value == Kind::Number && is_port(right.1) => {
            return Some(Kind::Host);
        }
        Content::Literal if gap == b":" && value == Kind::Number && is_address(left.1, right.1) => {
            return Some(Kind::Host);
        }
        _ => return None,
    };
    match (left, gap, value) {
        (Kind::Rest, ..) | (.., Kind::Rest) => None,
        (Kind::Number | Kind::Time, b":", Kind::Number | Kind::Time)
        | (Kind::Time, b",", Kind::Number)
        | (Kind::Time, b" ", Kind::Time) => Some(Kind::Time),
        (Kind::Number, b":", _) => Some(Kind::Id),
        (Kind::Ip | Kind::Host | Kind::Path | Kind::Hex | Kind::Id | Kind::Uuid, b":", _) => {
            Some(left)
        }
        (Kind::Ip, b",", Kind::Ip) => Some(Kind::Ip),
        _ => None,
    }
}

fn is_port(text: &[u8]) -> bool {
    matches!(text, [b'1'..=b'9', rest @ ..]
        if (1..=4).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit))
}

/// A name with two full stops or more and no capitals, before a number that can be a port.
fn is_address(name: &[u8], port: &[u8]) -> bool {
    is_port(port)
        && name.split(|b| *b == b'.').count() >= 3
        && !name.iter().any(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use crate::mine::kind::Kind;
    use crate::mine::scan::{Content, Scan};

    fn variables(text: &str) -> Vec<(String, Kind)> {
        let mut scan = Scan::default();
        scan.read(1, text);
        scan.slots
            .iter()
            .filter_map(|slot| match slot.content {
                Content::Variable(kind) => {
                    Some((text[slot.start as usize..slot.end as usize].to_owned(), kind))
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn values_with_separators_are_one() {
        for (value, kind) in [
            ("https://user@host:80/a?b=c&d", Kind::Url),
            ("C:\\Windows\\system32\\x.dll", Kind::Path),
            ("00:1a:2b:3c:4d:5e", Kind::Ip),
            ("fe80::1", Kind::Ip),
            ("2001:db8:0:0:1:0:0:1", Kind::Ip),
            ("Fri Jun 17 07:07:00 2005", Kind::Time),
            ("Jun 17 07:07:00", Kind::Time),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Kind::Time),
            ("10:20:30,123", Kind::Time),
            ("2024-05-01 10:00:00.5", Kind::Time),
            ("10.0.0.1:8080", Kind::Ip),
            ("db.example.com:5432", Kind::Host),
        ] {
            assert_eq!(variables(&format!("got {value}, then left")), [(value.to_owned(), kind)]);
        }
    }

    #[test]
    fn words_are_not_dates() {
        assert_eq!(variables("May I come in, Jan asked. The Mon was broken"), []);
    }
}
