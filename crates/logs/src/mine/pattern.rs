//! A pattern: what the miner keeps of the lines of one shape.

use jiff::Timestamp;
use serde::Serialize;

use super::hash;
use super::intern::{HOLE, Interner};
use super::kind::Kind;
use super::scan::{Content, Scan, in_list};
use super::word;
use crate::line::Level;

/// Keeps the structures of collapsed patterns apart from all others.
const LISTED: u64 = 0x6c69_7374;
/// Keeps the structures of patterns that lost their units apart from all others.
const UNITLESS: u64 = 0x756e_6974;
/// Sample values kept for a variable. Three show whether it is a name, a counter or an address.
const VALUES: usize = 3;
/// Sample lines kept for a pattern.
const LINES: usize = 3;
/// Variables of a pattern of which values are kept: the first ones.
const SAMPLED: usize = 32;
/// Bytes of a sample value.
const VALUE_BYTES: usize = 64;
/// Bytes of a sample line.
const LINE_BYTES: usize = 512;

/// Which of two windows a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Window {
    /// The time to compare with, before the incident.
    Baseline,
    /// The time in question.
    Current,
}

/// Where a line stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Number of the line among all that the miner was given, from 0.
    pub line: u64,
    /// The line's own time, where it has one.
    pub time: Option<Timestamp>,
}

/// Lines of a template in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// The first.
    pub first: Option<Seen>,
    /// The last.
    pub last: Option<Seen>,
}

impl Tally {
    /// Counts a line.
    pub fn add(&mut self, seen: Seen) {
        self.count += 1;
        self.first.get_or_insert(seen);
        self.last = Some(seen);
    }

    /// Counts the lines of another tally too.
    pub fn absorb(&mut self, other: &Self) {
        self.count += other.count;
        self.first = [self.first, other.first].into_iter().flatten().min_by_key(|seen| seen.line);
        self.last = [self.last, other.last].into_iter().flatten().max_by_key(|seen| seen.line);
    }
}

/// Values of one variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// A bit for each kind seen.
    pub kinds: u16,
    /// Different values, the first ones.
    pub samples: Vec<Box<str>>,
}

impl Values {
    fn add(&mut self, kind: Kind, value: &str) {
        self.kinds |= kind.bit();
        if self.samples.len() < VALUES && self.samples.iter().all(|known| **known != *value) {
            self.samples.push(clip(value, VALUE_BYTES).into());
        }
    }

    fn absorb(&mut self, other: &Self) {
        self.kinds |= other.kinds;
        for value in &other.samples {
            if self.samples.len() < VALUES && !self.samples.contains(value) {
                self.samples.push(value.clone());
            }
        }
    }
}

/// Lines of one shape, or of several that were found to be one.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Hash of its separators.
    pub structure: u64,
    /// Hash of its first line's words and separators.
    pub shape: u64,
    /// Separators, one more than slots.
    pub separators: Box<[Box<str>]>,
    /// Interned masked texts of the slots.
    pub slots: Vec<u32>,
    /// Values of each slot; empty for those that are literal.
    pub values: Vec<Values>,
    /// Whether a slot was generalised by comparing lines, so that the shape's hash no longer tells its lines.
    pub widened: bool,
    /// Hash of its first line with every run of variables as one, and the longest run's length.
    pub list: (u64, usize),
    /// Whether runs of variables or units have been folded, so that slots are no longer those of the lines.
    pub folded: bool,
    /// Counts of both windows.
    pub tallies: [Tally; 2],
    /// Lines of each level, from least to most, and of none.
    pub levels: [u64; 7],
    /// Sample lines.
    pub lines: Vec<Box<str>>,
}

impl Pattern {
    /// A pattern without lines.
    pub fn new(text: &str, scan: &Scan, interner: &mut Interner) -> Self {
        let count = scan.slots.len();
        Self {
            structure: scan.structure,
            shape: scan.shape,
            separators: (0..=count).map(|i| scan.separator(text, i).into()).collect(),
            slots: scan
                .slots
                .iter()
                .map(|&slot| interner.number(scan.masked(text, slot)))
                .collect(),
            values: vec![Values::default(); count],
            widened: false,
            list: (scan.list, scan.run),
            folded: false,
            tallies: [Tally::default(); 2],
            levels: [0; 7],
            lines: Vec::new(),
        }
    }

    /// Lines in both windows.
    pub fn count(&self) -> u64 {
        self.tallies.iter().map(|tally| tally.count).sum()
    }

    /// The number of the last line.
    pub fn last(&self) -> u64 {
        self.tallies.iter().filter_map(|tally| tally.last).map(|seen| seen.line).max().unwrap_or(0)
    }

    /// Counts a line; tells by how many bytes the pattern has grown.
    pub fn add(
        &mut self,
        text: &str,
        scan: &Scan,
        (window, seen, level): (Window, Seen, Option<Level>),
    ) -> usize {
        let before = self.count();
        self.tallies[window as usize].add(seen);
        self.levels[level.map_or(6, |level| level as usize)] += 1;
        // Samples from the first lines, and from ever rarer later ones: looking at all would cost more than mining.
        if before < 4 || before.is_power_of_two() {
            let weight = self.weight();
            self.sample(text, scan);
            return self.weight().saturating_sub(weight);
        }
        0
    }

