//! The miner: a bounded set of patterns and the look-ups into it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::hash::ByHash;
use super::intern::{HOLE, Interner};
use super::merge;
use super::pattern::{Pattern, Seen, Window, clip};
use super::scan::Scan;
use super::template::{self, Template, TemplateId};
use crate::line::Level;

/// Bounds of a miner. There is nothing in it to tune for a kind of log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Patterns kept at most, 16 at least. 4,096: a large program has some hundreds of messages, a node some thousands.
    pub patterns: usize,
    /// Bytes that patterns and their samples take, about. 32 MiB: a typical pattern takes 2 KiB, so the number above is
    /// reached first; lines made to be expensive reach this one.
    pub bytes: usize,
    /// Bytes of a message that are looked at. 4 KiB: what tells messages apart is at their heads.
    pub message_bytes: usize,
    /// Keys the hashes of shapes, so that lines can't be made to collide by someone who doesn't know it. Templates and
    /// their ids don't depend on it.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { patterns: 4096, bytes: 32 << 20, message_bytes: 4096, seed: 0x7d3c_91b5_02ae_f648 }
    }
}

/// A line to mine.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The message, without what stands before it in a line.
    pub message: &'a str,
    /// Its level, where it has one.
    pub level: Option<Level>,
    /// Its time, where it has one.
    pub time: Option<Timestamp>,
}

impl<'a> Line<'a> {
    /// A message of unknown level and time.
    pub fn message(message: &'a str) -> Self {
        Self { message, level: None, time: None }
    }
}

/// Lines whose patterns were given up to stay within the bounds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Others {
    /// In the baseline window.
    pub baseline: u64,
    /// In the current window.
    pub current: u64,
    /// Patterns given up; one that came back and went again counts twice.
    pub patterns: u64,
}

/// Mines templates from messages of two windows.
#[derive(Debug)]
pub struct Miner {
    config: Config,
    scan: Scan,
    interner: Interner,
    patterns: Vec<Pattern>,
    /// Patterns by the shapes of their lines.
    by_shape: ByHash<u32>,
    /// Patterns with words that were found to be variables, by structure.
    widened: ByHash<Vec<u32>>,
    /// Patterns whose runs of variables were folded, by the hash of their lines with folded runs.
    folded: ByHash<u32>,
    others: Others,
    lines: u64,
    weight: usize,
    /// Patterns since the last comparison.
    fresh: usize,
}

impl Miner {
    /// A miner that has seen nothing.
    pub fn new(config: Config) -> Self {
        Self {
            config: Config { patterns: config.patterns.max(16), ..config },
            scan: Scan::default(),
            interner: Interner::default(),
            patterns: Vec::new(),
            by_shape: ByHash::default(),
            widened: ByHash::default(),
            folded: ByHash::default(),
            others: Others::default(),
            lines: 0,
            weight: 0,
            fresh: 0,
        }
    }

    /// Counts a line.
    pub fn add(&mut self, window: Window, line: Line<'_>) {
        let text = clip(line.message.trim(), self.config.message_bytes);
        self.scan.read(self.config.seed, text);
        let seen = Seen { line: self.lines, time: line.time };
        self.lines += 1;
        let index = match self.find(text) {
            Some(index) => index,
            None => self.insert(text),
        };
        if let Some(pattern) = self.patterns.get_mut(index as usize) {
            self.weight += pattern.add(text, &self.scan, (window, seen, line.level));
        }
        // A quarter of the bound between comparisons: rare enough to cost little, often enough that names don't fill
        // the tree before anyone notices that they are names.
        if self.fresh > self.config.patterns / 4
            || self.patterns.len() > self.config.patterns
            || self.weight() > self.config.bytes
        {
            self.consolidate();
            self.intern_anew();
            self.evict();
        }
    }

    /// The templates of all lines so far, the most frequent first.
    pub fn templates(&mut self) -> Vec<Template> {
        self.consolidate();
        let mut by_id: BTreeMap<TemplateId, (String, Pattern)> = BTreeMap::new();
        for pattern in &self.patterns {
            let text = template::text(pattern, &self.interner);
            // A line can hold the wildcard's own text, so two patterns can read the same.
            by_id
                .entry(TemplateId::of(&text))
                .and_modify(|(_, known)| known.add_lines(pattern))
                .or_insert_with(|| (text, pattern.clone()));
        }
        let mut templates: Vec<Template> = by_id
            .into_iter()
            .map(|(id, (text, pattern))| Template::new(id, text, &pattern))
            .collect();
        templates.sort_by_key(|t| (std::cmp::Reverse(t.baseline.count + t.current.count), t.id));
        templates
    }

    /// The template that a message has now, if it has one. Counts nothing.
    pub fn template_of(&mut self, message: &str) -> Option<TemplateId> {
        let text = clip(message.trim(), self.config.message_bytes);
        self.scan.read(self.config.seed, text);
        let index = self.find(text)?;
        let pattern = self.patterns.get(index as usize)?;
        Some(TemplateId::of(&template::text(pattern, &self.interner)))
    }

