//! Where the database file is, and who may read it: it holds hashes and sealed credentials.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// The owner alone may enter.
const FOLDER: u32 = 0o700;
/// The owner alone may read and write. SQLite gives its log files the same.
const FILE: u32 = 0o600;

/// A database file.
#[derive(Debug)]
pub(crate) struct Place {
    file: PathBuf,
    /// A folder to be removed with it.
    private: Option<PathBuf>,
}

impl Place {
    /// A file of that name; it and its folder are made if missing. What exists keeps its
    /// permissions: they are the operator's.
    pub(crate) fn named(file: &Path) -> io::Result<Self> {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(FOLDER).create(folder)?;
        }
        let opened =
            OpenOptions::new().create(true).append(true).read(true).mode(FILE).open(file)?;
        let mode = opened.metadata()?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(file = %file.display(), mode = format!("{:o}", mode & 0o777),
                "the database {} can be read by others than its owner", file.display());
        }
        Ok(Self { file: file.to_owned(), private: None })
    }

    /// A file of nobody else, removed when dropped.
    pub(crate) fn private() -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            let folder = std::env::temp_dir().join(format!("evenkeel-{}-{next}", process::id()));
            // Fails if anything is there already, a link somebody laid out included.
            match DirBuilder::new().mode(FOLDER).create(&folder) {
                Ok(()) => {
                    let place = Self::named(&folder.join("evenkeel.db"))?;
                    return Ok(Self { file: place.file.clone(), private: Some(folder) });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A file that is there, or not; nothing is made.
    pub(crate) fn kept(file: &Path) -> Self {
        Self { file: file.to_owned(), private: None }
    }

    /// Whether there is a write-ahead log beside it, with what is not in the file yet.
    pub(crate) fn has_log(&self) -> bool {
        let mut log = self.file.clone().into_os_string();
        log.push("-wal");
        fs::metadata(PathBuf::from(log)).is_ok_and(|log| log.len() > 0)
    }

    /// Bytes that are free on its disk, as far as the system tells; many if it does not.
    pub(crate) fn free(&self) -> u64 {
        rustix::fs::statvfs(&self.file)
            .map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.private
            && let Err(error) = fs::remove_dir_all(folder)
        {
            tracing::warn!(folder = %folder.display(), %error,
                "the private database {} could not be removed", folder.display());
        }
    }
}