    fn sample(&mut self, text: &str, scan: &Scan) {
        if self.lines.len() < LINES {
            self.lines.push(clip(text, LINE_BYTES).into());
        }
        if self.folded {
            return;
        }
        let slots = self.values.iter_mut().zip(&scan.slots).zip(&self.slots);
        let mut sampled = 0;
        for ((values, slot), &own) in slots {
            let kind = match slot.content {
                Content::Variable(kind) => kind,
                Content::Mixed(..) => Kind::Id,
                Content::Literal if own == HOLE => Kind::Word,
                Content::Literal => continue,
            };
            if sampled == SAMPLED {
                break;
            }
            sampled += 1;
            values.add(kind, text.get(slot.start as usize..slot.end as usize).unwrap_or_default());
        }
    }

    /// Whether a message with the same separators is one of this pattern's.
    pub fn matches(&self, words: &[Option<u32>]) -> bool {
        self.slots.len() == words.len()
            && self.slots.iter().zip(words).all(|(&own, &word)| own == HOLE || word == Some(own))
    }

    /// Makes the marked slots, units behind variables, part of those variables.
    pub fn drop_units(&mut self, units: &[bool]) {
        if !units.contains(&true) {
            self.fold(UNITLESS);
            return;
        }
        let kept = |at: usize| !units.get(at).copied().unwrap_or(false);
        let mut parts = Parts::default();
        for (at, (&slot, values)) in self.slots.iter().zip(&self.values).enumerate() {
            if kept(at) {
                parts.push(&self.separators[at], slot, values);
            }
        }
        self.replace(parts, UNITLESS);
    }

    /// Makes every run of variables one.
    pub fn collapse(&mut self) {
        let mut parts = Parts::default();
        for (at, (&slot, values)) in self.slots.iter().zip(&self.values).enumerate() {
            let gap = &self.separators[at];
            if let (HOLE, Some(&HOLE), Some(last)) =
                (slot, parts.slots.last(), parts.values.last_mut())
                && in_list(gap.as_bytes())
            {
                last.absorb(values);
                continue;
            }
            parts.push(gap, slot, values);
        }
        self.replace(parts, LISTED);
    }

    fn replace(&mut self, parts: Parts, salt: u64) {
        let last = self.separators.last().cloned();
        self.separators = parts.separators.into_iter().chain(last).collect();
        self.slots = parts.slots;
        self.values = parts.values;
        self.fold(salt);
    }

    /// Marks the pattern as one that no longer has its lines' slots.
    fn fold(&mut self, salt: u64) {
        self.folded = true;
        self.structure =
            self.separators.iter().fold(salt, |hash, gap| hash::bytes(hash, gap.as_bytes()));
    }

    /// Takes over another pattern's lines; slots that differ become variables. `false` and nothing done if the two have
    /// different numbers of slots.
    pub fn absorb(&mut self, other: &Self, interner: &Interner) -> bool {
        if self.slots.len() != other.slots.len() {
            return false;
        }
        let slots = self.slots.iter_mut().zip(&other.slots);
        for ((own, theirs), (values, more)) in slots.zip(self.values.iter_mut().zip(&other.values))
        {
            if own != theirs {
                self.widened = true;
                for number in [*own, *theirs] {
                    let text = interner.text(number);
                    if !text.contains(char::from(word::HOLE)) {
                        values.add(Kind::Word, text);
                    }
                }
                *own = HOLE;
            }
            values.absorb(more);
        }
        self.widened |= other.widened;
        self.list.1 = self.list.1.max(other.list.1);
        self.add_lines(other);
        true
    }

    /// Counts another pattern's lines too.
    pub fn add_lines(&mut self, other: &Self) {
        for (own, theirs) in self.tallies.iter_mut().zip(&other.tallies) {
            own.absorb(theirs);
        }
        for (own, theirs) in self.levels.iter_mut().zip(&other.levels) {
            *own += theirs;
        }
        let room = LINES.saturating_sub(self.lines.len());
        self.lines.extend(other.lines.iter().take(room).cloned());
    }

    /// About how many bytes it takes, without the interned words.
    pub fn weight(&self) -> usize {
        // 24 for a boxed text's pointer, length and the allocator's own.
        let text = |text: &str| text.len() + 24;
        let separators: usize = self.separators.iter().map(|gap| text(gap)).sum();
        let lines: usize = self.lines.iter().map(|line| text(line)).sum();
        let values: usize = self
            .values
            .iter()
            .map(|v| size_of::<Values>() + v.samples.iter().map(|value| text(value)).sum::<usize>())
            .sum();
        size_of::<Self>() + separators + lines + values + self.slots.len() * size_of::<u32>()
    }
}

#[derive(Default)]
struct Parts {
    separators: Vec<Box<str>>,
    slots: Vec<u32>,
    values: Vec<Values>,
}

impl Parts {
    fn push(&mut self, gap: &str, slot: u32, values: &Values) {
        self.separators.push(gap.into());
        self.slots.push(slot);
        self.values.push(values.clone());
    }
}

/// The longest head of at most `max` bytes that ends between characters.
pub fn clip(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{Seen, Tally, clip};

    #[test]
    fn tallies_add_up_whichever_comes_first() {
        let tally = |lines: &[u64]| {
            let mut tally = Tally::default();
            for &line in lines {
                tally.add(Seen { line, time: None });
            }
            tally
        };
        let mut early = tally(&[1, 4]);
        let mut late = tally(&[2, 9, 11]);
        early.absorb(&late);
        late.absorb(&tally(&[1, 4]));
        assert_eq!(early, late);
        assert_eq!(early.count, 5);
        assert_eq!(early.first.map(|seen| seen.line), Some(1));
        assert_eq!(early.last.map(|seen| seen.line), Some(11));
    }

    #[test]
    fn clips_between_characters() {
        assert_eq!(clip("aä", 2), "a");
        assert_eq!(clip("aä", 3), "aä");
    }
}