    /// Lines of patterns that were given up.
    pub fn others(&self) -> Others {
        self.others
    }

    /// Lines so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Patterns kept at the moment.
    pub fn patterns(&self) -> usize {
        self.patterns.len()
    }

    /// Bytes that patterns, their samples and the words take at the moment, about.
    pub fn weight(&self) -> usize {
        self.weight + self.interner.weight()
    }

    fn insert(&mut self, text: &str) -> u32 {
        let pattern = Pattern::new(text, &self.scan, &mut self.interner);
        let index = u32::try_from(self.patterns.len()).unwrap_or(u32::MAX);
        self.weight += pattern.weight();
        self.patterns.push(pattern);
        self.fresh += 1;
        self.remember(index);
        index
    }

    /// The pattern of the scanned message.
    fn find(&mut self, text: &str) -> Option<u32> {
        if let Some(&index) = self.by_shape.get(&self.scan.shape) {
            return Some(index);
        }
        let index = match self.folded.get(&self.scan.list) {
            Some(&index) => index,
            None => self.match_widened(text)?,
        };
        self.remember(index);
        Some(index)
    }

    fn match_widened(&self, text: &str) -> Option<u32> {
        let candidates = self.widened.get(&self.scan.structure)?;
        let slots = self.scan.slots.iter();
        let words: Vec<_> =
            slots.map(|&slot| self.interner.known(self.scan.masked(text, slot))).collect();
        let fixed = |pattern: &Pattern| pattern.slots.iter().filter(|&&slot| slot != HOLE).count();
        let matching = candidates.iter().copied().filter_map(|index| {
            let pattern = self.patterns.get(index as usize)?;
            pattern.matches(&words).then(|| (fixed(pattern), index))
        });
        matching.max().map(|(_, index)| index)
    }

    /// Remembers the scanned message's shape.
    fn remember(&mut self, index: u32) {
        // Eight shapes a pattern: beyond that the names in a variable are many, and looking them up is no gain.
        if self.by_shape.len() >= self.config.patterns * 8 {
            self.by_shape.clear();
            let patterns = self.patterns.iter().zip(0..);
            self.by_shape.extend(patterns.map(|(pattern, index)| (pattern.shape, index)));
        }
        self.by_shape.insert(self.scan.shape, index);
    }

    /// Compares the patterns and merges those that are one.
    fn consolidate(&mut self) {
        if self.fresh == 0 {
            return;
        }
        let moved = merge::merge(&mut self.patterns, &self.interner);
        self.by_shape.retain(|_, index| {
            let new = moved.get(*index as usize).copied();
            *index = new.unwrap_or_default();
            new.is_some()
        });
        self.index();
    }

    /// Gives up the patterns with the fewest lines, of those the ones that were last seen the longest ago.
    fn evict(&mut self) {
        // Down to three quarters, so that a comparison is not due again with the next line.
        let (most, bytes) = (self.config.patterns / 4 * 3, self.config.bytes / 4 * 3);
        if self.patterns.len() <= self.config.patterns && self.weight() <= self.config.bytes {
            return;
        }
        let mut order: Vec<usize> = (0..self.patterns.len()).collect();
        order.sort_by_key(|&index| {
            let pattern = &self.patterns[index];
            std::cmp::Reverse((pattern.count(), pattern.last()))
        });
        let mut kept = vec![false; self.patterns.len()];
        let mut weight = 0;
        for &index in order.iter().take(most) {
            let pattern = &self.patterns[index];
            let words = pattern.slots.iter().map(|&slot| self.interner.text(slot).len() + 80);
            weight += pattern.weight() + words.sum::<usize>();
            if weight > bytes {
                break;
            }
            kept[index] = true;
        }
        let mut patterns = Vec::with_capacity(most);
        for (pattern, kept) in std::mem::take(&mut self.patterns).into_iter().zip(kept) {
            if kept {
                patterns.push(pattern);
            } else {
                let [baseline, current] = pattern.tallies;
                self.others.baseline += baseline.count;
                self.others.current += current.count;
                self.others.patterns += 1;
            }
        }
        self.patterns = patterns;
        self.intern_anew();
        self.by_shape.clear();
        self.by_shape.extend(self.patterns.iter().zip(0..).map(|(p, index)| (p.shape, index)));
        self.index();
    }

    /// Forgets the words of patterns that are gone.
    fn intern_anew(&mut self) {
        let old = std::mem::take(&mut self.interner);
        for slot in self.patterns.iter_mut().flat_map(|pattern| pattern.slots.iter_mut()) {
            *slot = self.interner.number(old.text(*slot));
        }
    }

    fn index(&mut self) {
        self.widened.clear();
        self.folded.clear();
        for (pattern, index) in self.patterns.iter().zip(0..) {
            if pattern.folded {
                self.folded.insert(pattern.list.0, index);
            } else if pattern.widened {
                self.widened.entry(pattern.structure).or_default().push(index);
            }
        }
        self.weight = self.patterns.iter().map(Pattern::weight).sum();
        self.fresh = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Line, Miner};
    use crate::line::Level;
    use crate::mine::{Kind, TemplateId, Window};

