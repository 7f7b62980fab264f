//! Runbooks from a folder of markdown. Links are not followed and hidden folders are left out, so that nothing outside
//! the folder is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use evenkeel_retrieval::{Document, markdown};
use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use jiff::Timestamp;

use super::library::{Origin, Shelf};
use crate::failure::failure;

/// Files read of one folder: more than any team's runbooks.
pub(super) const FILES: usize = 5_000;
/// How deep folders lie in each other.
pub(super) const DEPTH: usize = 8;
/// Longest file read, in bytes. The index cuts at the same length.
pub(super) const FILE_BYTES: u64 = 256 * 1024;

/// A folder and what was read of it.
pub(super) struct Folder {
    path: PathBuf,
    name: String,
    known: BTreeMap<String, Stamp>,
}

/// By which a changed file is told.
type Stamp = (Option<SystemTime>, u64);

/// What a look at a folder found.
struct Look {
    /// All files, by their path inside the folder.
    files: BTreeMap<String, Stamp>,
    /// Those that are new or changed, read.
    changed: Vec<(Document, Option<Timestamp>)>,
    /// Whether there were more or longer ones than are read.
    cut: bool,
    revision: Option<String>,
}

impl Folder {
    /// The folder at that place, not yet looked at.
    pub(super) fn new(name: String, path: PathBuf) -> Self {
        Self { path, name, known: BTreeMap::new() }
    }

    /// What a folder is called, unless that is taken: the last part of its path.
    pub(super) fn base(path: &Path) -> String {
        path.file_name().map_or("folder".into(), |name| name.to_string_lossy().into_owned())
    }

    /// Reads what is new or changed, and takes out what is gone.
    pub(super) async fn refresh(&mut self, books: &Shelf) {
        let (path, name, known) = (self.path.clone(), self.name.clone(), self.known.clone());
        let look = tokio::task::spawn_blocking(move || look(&path, &name, &known)).await;
        let look = match look {
            Ok(Ok(look)) => look,
            Ok(Err(error)) => {
                return books.write().ended(&self.name, Err(unreadable(&self.path, &error)), None);
            }
            Err(_) => {
                let error = std::io::Error::other("reading it ended abnormally");
                return books.write().ended(&self.name, Err(unreadable(&self.path, &error)), None);
            }
        };
        let mut held = books.write();
        for gone in self.known.keys().filter(|file| !look.files.contains_key(*file)) {
            held.remove(&id(&self.name, gone));
        }
        let mut complete = Ok(!look.cut);
        for (document, edited_at) in look.changed {
            let origin = Origin { source: self.name.clone(), url: None, edited_at };
            if let Err(full) = held.put(document, origin) {
                complete = Err(full);
            }
        }
        // What did not fit is tried again once something has gone.
        self.known = if complete.is_ok() { look.files } else { BTreeMap::new() };
        held.ended(&self.name, complete, look.revision);
    }
}

fn id(folder: &str, file: &str) -> String {
    format!("{folder}/{file}")
}

fn unreadable(path: &Path, error: &std::io::Error) -> ToolFailure {
    failure(
        codes::RUNBOOKS_UNREADABLE,
        format!("the folder {} can't be read: {error}", path.display()),
        "Check EVENKEEL_RUNBOOKS, and that this process may read the folder.",
    )
}

fn look(root: &Path, name: &str, known: &BTreeMap<String, Stamp>) -> std::io::Result<Look> {
    let mut look =
        Look { files: BTreeMap::new(), changed: Vec::new(), cut: false, revision: revision(root) };
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            // One folder that may not be read hides no others, but what is in it is missing.
            Err(error) if depth == 0 => return Err(error),
            Err(_) => {
                look.cut = true;
                continue;
            }
        };
        for entry in entries {
            let entry = entry?;
            let file_name = entry.file_name();
            let Some(file_name) = file_name.to_str().filter(|name| is_shown(name)) else {
                continue;
            };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if depth + 1 < DEPTH {
                    folders.push((entry.path(), depth + 1));
                } else {
                    look.cut = true;
                }
            } else if kind.is_file() && is_markdown(file_name) {
                if look.files.len() >= FILES {
                    look.cut = true;
                    return Ok(look);
                }
                read(root, name, &entry.path(), known, &mut look);
            }
        }
    }
    Ok(look)
}

fn read(root: &Path, name: &str, path: &Path, known: &BTreeMap<String, Stamp>, look: &mut Look) {
    let Some(inside) = path.strip_prefix(root).ok().and_then(Path::to_str) else { return };
    let Ok(about) = path.symlink_metadata() else { return };
    let stamp = (about.modified().ok(), about.len());
    if about.len() > FILE_BYTES {
        look.cut = true;
        return;
    }
    if known.get(inside) == Some(&stamp) {
        look.files.insert(inside.to_owned(), stamp);
        return;
    }
    // It may be gone by now, or not be text.
    let Ok(text) = std::fs::read_to_string(path) else {
        look.cut = true;
        return;
    };
    let document = markdown::read(&id(name, inside), &text, inside);
    let edited_at = stamp.0.and_then(|at| Timestamp::try_from(at).ok());
    look.changed.push((document, edited_at));
    look.files.insert(inside.to_owned(), stamp);
}

/// Whether a file or folder of that name is looked at: none that is hidden, or whose name would move a cursor.
pub(super) fn is_shown(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.chars().any(char::is_control)
}

pub(super) fn is_markdown(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|end| ["md", "markdown"].iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// The commit that is checked out, if this is a Git repository.
fn revision(root: &Path) -> Option<String> {
    let git = root.join(".git");
    let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
    let commit = match head.trim().strip_prefix("ref: ") {
        // A name with `..` in it is no branch.
        Some(name) if !name.contains("..") && !name.starts_with('/') => {
            std::fs::read_to_string(git.join(name)).ok().or_else(|| packed(&git, name))?
        }
        Some(_) => return None,
        None => head,
    };
    let commit = commit.trim();
    (commit.len() >= 40 && commit.bytes().all(|b| b.is_ascii_hexdigit())).then(|| commit.to_owned())
}

fn packed(git: &Path, name: &str) -> Option<String> {
    let refs = std::fs::read_to_string(git.join("packed-refs")).ok()?;
    refs.lines().find_map(|line| Some(line.strip_suffix(name)?.strip_suffix(' ')?.to_owned()))
}
