//! The three-way merge of trees, for the paths that a change touched.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::lines::merge;
use super::tree::{Entry, Kind};

/// Objects read so far.
#[derive(Debug, Default)]
pub struct Known {
    /// Trees by id, each by name.
    pub trees: HashMap<String, BTreeMap<String, Entry>>,
    /// Blobs by id.
    pub blobs: HashMap<String, Vec<u8>>,
}

/// What [`reckon()`] came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Reckoned {
    /// More objects must be read first.
    Need {
        /// Trees.
        trees: BTreeSet<String>,
        /// Blobs.
        blobs: BTreeSet<String>,
    },
    /// What has to change on the branch, by path. Empty when the change is gone already.
    Done(Vec<Edit>),
    /// It can't be taken back by itself.
    Conflict(Vec<Conflict>),
}

/// One path that changes on the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its path.
    pub path: String,
    /// What is there now.
    pub before: Option<Entry>,
    /// What will be.
    pub after: After,
}

/// What will be at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Absent,
    /// An object that exists already.
    Object(Entry),
    /// New content, with its kind.
    Content(Kind, Vec<u8>),
}

/// Why a path can't be taken back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The path.
    pub path: String,
    /// What was done to it since, as a clause about it.
    pub why: &'static str,
}

/// Takes the change from the tree `parent` to the tree `change` back on the tree `head`. `parent` is `None` for a
/// commit without one.
pub fn reckon(change: &str, parent: Option<&str>, head: &str, known: &Known) -> Reckoned {
    let mut walk = Walk::new(known);
    let tree = |id: &str| Entry { kind: Kind::Tree, id: id.to_owned() };
    walk.folder(
        "",
        &Three { base: Some(tree(change)), theirs: parent.map(tree), ours: Some(tree(head)) },
        &[],
    );
    walk.done()
}

/// An entry in the change, in its parent, and on the branch.
#[derive(Debug, Clone, Default)]
struct Three {
    base: Option<Entry>,
    theirs: Option<Entry>,
    ours: Option<Entry>,
}

struct Walk<'a> {
    known: &'a Known,
    trees: BTreeSet<String>,
    blobs: BTreeSet<String>,
    edits: Vec<Edit>,
    conflicts: BTreeSet<Conflict>,
}

const MOVED: &str = "was moved or removed since";
const CHANGED: &str = "was changed since in the same place";
const KIND: &str = "has another kind or mode since";
const BINARY: &str = "is no text that can be merged, and was changed since";
const ATTRIBUTES: &str = "was changed since, and .gitattributes may say how it is merged";
const FOLDER: &str = "lies in a folder that was moved or removed since";
const NEWCOMER: &str = "was added since to a folder that the change brought";
const TAKEN: &str = "was added since by somebody else";
const SUBMODULE: &str = "is a submodule that was moved on since";

impl<'a> Walk<'a> {
    fn new(known: &'a Known) -> Self {
        Self {
            known,
            trees: BTreeSet::new(),
            blobs: BTreeSet::new(),
            edits: Vec::new(),
            conflicts: BTreeSet::new(),
        }
    }

    fn done(self) -> Reckoned {
        if !self.conflicts.is_empty() {
            // Known for certain, whatever else would still be read.
            Reckoned::Conflict(self.conflicts.into_iter().collect())
        } else if self.trees.is_empty() && self.blobs.is_empty() {
            Reckoned::Done(self.edits)
        } else {
            Reckoned::Need { trees: self.trees, blobs: self.blobs }
        }
    }

    fn conflict(&mut self, path: &str, why: &'static str) {
        self.conflicts.insert(Conflict { path: path.to_owned(), why });
    }

    /// The entries of a folder; `None` while it must be read. What is no folder has none.
    fn list(&mut self, entry: Option<&Entry>) -> Option<BTreeMap<String, Entry>> {
        match entry {
            Some(entry) if entry.kind == Kind::Tree => {
                let found = self.known.trees.get(&entry.id).cloned();
                if found.is_none() {
                    self.trees.insert(entry.id.clone());
                }
                found
            }
            _ => Some(BTreeMap::new()),
        }
    }

    fn folder(&mut self, path: &str, at: &Three, attributes: &[String]) {
        let lists = (
            self.list(at.base.as_ref()),
            self.list(at.theirs.as_ref()),
            self.list(at.ours.as_ref()),
        );
        let (Some(base), Some(theirs), Some(ours)) = lists else { return };
        let mut attributes = attributes.to_vec();
        let said = ours.get(".gitattributes").filter(|entry| entry.kind.is_file());
        attributes.extend(said.map(|entry| entry.id.clone()));
        let is_tree = |entry: &Option<Entry>| entry.as_ref().is_some_and(|e| e.kind == Kind::Tree);
        // A folder that the change brought goes away again; what others have put there would stay behind alone.
        if !path.is_empty() && is_tree(&at.base) && !is_tree(&at.theirs) {
            for name in ours.keys().filter(|name| !base.contains_key(*name)) {
                self.conflict(&join(path, name), NEWCOMER);
            }
        }
        // A folder that is no longer there: what the change removed from it has no place to come back to.
        let gone = is_tree(&at.base) && !is_tree(&at.ours);
        let names: BTreeSet<&String> = base.keys().chain(theirs.keys()).collect();
        for name in names {
            let three = Three {
                base: base.get(name).cloned(),
                theirs: theirs.get(name).cloned(),
                ours: ours.get(name).cloned(),
            };
            if three.base == three.theirs {
                continue;
            }
            let path = join(path, name);
            if gone && three.base.is_none() {
                self.conflict(&path, FOLDER);
                continue;
            }
            self.entry(&path, &three, &attributes);
        }
    }

