//! BM25 with weighted fields, kept up to date one text at a time.

use std::collections::HashMap;

/// How quickly further occurrences of a word stop counting.
const SATURATION: f32 = 1.2;
/// How much a long text is discounted. Below the usual 0.75: sections of runbooks differ in length for no reason.
const LENGTH: f32 = 0.5;

/// A text's words with their weights: title words count more than those of the body.
#[derive(Debug, Clone, Default)]
pub struct Bag {
    counts: HashMap<String, f32>,
    length: f32,
}

impl Bag {
    /// Adds words with a weight each.
    pub fn add(&mut self, words: Vec<String>, weight: f32) {
        for word in words {
            *self.counts.entry(word).or_default() += weight;
            self.length += weight;
        }
    }
}

/// The inverted index. Texts have slots; a slot that was emptied is used again.
#[derive(Debug, Default)]
pub struct Bm25 {
    postings: HashMap<Box<str>, Vec<(u32, f32)>>,
    texts: Vec<Option<Text>>,
    live: usize,
    length: f64,
}

#[derive(Debug)]
struct Text {
    words: Box<[Box<str>]>,
    length: f32,
}

/// A query's words, each with how telling it is.
#[derive(Debug, Clone, Default)]
pub struct Weighed(Vec<(String, f32)>);

impl Weighed {
    /// How telling the words of `text` are together, of all that the query asks: 0 to 1.
    pub fn coverage(&self, of: impl Fn(&str) -> bool) -> f32 {
        let total: f32 = self.0.iter().map(|(_, weight)| weight).sum();
        let met: f32 = self.0.iter().filter(|(word, _)| of(word)).map(|(_, weight)| weight).sum();
        if total > 0.0 { met / total } else { 0.0 }
    }

    /// The weight of a word, 0 when the query does not ask for it.
    pub fn of(&self, word: &str) -> f32 {
        self.0.iter().find(|(asked, _)| asked == word).map_or(0.0, |(_, weight)| *weight)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^23")]
impl Bm25 {
    /// Puts a text into its slot; the slot must be empty.
    pub fn put(&mut self, slot: u32, bag: Bag) {
        let place = slot as usize;
        if self.texts.len() <= place {
            self.texts.resize_with(place + 1, || None);
        }
        let mut words = Vec::with_capacity(bag.counts.len());
        for (word, weight) in bag.counts {
            let word: Box<str> = word.into();
            self.postings.entry(word.clone()).or_default().push((slot, weight));
            words.push(word);
        }
        self.texts[place] = Some(Text { words: words.into(), length: bag.length });
        self.live += 1;
        self.length += f64::from(bag.length);
    }

    /// Empties a slot.
    pub fn remove(&mut self, slot: u32) {
        let Some(text) = self.texts.get_mut(slot as usize).and_then(Option::take) else { return };
        for word in &text.words {
            if let Some(list) = self.postings.get_mut(word) {
                list.retain(|(at, _)| *at != slot);
                if list.is_empty() {
                    self.postings.remove(word);
                }
            }
        }
        self.live -= 1;
        self.length -= f64::from(text.length);
    }

    /// Weighs a query's words by how few texts have them. A word that no text has tells nothing and is left out; one
    /// that is asked for several times counts a little more, not several times.
    pub fn weigh(&self, words: Vec<String>) -> Weighed {
        let mut counts: Vec<(String, f32)> = Vec::new();
        for word in words {
            match counts.iter_mut().find(|(seen, _)| *seen == word) {
                Some((_, count)) => *count += 1.0,
                None => counts.push((word, 1.0)),
            }
        }
        counts.retain_mut(|(word, count)| {
            let rare = self.rarity(word);
            *count = rare * (1.0 + count.ln());
            rare > 0.0
        });
        Weighed(counts)
    }

    /// How telling a word is by how few texts have it; 0 when none has.
    pub fn rarity(&self, word: &str) -> f32 {
        let Some(list) = self.postings.get(word) else { return 0.0 };
        let (all, having) = (self.live as f32, list.len() as f32);
        (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
    }

    /// The score of every slot; those without a word of the query have 0.
    pub fn score(&self, query: &Weighed) -> Vec<f32> {
        let mut scores = vec![0.0; self.texts.len()];
        if self.live == 0 {
            return scores;
        }
        #[expect(clippy::cast_possible_truncation, reason = "an average length is small")]
        let usual = (self.length / self.live as f64).max(1.0) as f32;
        for (word, weight) in &query.0 {
            for (slot, count) in self.postings.get(word.as_str()).into_iter().flatten() {
                let slot = *slot as usize;
                let length = self.texts[slot].as_ref().map_or(usual, |text| text.length);
                let norm = SATURATION * (1.0 - LENGTH + LENGTH * length / usual);
                scores[slot] += weight * count * (SATURATION + 1.0) / (count + norm);
            }
        }
        scores
    }

    /// Whether the text in a slot has a word.
    pub fn has(&self, slot: u32, word: &str) -> bool {
        self.postings.get(word).is_some_and(|list| list.iter().any(|(at, _)| *at == slot))
    }

    /// Different words held, for what says how large an index is.
    pub fn vocabulary(&self) -> usize {
        self.postings.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(text: &str) -> Bag {
        let mut bag = Bag::default();
        bag.add(text.split(' ').map(str::to_owned).collect(), 1.0);
        bag
    }

    fn query(index: &Bm25, text: &str) -> Vec<f32> {
        index.score(&index.weigh(text.split(' ').map(str::to_owned).collect()))
    }

    #[test]
    fn rare_words_tell_more_and_repetition_saturates() {
        let mut index = Bm25::default();
        index.put(0, bag("pod restart pod restart pod restart"));
        index.put(1, bag("pod volume full disk claim size"));
        index.put(2, bag("pod probe fails often again now"));
        let scores = query(&index, "pod volume");
        assert!(scores[1] > scores[0] && scores[0] > 0.0, "{scores:?}");
        let (once, thrice) = (query(&index, "restart")[0], query(&index, "restart restart")[0]);
        assert!(thrice < once * 2.0);
    }

    #[test]
    fn what_was_removed_leaves_nothing() {
        let mut index = Bm25::default();
        index.put(0, bag("a b"));
        index.put(1, bag("b c"));
        let before = query(&index, "b");
        index.put(2, bag("b d e"));
        index.remove(2);
        index.remove(2);
        assert_eq!(query(&index, "b")[..2], before[..]);
        assert_eq!(index.vocabulary(), 3);
        index.remove(0);
        index.remove(1);
        assert_eq!(index.vocabulary(), 0);
        assert!(query(&index, "b").iter().all(|score| *score == 0.0));
    }
}
