//! The index: documents in, ranked documents out.

use std::collections::{BTreeMap, HashMap};

use crate::{
    bm25::{Bag, Bm25, Weighed},
    markdown::{self, Part, Section},
    snippet,
    table::Table,
    vector::Vector,
    words,
};

/// Weight of a word of the title against one of the body.
const TITLE: f32 = 3.0;
/// Weight of a name or tag.
const NAME: f32 = 2.0;
/// Weight of a word of a heading.
const HEADING: f32 = 1.5;
/// Shares in the score. They were chosen by `examples/quality.rs` on two thirds of the pairs; `docs/retrieval.md` has the
/// measurements.
const SHARES: Signals = Signals { exact: 0.3, title_meaning: 0.35, text_meaning: 0.35 };
/// What a document that names the very alert is ahead of all that do not.
const NAMED: f32 = 1.0;

/// A text to be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// What it is known by; putting another one of the same id replaces it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Names it is about, to be met exactly: alerts.
    pub names: Vec<String>,
    /// Further words it is about.
    pub tags: Vec<String>,
    /// Its parts.
    pub sections: Vec<Section>,
}

impl Document {
    /// Bytes of its texts.
    pub fn bytes(&self) -> usize {
        let sections: usize = self.sections.iter().map(|s| s.heading.len() + s.text.len()).sum();
        let names: usize = self.names.iter().chain(&self.tags).map(String::len).sum();
        self.id.len() + self.title.len() + names + sections
    }
}

/// How much an index may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Documents.
    pub documents: usize,
    /// Bytes of all their texts together.
    pub bytes: usize,
    /// Bytes of one document; what is beyond is not kept.
    pub document_bytes: usize,
}

impl Default for Limits {
    /// Five thousand documents and 32 MiB: more runbooks than any organisation has, and a search of them still takes a
    /// few milliseconds. 256 KiB a document: a book, not a runbook.
    fn default() -> Self {
        Self { documents: 5_000, bytes: 32 * 1024 * 1024, document_bytes: 256 * 1024 }
    }
}

/// The index holds as much as it may; the document was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the index is full")]
pub struct Full;

/// What is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a> {
    /// Words, as they are: a sentence, labels, a log line.
    pub text: &'a str,
    /// Names that a document may carry exactly: alerts.
    pub names: &'a [String],
    /// Only pieces of this part.
    pub part: Option<Part>,
    /// Documents at most.
    pub limit: usize,
}

/// A document that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The heading its best piece stands under.
    pub section: String,
    /// A line of that piece, as it stands there.
    pub snippet: String,
    /// Whether it carries one of the names asked for.
    pub named: bool,
    /// What it is ranked by. Comparable within one answer only.
    pub score: f32,
    /// How much of what the query's known words tell is met, 0 to 1. Comparable across answers.
    pub coverage: f32,
    /// How near it is in meaning, -1 to 1.
    pub meaning: f32,
    /// What the score is made of.
    pub signals: Signals,
}

/// What speaks for a document, each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signals {
    /// How well the exact words of its best piece fit, of the best document of this answer.
    pub exact: f32,
    /// How near the title is in meaning.
    pub title_meaning: f32,
    /// How near its nearest piece is in meaning.
    pub text_meaning: f32,
}

impl Signals {
    /// The sum, each taken by its share.
    pub fn sum(&self, shares: &Self) -> f32 {
        self.exact * shares.exact
            + self.title_meaning * shares.title_meaning
            + self.text_meaning * shares.text_meaning
    }
}

/// Documents, searchable.
#[derive(Debug)]
pub struct Index {
    limits: Limits,
    table: Table<'static>,
    documents: BTreeMap<String, Kept>,
    words: Bm25,
    pieces: Vec<Option<Piece>>,
    free: Vec<u32>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    document: Document,
    title: Vector,
    slots: Vec<u32>,
}

#[derive(Debug)]
struct Piece {
    /// Index of the section, and which of its pieces.
    section: usize,
    nth: usize,
    part: Option<Part>,
    meaning: Vector,
}

