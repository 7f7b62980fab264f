//! A repository with a work tree, which somebody pushes to.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub struct Remote {
    folder: TempDir,
}

/// A repository that was moved away.
pub struct Away {
    remote: Remote,
}

impl Remote {
    /// An empty one.
    pub fn new() -> Self {
        let remote = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(remote.path()).unwrap();
        remote.git(&["init", "-q", "-b", "main"]);
        remote
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("docs")
    }

    /// The folder it lies in.
    pub fn above(&self) -> &Path {
        self.folder.path()
    }

    pub fn file_url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    pub fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn remove(&self, name: &str) {
        self.git(&["rm", "-r", "-q", name]);
    }

    /// Commits everything; the commit.
    pub fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.test"])
            .args(args)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn leave(self) -> Away {
        std::fs::rename(self.path(), self.folder.path().join("away")).unwrap();
        Away { remote: self }
    }
}

impl Away {
    pub fn come_back(&self) {
        let folder = self.remote.folder.path();
        std::fs::rename(folder.join("away"), folder.join("docs")).unwrap();
    }
}
