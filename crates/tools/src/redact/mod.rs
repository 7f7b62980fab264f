//! Keeping secrets and people's addresses out of what leaves the platform: one place that knows
//! how they look, for tools' results and for exported incidents alike.
//!
//! [`is_secret`] judges one named setting; [`Redactor`] goes through running text and JSON, puts a
//! mark where a secret was and a stable pseudonym where a person was, and counts what it did.
//! Patterns find what is known to look like a secret; a secret that looks like a word is not found.

mod keys;
mod names;
mod patterns;
pub mod tally;

use std::borrow::BorrowMut;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use serde_json::Value;

pub use keys::hide_keys;
pub use names::{begins_like_a_secret, has_user_info, is_secret};
pub use patterns::{Kind, REDACTED};
pub use tally::{Tally, tallied};

/// The domain of pseudonyms; reserved, so nobody's (RFC 2606).
const NOWHERE: &str = "redacted.invalid";

/// With which addresses are made pseudonyms. Of this process, so that what was kept tells nobody else anything.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Redacts. The same address becomes the same pseudonym in all that a process redacts, and two
/// addresses become two.
#[derive(Debug, Default)]
pub struct Redactor {
    /// Numbers of addresses, where pseudonyms are numbered.
    people: Option<HashMap<String, usize>>,
    counts: BTreeMap<Kind, u64>,
}

impl Redactor {
    /// A redactor with the pseudonyms of this process.
    pub fn new() -> Self {
        Self::default()
    }

    /// A redactor that numbers the addresses it meets: the same texts in the same order give the same
    /// pseudonyms, whichever process it is.
    pub fn numbered() -> Self {
        Self { people: Some(HashMap::new()), ..Self::default() }
    }

    /// Redacts lines that come one after another.
    pub fn lines<T: BorrowMut<String>>(&mut self, lines: &mut [T]) {
        let keys = hide_keys(lines);
        if keys > 0 {
            *self.counts.entry(Kind::PrivateKey).or_default() += keys;
        }
        // Most logs hold nothing of the kind, and one look at the whole is much cheaper than one at each line.
        let whole: Vec<&str> = lines.iter().map(|line| line.borrow().as_str()).collect();
        let whole = whole.join("\n");
        if patterns::PATTERNS.iter().all(|pattern| !pattern.occurs(&whole)) {
            return;
        }
        for line in lines {
            let line = line.borrow_mut();
            if let Some(clean) = self.text(line) {
                *line = clean;
            }
        }
    }

    /// The text without its secrets; `None` when it has none.
    pub fn text(&mut self, text: &str) -> Option<String> {
        let mut clean: Option<String> = None;
        for pattern in patterns::PATTERNS.iter() {
            let now = clean.as_deref().unwrap_or(text);
            if !pattern.occurs(now) {
                continue;
            }
            let next = pattern.replace(now, |found| self.hide(pattern.kind, found));
            if next != now {
                clean = Some(next);
            }
        }
        clean
    }

    /// A text that may be JSON: field by field if it is, else as running text.
    pub fn document(&mut self, text: &str) -> Option<String> {
        match serde_json::from_str::<Value>(text) {
            Ok(mut value @ (Value::Object(_) | Value::Array(_))) => {
                self.json(&mut value).then(|| value.to_string())
            }
            _ => self.text(text),
        }
    }

    /// Redacts every string in `value`; says whether there was anything to redact. Keys stay, and so do names of
    /// things, which agents ask about and act on.
    pub fn json(&mut self, value: &mut Value) -> bool {
        self.under("", value)
    }

    fn under(&mut self, key: &str, value: &mut Value) -> bool {
        match value {
            Value::String(text) if patterns::is_identity(key, text) => false,
            Value::String(text) => match self.text(text) {
                Some(clean) => {
                    *text = clean;
                    true
                }
                None => false,
            },
            Value::Array(items) => {
                items.iter_mut().fold(false, |any, item| self.under(key, item) | any)
            }
            Value::Object(fields) => {
                // `{"name": "DB_PASSWORD", "value": "…"}`, as Kubernetes writes variables.
                let named = fields.get("name").and_then(Value::as_str).map(str::to_owned);
                let mut any = false;
                for (key, inner) in fields.iter_mut() {
                    let secret = patterns::is_secret_key(key)
                        || (key == "value"
                            && named.as_deref().is_some_and(patterns::is_secret_key));
                    any |= if secret { self.whole(inner) } else { self.under(key, inner) };
                }
                any
            }
            _ => false,
        }
    }

    /// What was hidden so far, by the kinds' names.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.iter().map(|(kind, count)| (kind.as_str().to_owned(), *count)).collect()
    }

    /// Everything that stands under a secret's name.
    fn whole(&mut self, value: &mut Value) -> bool {
        match value {
            Value::Null | Value::Bool(_) => return false,
            Value::String(text) if patterns::is_harmless(text) => return false,
            Value::Array(items) => {
                return items.iter_mut().fold(false, |any, item| self.whole(item) | any);
            }
            Value::Object(fields) => {
                return fields.values_mut().fold(false, |any, inner| self.whole(inner) | any);
            }
            Value::String(_) | Value::Number(_) => {}
        }
        self.count(Kind::Password);
        *value = Value::String(REDACTED.to_owned());
        true
    }

    fn hide(&mut self, kind: Kind, found: &str) -> Option<String> {
        let mark = match kind {
            Kind::Email if found.ends_with(NOWHERE) => return None,
            Kind::Email => self.pseudonym(found),
            Kind::Password if patterns::is_harmless(found) => return None,
            // The quotes stay, so that JSON in a log line stays JSON.
            Kind::Password => quoted(found),
            kind if !patterns::is_real(kind, found) => return None,
            _ => REDACTED.to_owned(),
        };
        self.count(kind);
        Some(mark)
    }

    fn pseudonym(&mut self, address: &str) -> String {
        let address = address.to_lowercase();
        match &mut self.people {
            Some(people) => {
                let next = people.len() + 1;
                let number = *people.entry(address).or_insert(next);
                format!("person-{number}@{NOWHERE}")
            }
            None => format!("person-{:016x}@{NOWHERE}", KEY.hash_one(address)),
        }
    }

    fn count(&mut self, kind: Kind) {
        *self.counts.entry(kind).or_default() += 1;
        tally::add(kind);
    }
}

fn quoted(found: &str) -> String {
    let open = found.len() - found.trim_start_matches(['\\', '"', '\'']).len();
    let inner = found.trim_end_matches(['\\', '"', '\'']).len();
    if open == 0 || inner < open {
        return REDACTED.to_owned();
    }
    format!("{}{REDACTED}{}", &found[..open], &found[inner..])
}

#[cfg(test)]
mod tests;
