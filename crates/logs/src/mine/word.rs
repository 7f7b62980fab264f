//! Which words are variables by their look alone.
//!
//! The rules know shapes, never vocabulary of a system: whatever is a number, an address, a path, a time or a mixture of
//! letters and digits is a variable wherever it stands. What is made of letters only is left to the comparison of lines.

use super::class::{ALNUM, AT, DIGIT, DOT, LETTER, SLASH, UPPER, class};
use super::kind::Kind;

/// Stands for a variable inside a masked word. No word holds it: control characters are separators.
pub const HOLE: u8 = 1;

/// What a word is by its look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A word like any other.
    Literal,
    /// A variable as a whole.
    Variable(Kind),
    /// Literal parts around variables; the masked form has been written to the buffer.
    Mixed,
}

/// Top-level domains that end a host name. Short on purpose: `org.apache.x` must stay a package's name.
const DOMAINS: &[&str] = &[
    "com",
    "net",
    "org",
    "edu",
    "gov",
    "mil",
    "int",
    "info",
    "biz",
    "io",
    "dev",
    "app",
    "cloud",
    "local",
    "internal",
    "localdomain",
    "lan",
    "svc",
    "arpa",
    "cn",
    "de",
    "uk",
    "jp",
    "fr",
    "tw",
    "hk",
    "ru",
    "br",
    "in",
    "it",
    "nl",
    "us",
    "ca",
    "au",
    "kr",
    "se",
    "ch",
    "es",
    "pl",
    "eu",
];

/// Looks at a word without separators. `seen` is the union of its bytes' classes; a masked form goes to `masked`.
pub fn look(word: &[u8], seen: u16, masked: &mut Vec<u8>) -> Look {
    if seen & (DIGIT | SLASH | AT | DOT) == 0 {
        return plain(word);
    }
    if seen & SLASH != 0
        && let Some(look) = with_slash(word, seen)
    {
        return look;
    }
    if seen & AT != 0 && is_email(word) {
        return Look::Variable(Kind::Email);
    }
    if seen & DOT != 0 && is_host(word, seen) {
        return Look::Variable(Kind::Host);
    }
    if seen & DIGIT == 0 {
        return Look::Literal;
    }
    with_digits(word, masked)
}

fn plain(word: &[u8]) -> Look {
    match word.len() {
        3..=5 => {
            let flag = [b"true".as_slice(), b"false", b"null", b"nil"];
            if flag.iter().any(|known| word.eq_ignore_ascii_case(known)) {
                return Look::Variable(Kind::Flag);
            }
            // The two accounts every system has: who acted is a value, also where only they did.
            if matches!(word, b"root" | b"ROOT" | b"admin") {
                return Look::Variable(Kind::Word);
            }
            Look::Literal
        }
        8.. if word.iter().all(|b| matches!(b, b'a'..=b'f')) => Look::Variable(Kind::Hex),
        _ => Look::Literal,
    }
}

/// Words with slashes: paths, dates, ratios. `None`: look further.
fn with_slash(word: &[u8], seen: u16) -> Option<Look> {
    let slashes = word.iter().filter(|&&b| class(b) & SLASH != 0).count();
    let first = word.first().copied().unwrap_or_default();
    if class(first) & SLASH != 0 || word.starts_with(b"~/") || word.starts_with(b"./") {
        let rest = word.get(1..).unwrap_or_default();
        return Some(Look::Variable(if is_ipv4(rest) { Kind::Ip } else { Kind::Path }));
    }
    if seen & (LETTER | DOT) == 0 && slashes == 2 {
        return Some(Look::Variable(Kind::Time));
    }
    if is_ipv4(word) {
        return Some(Look::Variable(Kind::Ip));
    }
    if slashes >= 2 {
        return Some(Look::Variable(Kind::Path));
    }
    let cut = word.iter().position(|&b| class(b) & SLASH != 0)?;
    let (before, after) = (word.get(..cut)?, word.get(cut + 1..)?);
    if after.iter().all(u8::is_ascii_alphanumeric) && all_start_with_digit(before, after) {
        return Some(Look::Variable(Kind::Number));
    }
    if is_ipv4(after) || is_host(after, DOT) {
        return Some(Look::Variable(Kind::Host));
    }
    let named = |part: &[u8]| part.contains(&b'.');
    if is_host(before, DOT) || is_ipv4(before) {
        return Some(Look::Variable(Kind::Path));
    }
    if seen & LETTER != 0
        && (named(before) || named(after))
        && !after.iter().all(|b| b.is_ascii_digit() || *b == b'.')
    {
        return Some(Look::Variable(Kind::Path));
    }
    None
}