/// What a document is ranked by.
struct By {
    score: f32,
    near: f32,
    signals: Signals,
    named: bool,
}

impl Default for Index {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Index {
    /// An empty index.
    pub fn new(limits: Limits) -> Self {
        Self::with_table(limits, Table::shipped())
    }

    /// The same over another table of vectors.
    pub fn with_table(limits: Limits, table: Table<'static>) -> Self {
        Self {
            limits,
            table,
            documents: BTreeMap::new(),
            words: Bm25::default(),
            pieces: Vec::new(),
            free: Vec::new(),
            bytes: 0,
        }
    }

    /// Keeps a document, in place of the one with its id. What does not fit is cut; a document too many is refused, and
    /// the one before it stays away too: a stale text is worse than none.
    pub fn put(&mut self, mut document: Document) -> Result<(), Full> {
        self.remove(&document.id);
        shorten(&mut document, self.limits.document_bytes);
        let bytes = document.bytes();
        if self.documents.len() >= self.limits.documents || self.bytes + bytes > self.limits.bytes {
            return Err(Full);
        }
        let title =
            self.mean(&[&document.title, &document.tags.join(" "), &document.names.join(" ")]);
        let mut slots = Vec::new();
        // A document without a text is still found by its title.
        let nothing = [Section { heading: String::new(), text: " ".to_owned() }];
        let sections =
            if document.sections.is_empty() { &nothing } else { document.sections.as_slice() };
        let silent = sections.iter().all(|section| section.text.trim().is_empty());
        for (section, Section { heading, text }) in sections.iter().enumerate() {
            // A heading alone is read, but what it is about stands below it.
            if text.trim().is_empty() && !silent {
                continue;
            }
            let pieces = if text.trim().is_empty() { vec![""] } else { markdown::pieces(text) };
            for (nth, piece) in pieces.into_iter().enumerate() {
                let mut bag = Bag::default();
                bag.add(words::terms(&document.title), TITLE);
                for name in document.names.iter().chain(&document.tags) {
                    bag.add(words::terms(name), NAME);
                }
                bag.add(words::terms(heading), HEADING);
                bag.add(words::terms(piece), 1.0);
                let slot = self.slot();
                self.words.put(slot, bag);
                let meaning = self.mean(&[heading, piece]);
                self.pieces[slot as usize] =
                    Some(Piece { section, nth, part: Part::of(heading), meaning });
                slots.push(slot);
            }
        }
        self.bytes += bytes;
        self.documents.insert(document.id.clone(), Kept { document, title, slots });
        Ok(())
    }

    /// Takes a document out; says whether it was there.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(kept) = self.documents.remove(id) else { return false };
        for slot in kept.slots {
            self.words.remove(slot);
            self.pieces[slot as usize] = None;
            self.free.push(slot);
        }
        self.bytes -= kept.document.bytes();
        true
    }

