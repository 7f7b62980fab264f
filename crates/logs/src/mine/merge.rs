//! Finding the words that are variables, by comparing patterns.

use std::collections::{BTreeMap, BTreeSet};

use super::compound;
use super::hash;
use super::intern::{HOLE, Interner};
use super::pattern::Pattern;
use super::style::Place;

/// Patterns of one structure that are compared with each other; the others wait. 2,048 keeps one comparison in the
/// milliseconds also when somebody writes nothing but lines of one structure.
const GROUP: usize = 2048;
/// Slots in which two patterns may differ and still be compared in the others. 64: see [`GROUP`].
const SLOTS: usize = 64;

/// Rounds of comparison in a structure. 16: real logs need three, since each variable found can show the next; lines made
/// to need one more for each pattern must wait for the next comparison.
const ROUNDS: usize = 16;

/// Merges patterns. What was at an old index is afterwards at the index that is returned for it.
pub fn merge(patterns: &mut Vec<Pattern>, interner: &Interner) -> Vec<u32> {
    let mut merger = Merger {
        target: (0..patterns.len()).collect(),
        interner,
        patterns: std::mem::take(patterns),
    };
    merger.units();
    merger.lists();
    merger.words();
    let (kept, moved) = merger.finish();
    *patterns = kept;
    moved
}

struct Merger<'a> {
    patterns: Vec<Pattern>,
    /// For each pattern itself, or the one that took it over.
    target: Vec<usize>,
    interner: &'a Interner,
}

