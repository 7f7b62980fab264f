//! Trees as GitHub and git list them.

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `040000`
    Tree,
    /// `100644`
    File,
    /// `100755`
    Executable,
    /// `120000`: its content is the path it points to.
    Symlink,
    /// `160000`: a commit of another repository.
    Submodule,
}

impl Kind {
    /// From git's mode, in octal digits.
    pub fn from_mode(mode: &str) -> Option<Self> {
        Some(match mode {
            "040000" | "40000" => Self::Tree,
            "100644" | "100664" => Self::File,
            "100755" => Self::Executable,
            "120000" => Self::Symlink,
            "160000" => Self::Submodule,
            _ => return None,
        })
    }

    /// Git's mode.
    pub fn mode(self) -> &'static str {
        match self {
            Self::Tree => "040000",
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Submodule => "160000",
        }
    }

    /// Whether its content is text or bytes that can be merged.
    pub fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }
}

/// An entry of a tree: what it is and the object it names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Id of its object, 40 hexadecimal digits.
    pub id: String,
}

/// The id git gives a blob: SHA-1 over its header and its bytes.
pub fn blob_id(bytes: &[u8]) -> String {
    use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    context.update(format!("blob {}\0", bytes.len()).as_bytes());
    context.update(bytes);
    hex::encode(context.finish())
}

#[cfg(test)]
mod tests {
    use super::blob_id;

    #[test]
    fn blobs_have_git_s_ids() {
        // `git hash-object` of an empty file and of "hello\n".
        assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
