//! Texts as numbers.

use std::collections::HashMap;
use std::sync::Arc;

/// The number of [`super::word::HOLE`] alone.
pub const HOLE: u32 = 0;

/// Gives each text a number and each number its text.
#[derive(Debug)]
pub struct Interner {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    bytes: usize,
}

impl Default for Interner {
    fn default() -> Self {
        let mut interner = Self { numbers: HashMap::new(), texts: Vec::new(), bytes: 0 };
        interner.number("\u{1}");
        interner
    }
}

impl Interner {
    /// The number of a text, a new one if it has none.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        // Each text once, with its counts, and two pointers to it, one of them in a map that is at most half empty.
        self.bytes += text.len() + 80;
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The number of a text, if it has one.
    pub fn known(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{HOLE, Interner};

    #[test]
    fn a_text_keeps_its_number() {
        let mut interner = Interner::default();
        let a = interner.number("a");
        assert_eq!(interner.number("b"), a + 1);
        assert_eq!(interner.number("a"), a);
        assert_eq!(interner.text(a), "a");
        assert_eq!(interner.text(HOLE), "\u{1}");
        assert_eq!(interner.known("c"), None);
        assert!(interner.weight() >= 3);
    }
}