    fn entry(&mut self, path: &str, three: &Three, attributes: &[String]) {
        let folder = |entry: &Option<Entry>| entry.clone().filter(|e| e.kind == Kind::Tree);
        let other = |entry: &Option<Entry>| entry.clone().filter(|e| e.kind != Kind::Tree);
        let folders = Three {
            base: folder(&three.base),
            theirs: folder(&three.theirs),
            ours: folder(&three.ours),
        };
        let rest = Three {
            base: other(&three.base),
            theirs: other(&three.theirs),
            ours: other(&three.ours),
        };
        // A folder where the change had a file, or the other way round.
        if rest.theirs.is_some() && folders.ours.is_some() && folders.base.is_none() {
            return self.conflict(path, KIND);
        }
        if folders.theirs.is_some() && rest.ours.is_some() && rest.base.is_none() {
            return self.conflict(path, KIND);
        }
        if folders.base != folders.theirs {
            self.folder(path, &folders, attributes);
        }
        if rest.base != rest.theirs {
            self.leaf(path, &rest, attributes);
        }
    }

    fn leaf(&mut self, path: &str, three: &Three, attributes: &[String]) {
        let Three { base, theirs, ours } = three;
        if ours == base {
            let after = theirs.clone().map_or(After::Absent, After::Object);
            self.edits.push(Edit { path: path.to_owned(), before: ours.clone(), after });
            return;
        }
        match (base, theirs, ours) {
            (None, Some(theirs), Some(ours)) if theirs == ours => {}
            (None, ..) => self.conflict(path, TAKEN),
            (_, _, None) => self.conflict(path, MOVED),
            (_, None, _) => self.conflict(path, CHANGED),
            (Some(base), Some(theirs), Some(ours)) if theirs == ours => {
                // Somebody has taken it back already.
                debug_assert_ne!(base, theirs, "only what differs comes here");
            }
            (Some(base), Some(theirs), Some(ours)) => {
                self.content(path, base, theirs, ours, attributes);
            }
        }
    }

    fn content(
        &mut self,
        path: &str,
        base: &Entry,
        theirs: &Entry,
        ours: &Entry,
        attributes: &[String],
    ) {
        if [base, theirs, ours].iter().any(|entry| entry.kind == Kind::Submodule) {
            return self.conflict(path, SUBMODULE);
        }
        if ![base, theirs, ours].iter().all(|entry| entry.kind.is_file()) {
            return self.conflict(path, if same_kind(base, theirs, ours) { CHANGED } else { KIND });
        }
        let kind = match (base.kind == theirs.kind, base.kind == ours.kind) {
            (true, _) => ours.kind,
            (_, true) => theirs.kind,
            _ if theirs.kind == ours.kind => ours.kind,
            _ => return self.conflict(path, KIND),
        };
        let id = if theirs.id == base.id || theirs.id == ours.id {
            Some(&ours.id)
        } else if ours.id == base.id {
            Some(&theirs.id)
        } else {
            None
        };
        let after = if let Some(id) = id {
            After::Object(Entry { kind, id: id.clone() })
        } else {
            let needed = [&base.id, &theirs.id, &ours.id].into_iter().chain(attributes);
            let missing: Vec<_> =
                needed.filter(|id| !self.known.blobs.contains_key(*id)).cloned().collect();
            if !missing.is_empty() {
                self.blobs.extend(missing);
                return;
            }
            if attributes.iter().any(|id| directs_merging(&self.known.blobs[id])) {
                return self.conflict(path, ATTRIBUTES);
            }
            let blob = |entry: &Entry| self.known.blobs[&entry.id].as_slice();
            let Some(bytes) = merge(blob(base), blob(ours), blob(theirs)) else {
                let binary = [base, theirs, ours].iter().any(|e| blob(e).contains(&0));
                return self.conflict(path, if binary { BINARY } else { CHANGED });
            };
            After::Content(kind, bytes)
        };
        if after == After::Object(ours.clone()) {
            return;
        }
        if let After::Content(_, bytes) = &after
            && *bytes == self.known.blobs[&ours.id]
            && kind == ours.kind
        {
            return;
        }
        self.edits.push(Edit { path: path.to_owned(), before: Some(ours.clone()), after });
    }
}

fn same_kind(base: &Entry, theirs: &Entry, ours: &Entry) -> bool {
    base.kind == theirs.kind && base.kind == ours.kind
}

/// Whether attributes may give a path another way of merging than line by line.
fn directs_merging(attributes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(attributes);
    text.split(|c: char| c.is_whitespace() || matches!(c, '=' | '-' | '!'))
        .any(|word| matches!(word, "merge" | "binary"))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
