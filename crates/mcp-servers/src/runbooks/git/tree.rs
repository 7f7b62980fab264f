//! What a commit holds: which files, and their text.

use std::collections::BTreeMap;

use super::clone::{Clone, LOCAL, is_id};
use super::command::{Git, Trouble, args, output};
use crate::runbooks::folder::{DEPTH, FILE_BYTES, FILES, is_markdown, is_shown};

/// Bytes of a listing: a repository with some 200,000 files.
const LISTING: u64 = 32 * 1024 * 1024;
/// Bytes of text read of one commit; the index holds no more.
pub(super) const TEXTS: u64 = 32 * 1024 * 1024;
/// How a file begins that stands for one kept elsewhere.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Files that may be runbooks, by their path inside the folder.
pub(super) struct Listing {
    pub(super) files: BTreeMap<String, Version>,
    /// Whether there were more or longer ones than are read.
    pub(super) cut: bool,
}

/// What stands in a file: the object's name, and its size in bytes.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) size: u64,
}

/// Lists a commit, or a folder of it; `None` when it has no such folder.
pub(super) async fn list(
    git: &Git,
    clone: &Clone,
    commit: &str,
    folder: Option<&str>,
) -> Result<Option<Listing>, Trouble> {
    let tree = format!("{commit}:{}", folder.unwrap_or_default());
    if folder.is_some() {
        let mut command = git.at(clone.dir(), None);
        command.args(["cat-file", "-t", &tree]);
        match output(&mut command, Vec::new(), LOCAL, 100).await {
            Ok(kind) if kind == b"tree\n" => {}
            // The commit itself is here, or this would have been noticed before.
            Ok(_) | Err(Trouble::Refused(_)) => return Ok(None),
            Err(trouble) => return Err(trouble),
        }
    }
    let mut command = git.at(clone.dir(), None);
    command.args(["ls-tree", "-r", "-z", "-l", "--full-tree", &tree]);
    let out = output(&mut command, Vec::new(), LOCAL, LISTING).await?;
    let mut listing = Listing { files: BTreeMap::new(), cut: false };
    for line in out.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let Some(entry) = Entry::read(line)? else { continue };
        let deep = entry.path.split('/').count() > DEPTH;
        if listing.files.len() >= FILES || entry.version.size > FILE_BYTES || deep {
            listing.cut = true;
        } else {
            listing.files.insert(entry.path, entry.version);
        }
    }
    Ok(Some(listing))
}

struct Entry {
    path: String,
    version: Version,
}

impl Entry {
    /// `MODE TYPE ID SIZE\tPATH`, if it is a plain file of markdown whose name can be shown. Links and repositories inside the
    /// repository are none.
    fn read(line: &[u8]) -> Result<Option<Self>, Trouble> {
        let at = line.iter().position(|byte| *byte == b'\t').ok_or(Trouble::Garbled)?;
        let about = std::str::from_utf8(&line[..at]).map_err(|_| Trouble::Garbled)?;
        let words: Vec<&str> = about.split_whitespace().collect();
        let [mode, kind, id, size] = words[..] else { return Err(Trouble::Garbled) };
        if kind != "blob" || !matches!(mode, "100644" | "100755") {
            return Ok(None);
        }
        let Ok(path) = std::str::from_utf8(&line[at + 1..]) else { return Ok(None) };
        if !is_markdown(path) || !path.split('/').all(is_shown) {
            return Ok(None);
        }
        if !is_id(id) {
            return Err(Trouble::Garbled);
        }
        let size = size.parse().map_err(|_| Trouble::Garbled)?;
        Ok(Some(Self { path: path.to_owned(), version: Version { id: id.to_owned(), size } }))
    }
}

/// The texts of those versions, at most [`TEXTS`] together, in their order; `None` for one that is no text.
pub(super) async fn texts(
    git: &Git,
    clone: &Clone,
    ids: &[String],
) -> Result<Vec<Option<String>>, Trouble> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut command = git.at(clone.dir(), None);
    command.args(args(["cat-file", "--batch"]));
    let mut input = ids.join("\n").into_bytes();
    input.push(b'\n');
    let most = TEXTS + 100 * ids.len() as u64;
    let out = output(&mut command, input, LOCAL, most).await?;
    let mut rest = out.as_slice();
    let mut texts = Vec::new();
    for id in ids {
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or(Trouble::Garbled)?;
        let head = std::str::from_utf8(&rest[..end]).map_err(|_| Trouble::Garbled)?;
        let size = head.strip_prefix(id.as_str()).and_then(|head| head.strip_prefix(" blob "));
        let size: usize = size.and_then(|size| size.parse().ok()).ok_or(Trouble::Garbled)?;
        let bytes = rest.get(end + 1..end + 1 + size).ok_or(Trouble::Garbled)?;
        rest = rest.get(end + 2 + size..).ok_or(Trouble::Garbled)?;
        let text = std::str::from_utf8(bytes).ok().filter(|_| !bytes.starts_with(POINTER));
        texts.push(text.map(str::to_owned));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::Entry;

    #[test]
    fn only_plain_markdown_that_can_be_shown_is_taken() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let read = |about: &str, path: &[u8]| {
            let line = [about.as_bytes(), b"\t", path].concat();
            Entry::read(&line).unwrap().map(|entry| entry.path)
        };
        let plain = format!("100644 blob {id}      12");
        assert_eq!(read(&plain, b"a/b.md").as_deref(), Some("a/b.md"));
        assert_eq!(read(&plain, "ä -x\".MD".as_bytes()).as_deref(), Some("ä -x\".MD"));
        for path in [
            &b"a.txt"[..],
            b".git/x.md",
            b"a/.hidden/x.md",
            b"../x.md",
            b"a//x.md",
            b"a\x1b[2J.md",
            b"a\nb.md",
            b"\xff.md",
        ] {
            assert_eq!(read(&plain, path), None, "{}", String::from_utf8_lossy(path));
        }
        assert_eq!(read(&format!("120000 blob {id} 12"), b"link.md"), None);
        assert_eq!(read(&format!("160000 commit {id} -"), b"module.md"), None);
        assert!(Entry::read(b"100644 blob x 1\ta.md").is_err());
        assert!(Entry::read(b"nonsense").is_err());
    }
}