/// Both halves are quantities: `3/5`, `125312k/129720k`.
fn all_start_with_digit(before: &[u8], after: &[u8]) -> bool {
    [before, after].iter().all(|part| part.first().is_some_and(u8::is_ascii_digit))
}

fn is_email(word: &[u8]) -> bool {
    let Some(at) = word.iter().position(|&b| b == b'@') else { return false };
    let (user, host) = (word.get(..at).unwrap_or_default(), word.get(at + 1..).unwrap_or_default());
    !user.is_empty()
        && !user.contains(&b'$')
        && (is_ipv4(host) || (host.contains(&b'.') && is_host(host, DOT)))
}

/// A host name: labels joined by full stops, the last a top-level domain.
pub fn is_host(word: &[u8], seen: u16) -> bool {
    if seen & (SLASH | AT) != 0 {
        return false;
    }
    let Some(dot) = word.iter().rposition(|&b| b == b'.') else { return false };
    let last = word.get(dot + 1..).unwrap_or_default();
    let labels = word.split(|b| *b == b'.').count();
    dot > 0
        // Classes of a namespace have capitals; only a long name with a domain's end is a host in spite of them.
        && (seen & UPPER == 0 || labels >= 3)
        && word.iter().all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && DOMAINS.iter().any(|domain| domain.as_bytes() == last)
}

/// Four numbers joined by full stops, with or without `/prefix`.
pub fn is_ipv4(word: &[u8]) -> bool {
    let mut numbers = 0;
    let mut digits = 0;
    for &byte in word {
        match byte {
            b'0'..=b'9' if digits < 3 => digits += 1,
            b'.' | b'/' if digits > 0 => {
                numbers += 1;
                digits = 0;
                if (byte == b'/') != (numbers == 4) {
                    return false;
                }
            }
            _ => return false,
        }
    }
    digits > 0 && (numbers == 3 || numbers == 4)
}

fn is_uuid(word: &[u8]) -> bool {
    word.len() == 36
        && word.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Bytes at which a word with digits falls into parts.
fn splits(byte: u8) -> bool {
    matches!(
        byte,
        b'.' | b'-'
            | b'+'
            | b'@'
            | b'#'
            | b'$'
            | b'%'
            | b'&'
            | b'?'
            | b'~'
            | b'^'
            | b'!'
            | b'/'
            | b'\\'
    )
}

fn with_digits(word: &[u8], masked: &mut Vec<u8>) -> Look {
    let signless = word.strip_prefix(b"-").unwrap_or(word);
    let figure = signless.first().is_some_and(u8::is_ascii_digit);
    if figure && signless.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
        if is_ipv4(signless) {
            return Look::Variable(Kind::Ip);
        }
        return Look::Variable(Kind::Number);
    }
    if signless.starts_with(b"0x") || signless.starts_with(b"0X") {
        return Look::Variable(Kind::Hex);
    }
    if is_uuid(word) {
        return Look::Variable(Kind::Uuid);
    }
    if signless.len() >= 6 && signless.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'-')) {
        let dates = signless.iter().all(|b| b.is_ascii_digit() || *b == b'-');
        return Look::Variable(if dates { Kind::Time } else { Kind::Hex });
    }
    if is_instant(signless) {
        return Look::Variable(Kind::Time);
    }
    if let [b'v' | b'V', b'0'..=b'9', ..] = word {
        return Look::Variable(Kind::Number);
    }
    if let [b'#', inner @ .., b'#'] = word
        && !inner.contains(&b'#')
    {
        return Look::Variable(Kind::Id);
    }
    masked.clear();
    let mut kind = Kind::Number;
    let mut start = 0;
    let mut parts = 0;
    for end in 0..=word.len() {
        let at_end = end == word.len();
        if !at_end && !splits(word[end]) {
            continue;
        }
        let part = word.get(start..end).unwrap_or_default();
        if !part.is_empty() {
            parts += 1;
            let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
            if digits > 0 && !is_named(part, digits) {
                push_hole(masked, start == 1 && word.first() == Some(&b'-'));
                if !part.first().is_some_and(u8::is_ascii_digit) {
                    kind = Kind::Id;
                }
            } else {
                masked.extend_from_slice(part);
            }
        }
        if !at_end {
            masked.push(word[end]);
        }
        start = end + 1;
    }
    if masked.as_slice() == [HOLE] {
        return Look::Variable(if parts > 1 && kind == Kind::Number { Kind::Number } else { kind });
    }
    if masked.contains(&HOLE) { Look::Mixed } else { Look::Literal }
}

