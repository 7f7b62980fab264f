//! How many different words make a variable, by how they read and where they stand.

use super::intern::{HOLE, Interner};
use super::pattern::Pattern;

/// How a word reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Small letters, at most the first a capital.
    Plain,
    /// Capitals and underscores: a state, a verb of a protocol.
    Capitals,
    /// Anything else: the name of a user, a host, a class, a file.
    Name,
}

/// How a word reads.
pub fn style(word: &str) -> Style {
    let bytes = word.as_bytes();
    if bytes.iter().skip(1).all(|b| b.is_ascii_lowercase() || *b == b'-') {
        Style::Plain
    } else if bytes.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') {
        Style::Capitals
    } else {
        Style::Name
    }
}

/// Words after which a name comes, in any program's English.
const NAMERS: &[&str] = &[
    "for", "from", "to", "by", "user", "host", "name", "named", "file", "at", "of", "on", "in",
    "is", "service",
];

/// A place in a pattern where others have another word.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pattern: &'a Pattern,
    interner: &'a Interner,
    position: usize,
}

impl<'a> Place<'a> {
    /// The place of that index.
    pub fn new(pattern: &'a Pattern, interner: &'a Interner, position: usize) -> Self {
        Self { pattern, interner, position }
    }

    fn before(&self) -> &'a str {
        self.pattern.separators.get(self.position).map_or("", |gap| gap)
    }

    fn after(&self) -> &'a str {
        self.pattern.separators.get(self.position + 1).map_or("", |gap| gap)
    }

    /// The place holds the key of a pair.
    pub fn is_key(&self) -> bool {
        self.after().starts_with('=') || self.after().starts_with(" =")
    }

    /// The place holds the value of a pair.
    pub fn is_value(&self) -> bool {
        self.before().ends_with('=') || self.before().ends_with("= ")
    }

    /// The place is behind an opening quote.
    pub fn is_quoted(&self) -> bool {
        self.before().ends_with('"') || self.before().ends_with('\'')
    }

    /// The place is behind a word that announces a name.
    fn is_announced(&self) -> bool {
        let previous = self.position.checked_sub(1).and_then(|at| self.pattern.slots.get(at));
        self.before() == " "
            && previous.is_some_and(|&slot| NAMERS.contains(&self.interner.text(slot)))
    }

    /// Words elsewhere in the pattern.
    fn context(&self) -> usize {
        let slots = self.pattern.slots.iter().enumerate();
        slots
            .filter(|&(at, &slot)| {
                let letters = |text: &str| text.bytes().any(|b| b.is_ascii_alphabetic());
                at != self.position && slot != HOLE && letters(self.interner.text(slot))
            })
            .count()
    }

    /// Whether these different words (and a hole, if `hole`) are values of one variable here.
    ///
    /// The numbers were found by trying on public logs of sixteen systems, all with the same ones. What they say: a
    /// state or verb is rarely a variable, the first word is the subject, a name is a value sooner than a plain word
    /// is, and without other words that stay there is nothing to be a variable of.
    pub fn varies(&self, words: &[u32], hole: bool) -> bool {
        let distinct = words.len();
        let context = self.context();
        if context == 0 {
            return false;
        }
        if self.is_key() {
            return distinct >= 10;
        }
        if hole {
            return context >= 2 || self.is_value();
        }
        let texts = || words.iter().map(|&word| self.interner.text(word));
        let of = |wanted| texts().filter(|text| style(text) == wanted).count();
        let names = of(Style::Name);
        if distinct >= 2 && context >= 2 && names == distinct && self.numbered(words) {
            return true;
        }
        let qualified = texts().filter(|text| is_qualified(text)).count();
        let needed = if of(Style::Capitals) * 2 > distinct {
            7
        } else if self.position == 0 {
            8 + 4usize.saturating_sub(context)
        } else if self.is_value() {
            2
        } else if names * 2 > distinct {
            match context {
                2.. if qualified * 2 > distinct => 2,
                2.. => 3,
                _ => 4,
            }
        } else if self.is_announced() || self.is_quoted() {
            3
        } else {
            match context {
                3.. => 5,
                2 => 6,
                _ => 10,
            }
        };
        distinct >= needed
    }

    /// Whether words are one name with different digits: `eth0`, `eth1`.
    fn numbered(&self, words: &[u32]) -> bool {
        let stem = |word: u32| -> Option<String> {
            let text = self.interner.text(word);
            let digits = text.bytes().any(|b| b.is_ascii_digit());
            digits.then(|| text.chars().filter(|c| !c.is_ascii_digit()).collect())
        };
        let Some(first) = words.first().and_then(|&word| stem(word)) else { return false };
        words.iter().all(|&word| stem(word).as_ref() == Some(&first))
    }

    /// Whether the place may hold a value together with others of its kind: names and values of pairs.
    pub fn is_soft(&self) -> bool {
        let Some(&slot) = self.pattern.slots.get(self.position) else { return false };
        slot == HOLE
            || (self.position > 0
                && !self.is_key()
                && (self.is_value()
                    || self.is_quoted()
                    || style(self.interner.text(slot)) == Style::Name))
    }
}

/// `com.example.shop`: three labels or more.
fn is_qualified(word: &str) -> bool {
    word.split('.').count() >= 3 && word.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Style, is_qualified, style};

    #[test]
    fn words_read_differently() {
        assert_eq!(style("Started"), Style::Plain);
        assert_eq!(style("network-outbound"), Style::Plain);
        assert_eq!(style("SCREEN_ON"), Style::Capitals);
        assert_eq!(style("shopDatabase"), Style::Name);
        assert!(is_qualified("com.example.shop"));
        assert!(!is_qualified("depth..."));
    }
}