    fn mined(messages: &[&str]) -> Vec<(String, u64)> {
        let mut miner = Miner::new(Config::default());
        for message in messages {
            miner.add(Window::Current, Line::message(message));
        }
        miner.templates().into_iter().map(|t| (t.text.clone(), t.count())).collect()
    }

    #[test]
    fn names_that_change_are_variables() {
        let users = ["ann", "bob", "cyd", "dan", "eve"];
        let lines: Vec<String> =
            users.iter().map(|user| format!("session opened for user {user} by uid 7")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(mined(&lines), [("session opened for user <*> by uid <*>".to_owned(), 5)]);
    }

    #[test]
    fn states_and_subjects_are_not() {
        assert_eq!(mined(&["cupsd startup succeeded", "sshd startup succeeded"]).len(), 2);
        assert_eq!(
            mined(&["task moved from NEW to RUNNING", "task moved from NEW to FAILED"]).len(),
            2
        );
    }

    #[test]
    fn pairs_that_change_together_are_variables() {
        let lines = [
            "lock tag=\"a\" name=x.y.Z uid=1",
            "lock tag=\"b\" name=u.v.W uid=2",
            "lock tag=\"c\" name=r uid=3",
        ];
        assert_eq!(mined(&lines), [("lock tag=\"<*>\" name=<*> uid=<*>".to_owned(), 3)]);
    }

    #[test]
    fn lists_of_any_length_are_one_variable() {
        let lines = ["deleting 1 2 3 now", "deleting 1 now", "deleting 4 5 6 7 8 now"];
        assert_eq!(mined(&lines), [("deleting <*> now".to_owned(), 3)]);
    }

    #[test]
    fn units_that_change_belong_to_their_value() {
        let lines =
            ["stored 5 KB on disk", "stored 7 MB on disk", "stored 5 KB (5000 bytes) on disk"];
        assert_eq!(mined(&lines), [("stored <*> on disk".to_owned(), 3)]);
        assert_eq!(mined(&["waited 5 seconds", "waited 6 seconds"])[0].0, "waited <*> seconds");
    }

    #[test]
    fn a_found_variable_takes_new_words_at_once() {
        let mut miner = Miner::new(Config::default());
        for host in ["web-a", "web-b", "db-x", "cache-y", "mail-z"] {
            let line = format!("lost connection to {host} while reading");
            miner.add(Window::Baseline, Line::message(&line));
        }
        let id = miner.templates()[0].id;
        assert_eq!(id, TemplateId::of("lost connection to <*> while reading"));
        assert_eq!(miner.template_of("lost connection to elsewhere while reading"), Some(id));
        assert_eq!(miner.template_of("lost connection to elsewhere"), None);
        miner.add(Window::Current, Line::message("lost connection to elsewhere while reading"));
        let template = &miner.templates()[0];
        assert_eq!((template.baseline.count, template.current.count), (5, 1));
    }

    #[test]
    fn variables_tell_their_kinds_and_values() {
        let mut miner = Miner::new(Config::default());
        for n in 1..=5 {
            let line = format!("got {n} from 10.0.0.{n} as job-{n}a");
            let level = Some(if n == 1 { Level::Error } else { Level::Info });
            miner.add(Window::Current, Line { message: &line, level, time: None });
        }
        let template = &miner.templates()[0];
        assert_eq!(template.text, "got <*> from <*> as job-<*>");
        let kinds: Vec<_> = template.variables.iter().map(|v| v.kinds.clone()).collect();
        assert_eq!(kinds, [vec![Kind::Number], vec![Kind::Ip], vec![Kind::Id]]);
        assert_eq!(template.variables[2].samples, ["job-1a", "job-2a", "job-3a"]);
        assert_eq!((template.level, template.worst), (Some(Level::Info), Some(Level::Error)));
        assert_eq!(template.lines.len(), 3);
    }

    #[test]
    fn the_rarest_go_and_stay_counted() {
        let mut miner = Miner::new(Config { patterns: 16, ..Config::default() });
        let word = |n: usize| "abcdefghijklmnopqrstuvwxyz"[n % 26..=n % 26].repeat(n / 26 + 1);
        for n in 0..200 {
            for _ in 0..3 {
                miner.add(Window::Baseline, Line::message("this one comes often"));
            }
            // Of different lengths and separators, so that nothing merges.
            let odd = format!("{} {}", word(n), ": ,".repeat(n % 40));
            miner.add(Window::Current, Line::message(&odd));
        }
        let templates = miner.templates();
        assert!(templates.len() <= 16);
        assert_eq!(
            (templates[0].text.as_str(), templates[0].baseline.count),
            ("this one comes often", 600)
        );
        let others = miner.others();
        let current: u64 = templates.iter().map(|t| t.current.count).sum();
        assert_eq!((others.baseline, current + others.current), (0, 200));
        assert!(others.patterns > 100);
    }

    #[test]
    fn no_text_is_a_template_too() {
        assert_eq!(mined(&["", "   ", "..."]).iter().map(|(_, count)| count).sum::<u64>(), 3);
    }
}