/// Appends a hole, swallowing `hole.` and `hole-` before it: `10.2-5` is one variable.
fn push_hole(masked: &mut Vec<u8>, after_sign: bool) {
    if after_sign && masked.as_slice() == b"-" {
        masked.clear();
    }
    // `blk_-42`: what ends with an underscore is the head of an id.
    if let [.., b'_', b'-'] = masked.as_slice() {
        let head = masked.iter().rposition(|&b| splits(b) && b != b'-').map_or(0, |at| at + 1);
        masked.truncate(head);
    }
    if let [.., HOLE, b'.' | b'-'] = masked.as_slice() {
        masked.pop();
    } else {
        masked.push(HOLE);
    }
}

/// A name that happens to have a digit in it: `eth1`, `ssh2`, `L2`, `log4j`, but not `task_1`.
fn is_named(part: &[u8], digits: usize) -> bool {
    digits == 1
        && part.first().is_some_and(|&b| class(b) & LETTER != 0)
        && !part.windows(2).any(|pair| pair[0] == b'_' && pair[1].is_ascii_digit())
}

/// `2024-05-01T10:00:00Z` without its colons, as it arrives here: `2024-05-01T10`.
fn is_instant(word: &[u8]) -> bool {
    word.len() >= 11
        && word.get(..4).is_some_and(|year| year.iter().all(u8::is_ascii_digit))
        && word.get(4) == Some(&b'-')
        && word.get(7) == Some(&b'-')
        && matches!(word.get(10), Some(b'T' | b't' | b'_' | b'-'))
        && word
            .get(11..)
            .is_some_and(|rest| rest.iter().all(|&b| class(b) & ALNUM != 0 || b == b'.'))
}

#[cfg(test)]
mod tests {
    use super::{HOLE, Look, look};
    use crate::mine::class::class;
    use crate::mine::kind::Kind;

    fn of(word: &str) -> (Look, String) {
        let mut masked = Vec::new();
        let seen = word.bytes().fold(0, |seen, b| seen | class(b));
        let look = look(word.as_bytes(), seen, &mut masked);
        (look, String::from_utf8(masked).unwrap().replace(char::from(HOLE), "<*>"))
    }

    #[test]
    fn values_are_known_by_their_look() {
        for (word, kind) in [
            ("42", Kind::Number),
            ("-1.5", Kind::Number),
            ("12ms", Kind::Number),
            ("0x7f", Kind::Hex),
            ("deadbeef", Kind::Hex),
            ("9fceb02d0ae598e95dc970b74767f19372d61af8", Kind::Hex),
            ("0b5c29e1-9b2f-4c1f-9f5e-2a3b4c5d6e7f", Kind::Uuid),
            ("10.0.0.1", Kind::Ip),
            ("10.0.0.0/8", Kind::Ip),
            ("/10.0.0.1", Kind::Ip),
            ("/var/log/x.log", Kind::Path),
            ("a/b/c", Kind::Path),
            ("api.example.com", Kind::Host),
            ("joe@example.org", Kind::Email),
            ("2024-05-01", Kind::Time),
            ("2024/05/01", Kind::Time),
            ("blk_38865049064139660", Kind::Id),
            ("FALSE", Kind::Flag),
        ] {
            assert_eq!(of(word).0, Look::Variable(kind), "{word}");
        }
    }

    #[test]
    fn names_stay_names() {
        for word in ["eth1", "ssh2", "L2", "org.apache.hadoop", "and/or", "word", "log4j", "io"] {
            assert_eq!(of(word).0, Look::Literal, "{word}");
        }
    }

    #[test]
    fn names_with_numbers_keep_their_names() {
        for (word, masked) in [
            ("shop-7d9f8b6c5-x2x9z", "shop-<*>"),
            ("jetty-6.1.26", "jetty-<*>"),
            ("Event@1a2b3c", "Event@<*>"),
            ("#12", "#<*>"),
            ("50%", "<*>%"),
            ("PS/2", "PS/<*>"),
        ] {
            assert_eq!(of(word), (Look::Mixed, masked.to_owned()), "{word}");
        }
    }
}
