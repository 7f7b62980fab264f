//! The shapes that secrets and people's addresses have in running text.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What was hidden. One counter each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `-----BEGIN … PRIVATE KEY-----` and what follows.
    PrivateKey,
    /// The secret part of an `Authorization` header.
    Authorization,
    /// A JSON Web Token.
    Jwt,
    /// User and password in an address.
    UrlPassword,
    /// An access key of a cloud.
    CloudKey,
    /// A token known by its prefix, ours included.
    Token,
    /// The value of a field or variable whose name says "secret".
    Password,
    /// An e-mail address of a person.
    Email,
    /// A telephone number as people write it, with its country's.
    Phone,
    /// The number of a payment card, in groups of four.
    Card,
    /// An account number (IBAN, ISO 13616).
    Iban,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::PrivateKey,
        Self::Authorization,
        Self::Jwt,
        Self::UrlPassword,
        Self::CloudKey,
        Self::Token,
        Self::Password,
        Self::Email,
        Self::Phone,
        Self::Card,
        Self::Iban,
    ];

    /// The counter's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKey => "private_key",
            Self::Authorization => "authorization",
            Self::Jwt => "jwt",
            Self::UrlPassword => "url_password",
            Self::CloudKey => "cloud_key",
            Self::Token => "token",
            Self::Password => "password",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Iban => "iban",
        }
    }
}

/// What stands where a secret was.
pub const REDACTED: &str = "[redacted]";

/// A shape; its group `keep` stays in front of the mark, `after` behind it.
pub(super) struct Pattern {
    pub(super) kind: Kind,
    regex: Regex,
}

impl Pattern {
    /// Replaces each match by what `hide` makes of it.
    pub(super) fn replace(
        &self,
        text: &str,
        mut hide: impl FnMut(&str) -> Option<String>,
    ) -> String {
        let put = |found: &Captures<'_>| {
            let whole = found.get(0).map_or("", |m| m.as_str());
            let part = |name| found.name(name).map_or("", |m| m.as_str());
            match hide(found.name("secret").map_or(whole, |m| m.as_str())) {
                Some(mark) => format!("{}{mark}{}", part("keep"), part("after")),
                None => whole.to_owned(),
            }
        };
        self.regex.replace_all(text, put).into_owned()
    }

    pub(super) fn occurs(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// Names of fields and variables whose value is a secret. Narrower than what
/// [`super::names::is_secret`] asks of settings: in text, `auth` or `cookie` is mostly just a word.
const NAME: &str = r"[A-Za-z0-9_.-]*?(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?key|credentials?|connection[_-]?string|pwd)";

/// Longest first where one may stand in another: a key in a `password=` is hidden as a key.
pub(super) static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let value = r#"(?:"(?P<q>(?:[^"\\]|\\.)*)"|'[^']*'|\\+"[^"\\]*\\+"|[^\s,;&"'\\}\])]+)"#
        .replace("(?P<q>", "(?:");
    [
        (
            Kind::PrivateKey,
            r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)"
                .to_owned(),
        ),
        (Kind::Jwt, r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*".to_owned()),
        (
            Kind::Authorization,
            r"(?P<keep>\b(?i:bearer|basic)[ \t]+)(?P<secret>[A-Za-z0-9._~+/=-]{8,})".to_owned(),
        ),
        (
            Kind::UrlPassword,
            // Passwords that hold an `@` or, after more than the digits of a port, a `/` as it is.
            concat!(
                r"(?P<keep>\b[A-Za-z][A-Za-z0-9+.-]*://)(?P<secret>[^/?#\s@:\[]*:",
                r#"(?:[^/\s@]+(?:@[^/\s@"'`,;<>{}?#&]+)*|[^/\s@"'`,;]*[^0-9/\s@"'`,;][^/\s@"'`,;]*/[^\s@"'`,;?#&]*))(?P<after>@)"#
            )
            .to_owned(),
        ),
        (Kind::CloudKey, r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|AIza)[A-Za-z0-9_-]{12,}".to_owned()),
        (
            Kind::Token,
            r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|npm_|pypi-|hf_|dop_v1_|[rs]k_(?:live|test)_|ya29\.|evk_api_|evk_cluster_)[A-Za-z0-9_-]{8,}"
                .to_owned(),
        ),
        (Kind::Token, r"\bsk-[A-Za-z0-9_-]{16,}".to_owned()),
        (
            Kind::Password,
            format!(r#"(?P<keep>\b(?i:{NAME})\\*["']?\s*[=:]\s*)(?P<secret>{value})"#),
        ),
        (
            Kind::Email,
            r"[A-Za-z0-9._%+-]+@(?:localhost\b|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})".to_owned(),
        ),
        (Kind::Card, r"\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}\b".to_owned()),
        (Kind::Iban, r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b".to_owned()),
        (Kind::Phone, r"\+[1-9]\d{0,2}(?:[ -]\(?\d{2,4}\)?){2,4}\b".to_owned()),
    ]
    .into_iter()
    .map(|(kind, pattern)| Pattern { kind, regex: compiled(&pattern) })
    .collect()
});

#[expect(clippy::expect_used, reason = "the patterns are written above; a test uses every one")]
fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is well-formed")
}

static SECRET_NAME: LazyLock<Regex> = LazyLock::new(|| compiled(&format!("^(?i:{NAME})$")));

/// Whether the string under this key is a secret whatever it looks like.
pub(super) fn is_secret_key(key: &str) -> bool {
    SECRET_NAME.is_match(key)
}

/// Whether what has a kind's shape is of that kind, as far as its own check tells.
pub(super) fn is_real(kind: Kind, found: &str) -> bool {
    match kind {
        // Names of things are written in small letters, keys of this shape in both.
        Kind::Token if found.starts_with("sk-") => found.chars().any(|c| c.is_ascii_uppercase()),
        Kind::Card => luhn(found),
        Kind::Iban => iban(found),
        Kind::Phone => found.bytes().filter(u8::is_ascii_digit).count() >= 8,
        _ => true,
    }
}

/// The check digit of payment cards (ISO/IEC 7812-1).
fn luhn(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(nth, digit)| match (nth % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) => twice / 10 + twice % 10,
        })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// The check digits of account numbers (ISO 13616: 1 modulo 97).
fn iban(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    let (Some(head), Some(rest)) = (letters.get(..4), letters.get(4..)) else { return false };
    let rest = rest.iter().chain(head).filter_map(|c| c.to_digit(36));
    let sum = rest.fold(0, |sum, digit| (sum * if digit > 9 { 100 } else { 10 } + digit) % 97);
    (15..=34).contains(&letters.len()) && sum == 1
}

/// Fields whose value names a thing in a cluster or a repository.
pub(super) fn is_identity(key: &str, value: &str) -> bool {
    const KEYS: &[&str] = &[
        "app",
        "component",
        "container",
        "deployment",
        "image",
        "images",
        "name",
        "namespace",
        "node",
        "object",
        "pod",
        "replicaSet",
        "repositories",
        "repository",
        "service",
        "uid",
        "workload",
    ];
    // As Kubernetes and registries let things be called: no key or password hidden here looks like it.
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./:@".contains(c);
    KEYS.contains(&key) && value.chars().all(plain)
}

/// Values that tell nothing.
pub(super) fn is_harmless(value: &str) -> bool {
    let inner = value.trim_matches(|c| matches!(c, '"' | '\'' | '\\'));
    let words = ["", "true", "false", "null", "none", "nil", "undefined", "..."];
    words.iter().any(|word| inner.eq_ignore_ascii_case(word))
        || inner.starts_with(REDACTED)
        || inner == "[redacted"
}
