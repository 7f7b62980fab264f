//! A revert as a diff for people.

use std::fmt::Write as _;

use crate::github::revert::{After, Edit, Entry, Known};
use crate::github::words;
use crate::text::clip;

/// Bytes of a diff.
const DIFF: usize = 32 * 1024;
/// Files shown with their lines; the rest by name.
const SHOWN: usize = 30;

/// The text.
pub(super) struct Patch {
    pub diff: String,
    pub cut: bool,
    pub paths: Vec<String>,
}

/// Blobs needed to show the edits.
pub(super) fn shown(edits: &[Edit]) -> impl Iterator<Item = &String> {
    let blob = |entry: &Entry| entry.kind.is_file();
    edits.iter().take(SHOWN).flat_map(move |edit| {
        let before = edit.before.as_ref().filter(|e| blob(e)).map(|e| &e.id);
        let after = match &edit.after {
            After::Object(entry) if blob(entry) => Some(&entry.id),
            _ => None,
        };
        before.into_iter().chain(after)
    })
}

/// Writes it.
pub(super) fn of(edits: &[Edit], known: &Known) -> Patch {
    let mut diff = String::new();
    let mut cut = edits.len() > SHOWN;
    for edit in edits.iter().take(SHOWN) {
        cut |= !one(&mut diff, edit, known);
    }
    for edit in edits.iter().skip(SHOWN) {
        let _ = writeln!(diff, "# {} changes too", words::word(&edit.path));
    }
    let (diff, clipped) = clip(&words::clean(&diff), DIFF);
    cut |= clipped;
    Patch { diff, cut, paths: edits.iter().map(|edit| words::word(&edit.path)).collect() }
}

/// Writes one file's, and says whether all of it is shown.
fn one(out: &mut String, edit: &Edit, known: &Known) -> bool {
    let path = words::word(&edit.path);
    let kind = |entry: &Entry| entry.kind;
    let before_kind = edit.before.as_ref().map(kind);
    let after_kind = match &edit.after {
        After::Absent => None,
        After::Object(entry) => Some(entry.kind),
        After::Content(kind, _) => Some(*kind),
    };
    if before_kind != after_kind {
        let word =
            |kind: Option<crate::github::revert::Kind>| kind.map_or("nothing", |kind| kind.mode());
        let _ = writeln!(out, "# {path}: {} becomes {}", word(before_kind), word(after_kind));
    }
    let text = |entry: &Entry| -> Option<&[u8]> {
        if entry.kind.is_file() { known.blobs.get(&entry.id).map(Vec::as_slice) } else { None }
    };
    let before = match &edit.before {
        None => Some(&[][..]),
        Some(entry) => text(entry),
    };
    let after = match &edit.after {
        After::Absent => Some(&[][..]),
        After::Object(entry) => text(entry),
        After::Content(_, bytes) => Some(bytes.as_slice()),
    };
    let (Some(before), Some(after)) = (before, after) else {
        let _ = writeln!(out, "# {path}: changes as a whole");
        return false;
    };
    if before.contains(&0) || after.contains(&0) {
        let _ = writeln!(out, "# {path}: binary content changes");
        return false;
    }
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let name = |side: &str, there: bool| {
        if there { format!("{side}/{path}") } else { "/dev/null".to_owned() }
    };
    let (from, to) = (name("a", edit.before.is_some()), name("b", after_kind.is_some()));
    let diff = similar::TextDiff::from_lines(before.as_ref(), after.as_ref());
    let text = diff.unified_diff().context_radius(3).header(&from, &to).to_string();
    out.push_str(&text);
    true
}
