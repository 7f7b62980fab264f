//! Changed files, bounded.

use evenkeel_tools::github::ChangedFile;

use crate::github::wire::FileAnswer;
use crate::github::words;

/// Files of one answer.
const FILES: usize = 100;
/// Bytes of all patches of one answer together.
const PATCHES: usize = 128 * 1024;

/// The files' views, and whether files or parts of patches were left out.
pub(super) fn views(files: &[FileAnswer], path: Option<&str>) -> (Vec<ChangedFile>, bool) {
    let wanted = |file: &&FileAnswer| {
        path.is_none_or(|path| {
            below(&file.filename, path)
                || file.previous_filename.as_deref().is_some_and(|before| below(before, path))
        })
    };
    let mut room = PATCHES;
    let mut cut = false;
    let views: Vec<_> = files
        .iter()
        .filter(wanted)
        .take(FILES + 1)
        .map(|file| {
            let lines = file.patch.as_deref().map(words::patch).and_then(|(text, clipped)| {
                cut |= clipped;
                let fits = text.len() <= room;
                cut |= !fits;
                room = room.saturating_sub(text.len());
                fits.then_some(text)
            });
            ChangedFile {
                path: words::word(&file.filename),
                status: words::word(&file.status),
                previous_path: file.previous_filename.as_deref().map(words::word),
                additions: file.additions,
                deletions: file.deletions,
                patch: lines,
            }
        })
        .collect();
    let more = views.len() > FILES;
    (views.into_iter().take(FILES).collect(), cut || more)
}

/// Whether a file is `folder` or lies in it.
pub(super) fn below(file: &str, folder: &str) -> bool {
    file.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
