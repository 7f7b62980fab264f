//! One hash over everything the site is made of, so that an unchanged site is not built again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Folders and files whose content decides what `site/` looks like.
const INPUTS: [&str; 10] = [
    "app/src",
    "app/Cargo.toml",
    "frontend",
    "crates/domain/src",
    "crates/domain/Cargo.toml",
    "style",
    "public",
    "xtask/src",
    "Cargo.toml",
    "Cargo.lock",
];

/// The hash of all inputs, in hexadecimal.
pub fn fingerprint(root: &Path, dev: bool) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    hash.update([u8::from(dev)]);
    for file in files {
        let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        hash.update(file.strip_prefix(root).unwrap_or(&file).to_string_lossy().as_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(hex::encode(hash.finalize()))
}

/// All files below `path` (or `path` itself), in no particular order.
pub fn collect(path: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        into.push(path.to_path_buf());
    } else if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("listing {}", path.display()))? {
            collect(&entry?.path(), into)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_name_or_content_changes_the_hash() {
        let root = std::env::temp_dir().join(format!("evenkeel-inputs-{}", std::process::id()));
        fs::create_dir_all(root.join("style")).unwrap();
        fs::write(root.join("style/a.css"), "a{}").unwrap();
        let first = fingerprint(&root, false).unwrap();
        assert_eq!(first, fingerprint(&root, false).unwrap());
        assert_ne!(first, fingerprint(&root, true).unwrap());
        fs::write(root.join("style/a.css"), "b{}").unwrap();
        let changed = fingerprint(&root, false).unwrap();
        assert_ne!(first, changed);
        fs::rename(root.join("style/a.css"), root.join("style/b.css")).unwrap();
        assert_ne!(changed, fingerprint(&root, false).unwrap());
        fs::remove_dir_all(root).unwrap();
    }
}