    /// A document by its id.
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.get(id).map(|kept| &kept.document)
    }

    /// All documents, by id.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values().map(|kept| &kept.document)
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The documents that fit best, best first; nothing where nothing fits.
    pub fn search(&self, query: &Query<'_>) -> Vec<Hit> {
        let mut words = words::terms(query.text);
        // The name of an alert says what it is about more than its sentence does.
        words.extend(query.names.iter().flat_map(|name| words::terms(name)));
        let asked = self.words.weigh(words);
        let meaning = self.mean(&[query.text, &query.names.join(" ")]);
        let scores = self.words.score(&asked);
        let highest = scores.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let mut found: Vec<(&Kept, u32, By)> = Vec::new();
        for kept in self.documents.values() {
            let Some((exact, near, slot)) = self.best(kept, &scores, &meaning, query.part) else {
                continue;
            };
            let signals = Signals {
                exact: exact / highest,
                title_meaning: kept.title.cosine(&meaning).max(0.0),
                text_meaning: near.max(0.0),
            };
            let named = kept
                .document
                .names
                .iter()
                .any(|name| query.names.iter().any(|asked| asked.eq_ignore_ascii_case(name)));
            // The mean of both, for whoever judges whether it fits at all.
            let near = f32::midpoint(signals.title_meaning, signals.text_meaning);
            let score = signals.sum(&SHARES) + if named { NAMED } else { 0.0 };
            if score > 0.0 {
                found.push((kept, slot, By { score, near, signals, named }));
            }
        }
        // Equal scores in the order of ids, which is the map's.
        found.sort_by(|a, b| b.2.score.total_cmp(&a.2.score));
        found.truncate(query.limit);
        found.into_iter().map(|(kept, slot, by)| self.hit(kept, slot, &asked, by)).collect()
    }

    fn hit(&self, kept: &Kept, slot: u32, asked: &Weighed, by: By) -> Hit {
        let document = &kept.document;
        let (section, text) = self.pieces[slot as usize]
            .as_ref()
            .and_then(|piece| Some((piece, document.sections.get(piece.section)?)))
            .map_or(("", ""), |(piece, section)| {
                let text = markdown::pieces(&section.text).get(piece.nth).copied();
                (section.heading.as_str(), text.unwrap_or_default())
            });
        Hit {
            id: document.id.clone(),
            title: document.title.clone(),
            section: section.to_owned(),
            snippet: snippet::best(text, asked).to_owned(),
            named: by.named,
            score: by.score,
            coverage: asked
                .coverage(|word| kept.slots.iter().any(|slot| self.words.has(*slot, word))),
            meaning: by.near,
            signals: by.signals,
        }
    }

    /// A document's best scores, and the slot of the piece that has the best of both together.
    fn best(
        &self,
        kept: &Kept,
        scores: &[f32],
        meaning: &Vector,
        part: Option<Part>,
    ) -> Option<(f32, f32, u32)> {
        let mut best: Option<(f32, f32, u32, f32)> = None;
        for slot in &kept.slots {
            let Some(piece) = self.pieces[*slot as usize].as_ref() else { continue };
            if part.is_some() && piece.part != part {
                continue;
            }
            let exact = scores.get(*slot as usize).copied().unwrap_or(0.0);
            let near = piece.meaning.cosine(meaning);
            let both = exact * (1.0 + near.max(0.0)) + near;
            best = Some(match best {
                None => (exact, near, *slot, both),
                Some((e, n, _, b)) if both > b => (e.max(exact), n.max(near), *slot, both),
                Some((e, n, s, b)) => (e.max(exact), n.max(near), s, b),
            });
        }
        best.map(|(exact, near, slot, _)| (exact, near, slot))
    }

    fn mean(&self, texts: &[&str]) -> Vector {
        let mut counts: HashMap<String, f32> = HashMap::new();
        for word in texts.iter().flat_map(|text| words::meaning(text)) {
            *counts.entry(word).or_default() += 1.0;
        }
        // Said ten times it is not ten times as much what the text is about.
        let mut words: Vec<(String, f32)> =
            counts.into_iter().map(|(word, count)| (word, count.sqrt())).collect();
        // Sums of floats depend on their order, and that of a map is another every time.
        words.sort_by(|a, b| a.0.cmp(&b.0));
        self.table.embed(words.iter().map(|(word, weight)| (word.as_str(), *weight)))
    }

    fn slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.pieces.push(None);
            u32::try_from(self.pieces.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

/// Cuts a document's texts so that it has at most `most` bytes.
fn shorten(document: &mut Document, most: usize) {
    let mut left = most;
    document.sections.retain_mut(|section| {
        left = left.saturating_sub(section.heading.len());
        let end =
            (0..=section.text.len().min(left)).rev().find(|at| section.text.is_char_boundary(*at));
        let was_empty = section.text.is_empty();
        section.text.truncate(end.unwrap_or(0));
        left -= section.text.len().min(left);
        left > 0 && was_empty || !section.text.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::read;

    fn ask<'a>(text: &'a str, names: &'a [String]) -> Query<'a> {
        Query { text, names, part: None, limit: 3 }
    }

    fn index() -> Index {
        let mut index = Index::default();
        for (id, text) in [
            (
                "disk",
                "---\nalerts: [VolumeFull]\n---\n# A volume fills up\n\nThe disk has no room left.\n\n## Fix\n\nDelete old logs with `journalctl --vacuum-size=1G`.\n",
            ),
            (
                "slow",
                "# Requests are slow\n\nThe 95th percentile is above the goal.\n\n## Fix\n\nScale out.\n",
            ),
            (
                "cert",
                "# A certificate expires\n\nClients refuse to connect.\n\n## Escalate\n\nCall the security team.\n",
            ),
        ] {
            index.put(read(id, text, id)).unwrap();
        }
        index
    }

    #[test]
    fn words_meaning_and_names_find() {
        let index = index();
        let first = |text: &str, names: &[String]| index.search(&ask(text, names))[0].clone();
        assert_eq!(first("volume almost full", &[]).id, "disk");
        assert_eq!(first("high latency", &[]).id, "slow", "no word in common");
        let named = ["volumefull".to_owned()];
        let hit = first("certificate", &named);
        assert!(hit.id == "disk" && hit.named);
        assert!(index.search(&ask("", &[])).is_empty());
    }

    #[test]
    fn a_snippet_stands_in_the_text_word_for_word() {
        let index = index();
        for text in ["delete logs", "vacuum", "volume", "clients refuse"] {
            let hit = &index.search(&ask(text, &[]))[0];
            let document = index.document(&hit.id).unwrap();
            assert!(!hit.snippet.is_empty());
            assert!(
                document
                    .sections
                    .iter()
                    .any(|s| s.heading == hit.section && s.text.contains(&hit.snippet)),
                "{hit:?}"
            );
        }
    }

    #[test]
    fn a_part_alone_can_be_asked_for() {
        let index = index();
        let hits = index
            .search(&Query { part: Some(Part::Escalation), ..ask("expired certificate", &[]) });
        assert_eq!(hits.len(), 1);
        assert_eq!(
            (hits[0].id.as_str(), hits[0].snippet.as_str()),
            ("cert", "Call the security team.")
        );
    }

    #[test]
    fn a_document_that_changed_or_went_is_as_if_it_never_was() {
        let mut changed = index();
        changed.put(read("disk", "# Queue grows\n\nConsumers lag.\n", "disk")).unwrap();
        let hit = &changed.search(&ask("consumers lag", &[]))[0];
        assert_eq!(hit.title, "Queue grows");
        assert!(changed.search(&ask("journalctl", &[])).iter().all(|hit| hit.coverage == 0.0));
        changed.put(index().document("disk").unwrap().clone()).unwrap();
        let texts = ["volume full", "slow", "certificate team", "delete"];
        for text in texts {
            assert_eq!(changed.search(&ask(text, &[])), index().search(&ask(text, &[])), "{text}");
        }
        assert!(changed.remove("disk") && !changed.remove("disk"));
        assert!(changed.search(&ask("volume", &[])).iter().all(|hit| hit.id != "disk"));
    }

    #[test]
    fn what_is_held_is_bounded() {
        let limits = Limits { documents: 2, bytes: 5_000, document_bytes: 1_000 };
        let mut index = Index::new(limits);
        index.put(read("a", &format!("# A\n{}", "wörd ".repeat(10_000)), "a")).unwrap();
        assert!(index.document("a").unwrap().bytes() <= 1_010);
        index.put(read("b", "# B\ntext", "b")).unwrap();
        assert_eq!(index.put(read("c", "# C\ntext", "c")), Err(Full));
        index.put(read("b", "# B\nother", "b")).unwrap();
        assert_eq!(index.len(), 2);
        let mut small = Index::new(Limits { bytes: 100, ..limits });
        assert_eq!(small.put(read("a", &"x y ".repeat(100), "a")), Err(Full));
        assert!(small.is_empty());
    }
}