impl Merger<'_> {
    fn lives(&self, index: usize) -> bool {
        self.target.get(index) == Some(&index)
    }

    fn take_over(&mut self, into: usize, other: usize) {
        let (low, high) = (into.min(other), into.max(other));
        let (head, tail) = self.patterns.split_at_mut(high);
        let (Some(low), Some(high)) = (head.get_mut(low), tail.first_mut()) else { return };
        let done = if into < other {
            low.absorb(high, self.interner)
        } else {
            high.absorb(low, self.interner)
        };
        if done && let Some(target) = self.target.get_mut(other) {
            *target = into;
        }
    }

    /// Living patterns by a key, in the order of their first members.
    fn groups<K: Ord>(&self, key: impl Fn(&Pattern) -> Option<K>) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for (index, pattern) in self.patterns.iter().enumerate().filter(|(i, _)| self.lives(*i)) {
            if let Some(key) = key(pattern) {
                groups.entry(key).or_default().push(index);
            }
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_unstable_by_key(|members| members.first().copied());
        groups
    }

    /// Merges patterns that differ only in the units behind their variables: the unit is part of the value then.
    fn units(&mut self) {
        for group in self.groups(|pattern| Some(without_units(pattern, self.interner))) {
            let Some((&first, rest)) = group.split_first() else { continue };
            if rest.is_empty() {
                continue;
            }
            for &index in &group {
                let units = units(&self.patterns[index], self.interner);
                self.patterns[index].drop_units(&units);
            }
            for &other in rest {
                self.take_over(first, other);
            }
        }
    }

    /// Merges patterns that differ only in how many variables follow one another.
    fn lists(&mut self) {
        for group in self.groups(|pattern| Some(pattern.list.0)) {
            let longest = group.iter().map(|&i| self.patterns[i].list.1).max().unwrap_or(0);
            let Some((&first, rest)) = group.split_first() else { continue };
            if rest.is_empty() || longest < 3 || group.iter().any(|&i| self.patterns[i].widened) {
                continue;
            }
            for &index in &group {
                self.patterns[index].collapse();
            }
            for &other in rest {
                self.take_over(first, other);
            }
        }
    }

    /// Merges patterns that differ in words.
    fn words(&mut self) {
        for mut group in self.groups(|pattern| Some(pattern.structure)) {
            group.truncate(GROUP);
            for _ in 0..ROUNDS {
                let before = group.len();
                self.one_place(&group);
                group.retain(|&index| self.lives(index));
                if group.len() == before {
                    self.several_places(&group);
                    group.retain(|&index| self.lives(index));
                }
                if group.len() == before || group.len() < 2 {
                    break;
                }
            }
        }
    }

    /// Merges patterns that differ in one place.
    fn one_place(&mut self, group: &[usize]) {
        let mut keys: Vec<(usize, u64, usize)> = Vec::new();
        for &index in group {
            let slots = &self.patterns[index].slots;
            let part = |at: usize, slot: u32| hash::mix(at as u64 + 1, u64::from(slot));
            let all = slots
                .iter()
                .enumerate()
                .fold(0u64, |sum, (at, &slot)| sum.wrapping_add(part(at, slot)));
            for (at, &slot) in slots.iter().enumerate().take(SLOTS) {
                keys.push((at, all.wrapping_sub(part(at, slot)), index));
            }
        }
        keys.sort_unstable();
        let mut buckets: Vec<&[(usize, u64, usize)]> = keys
            .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
            .filter(|bucket| bucket.len() > 1)
            .collect();
        // The place with the most different words first: it is the surest.
        buckets.sort_by_key(|bucket| (std::cmp::Reverse(bucket.len()), bucket[0].0, bucket[0].2));
        let mut touched = BTreeSet::new();
        for bucket in buckets {
            let members: Vec<usize> = bucket.iter().map(|&(_, _, index)| index).collect();
            let (position, first) = (bucket[0].0, members[0]);
            if members.iter().any(|index| touched.contains(index))
                || !self.varies(&members, position)
            {
                continue;
            }
            for &other in &members[1..] {
                self.take_over(first, other);
            }
            touched.extend(members);
        }
    }

    /// Merges patterns that differ in several places at once, all of which hold names or values of pairs.
    fn several_places(&mut self, group: &[usize]) {
        let mut buckets: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for &index in group {
            let pattern = &self.patterns[index];
            let (mut key, mut hard) = (0, 0);
            for (at, &slot) in pattern.slots.iter().enumerate() {
                let soft = Place::new(pattern, self.interner, at).is_soft();
                key = hash::mix(key, if soft { 0 } else { u64::from(slot) + 1 });
                hard += usize::from(!soft);
            }
            if hard >= 2 {
                buckets.entry(key).or_default().push(index);
            }
        }
        for members in buckets.into_values() {
            let Some((&first, rest)) = members.split_first() else { continue };
            let slots = &self.patterns[first].slots;
            let differing: Vec<usize> = (0..slots.len())
                .filter(|&at| rest.iter().any(|&i| self.patterns[i].slots.get(at) != slots.get(at)))
                .collect();
            if differing.len() < 2 || !differing.iter().all(|&at| self.varies(&members, at)) {
                continue;
            }
            for &other in rest {
                self.take_over(first, other);
            }
        }
    }

    fn varies(&self, members: &[usize], position: usize) -> bool {
        let Some(first) = members.first().and_then(|&index| self.patterns.get(index)) else {
            return false;
        };
        let mut words: Vec<u32> = members
            .iter()
            .filter_map(|&index| self.patterns[index].slots.get(position).copied())
            .collect();
        words.sort_unstable();
        words.dedup();
        let hole = words.first() == Some(&HOLE);
        let words = words.get(usize::from(hole)..).unwrap_or_default();
        Place::new(first, self.interner, position).varies(words, hole)
    }

    /// The living patterns and where each old one went.
    fn finish(mut self) -> (Vec<Pattern>, Vec<u32>) {
        let count = self.target.len();
        for index in 0..count {
            let mut at = self.target[index];
            while self.target[at] != at {
                at = self.target[at];
            }
            self.target[index] = at;
        }
        let mut places = vec![0; count];
        let mut kept = Vec::new();
        for (index, pattern) in std::mem::take(&mut self.patterns).into_iter().enumerate() {
            if self.target[index] == index {
                places[index] = u32::try_from(kept.len()).unwrap_or(u32::MAX);
                kept.push(pattern);
            }
        }
        let moved = self.target.iter().map(|&target| places[target]).collect();
        (kept, moved)
    }
}

/// The slots that are a unit behind a variable.
fn units(pattern: &Pattern, interner: &Interner) -> Vec<bool> {
    let before = [None].into_iter().chain(pattern.slots.iter().map(Some));
    let slots = pattern.slots.iter().zip(pattern.separators.iter()).zip(before);
    slots
        .map(|((&slot, gap), before)| {
            before == Some(&HOLE) && &**gap == " " && compound::is_unit(interner.text(slot))
        })
        .collect()
}

/// Hash of a pattern without the units behind its variables.
fn without_units(pattern: &Pattern, interner: &Interner) -> u64 {
    let units = units(pattern, interner);
    let slots = pattern.slots.iter().zip(pattern.separators.iter()).zip(units);
    let words = slots.filter(|(_, unit)| !unit).fold(0, |key, ((&slot, gap), _)| {
        hash::mix(hash::bytes(key, gap.as_bytes()), u64::from(slot))
    });
    hash::bytes(words, pattern.separators.last().map_or("", |gap| gap).as_bytes())
}
