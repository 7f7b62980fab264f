//! The clone on disk: a bare repository with one commit of one branch. There is no checkout, so no link, filter or attribute
//! of the repository can do anything; files are read as objects.
//!
//! One process at a time fetches (a lock file says who), all read. What is here may be lost at any time: what cannot be used
//! is fetched anew beside it and put in its place.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::address::Address;
use super::command::{Git, SignIn, Trouble, args, output};

/// The one reference that is kept.
const HEAD: &str = "refs/evenkeel/head";
/// Time for a fetch: a documentation repository takes seconds, its first clone over a slow line a minute.
const FETCH: Duration = Duration::from_mins(3);
/// Time for a look at what is on disk.
pub(super) const LOCAL: Duration = Duration::from_secs(30);
/// Packs after which the clone is made anew: each push that is fetched leaves one.
const PACKS: usize = 50;
/// How often the size is looked at while it is fetched.
const WATCH: Duration = Duration::from_millis(250);

/// A clone.
pub(super) struct Clone {
    dir: PathBuf,
    lock: PathBuf,
    most: u64,
}

/// Says that nobody else fetches into the clone; ends with the value, or with the process.
pub(super) struct Turn(#[expect(dead_code, reason = "the lock goes with the file")] File);

impl Clone {
    /// The clone of that address in a folder for clones, with at most so many bytes.
    pub(super) fn within(folder: &Path, address: &Address, most: u64) -> Self {
        let of = format!("{}\n{}", address.url, address.branch.as_deref().unwrap_or_default());
        let digest = ring::digest::digest(&ring::digest::SHA256, of.as_bytes());
        let (first, _) = digest.as_ref().split_first_chunk().unwrap_or((&[0; 8], &[]));
        let of = u64::from_be_bytes(*first);
        let shown: String =
            address.name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let name = format!("{of:016x}-{shown}");
        Self { dir: folder.join(&name), lock: folder.join(format!("{name}.lock")), most }
    }

    /// Where it is.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Takes the turn to fetch; `None` while another process has it.
    pub(super) fn turn(&self) -> Result<Option<Turn>, Trouble> {
        let folder = self.lock.parent().unwrap_or(Path::new("."));
        let take = || {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let file = File::options().create(true).truncate(false).write(true).open(&self.lock)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(Turn(file))),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            }
        };
        take().map_err(Trouble::Folder)
    }

    /// The commit that is here.
    pub(super) async fn head(&self, git: &Git) -> Option<String> {
        if !self.dir.is_dir() {
            return None;
        }
        let mut command = git.at(&self.dir, None);
        command.args(["rev-parse", "--verify", "--quiet"]).arg(format!("{HEAD}^{{commit}}"));
        let out = output(&mut command, Vec::new(), LOCAL, 200).await.ok()?;
        let commit = String::from_utf8(out).ok()?.trim().to_owned();
        is_id(&commit).then_some(commit)
    }

    /// Brings what the branch holds now. A clone that can't be used is made anew, in its place only once that is whole.
    pub(super) async fn fetch(
        &self,
        git: &Git,
        address: &Address,
        sign_in: Option<&SignIn>,
        _turn: &Turn,
    ) -> Result<(), Trouble> {
        if self.head(git).await.is_some() && !self.is_worn() {
            sweep(&self.dir);
            match self.fetch_into(&self.dir, git, address, sign_in).await {
                // In its own words it may be about this clone; if it is about the server, it is said again.
                Err(Trouble::Refused(why)) if !super::trouble::is_of_the_server(&why) => {
                    tracing::info!("the clone of {} is made anew: {why}", address.name);
                }
                ended => return ended,
            }
        }
        self.anew(git, address, sign_in).await
    }

    /// Fetches everything into a new folder and puts it in the place of the old.
    pub(super) async fn anew(
        &self,
        git: &Git,
        address: &Address,
        sign_in: Option<&SignIn>,
    ) -> Result<(), Trouble> {
        let new = self.dir.with_extension("new");
        remove(&new).map_err(Trouble::Folder)?;
        let mut command = git.at(&new, None);
        command.args(args(["init", "--quiet", "--bare", "--template=", "--initial-branch=none"]));
        output(&mut command, Vec::new(), LOCAL, 1000).await?;
        let fetched = self.fetch_into(&new, git, address, sign_in).await;
        if fetched.is_ok() {
            remove(&self.dir)
                .and_then(|()| std::fs::rename(&new, &self.dir))
                .map_err(Trouble::Folder)?;
        } else if let Err(error) = remove(&new) {
            tracing::warn!(%error, "a clone that was not finished can't be removed");
        }
        fetched
    }

    async fn fetch_into(
        &self,
        dir: &Path,
        git: &Git,
        address: &Address,
        sign_in: Option<&SignIn>,
    ) -> Result<(), Trouble> {
        let from = match &address.branch {
            Some(branch) => format!("refs/heads/{branch}"),
            None => "HEAD".to_owned(),
        };
        let mut command = git.at(dir, sign_in);
        command
            .args(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"])
            .args(["--no-write-fetch-head", "--no-auto-maintenance", "--"])
            .arg(&address.url)
            // The plus: a branch that was forced elsewhere is followed.
            .arg(format!("+{from}:{HEAD}"));
        let fetch = output(&mut command, Vec::new(), FETCH, 64 * 1024);
        tokio::select! {
            fetched = fetch => {
                fetched?;
                if size(dir) > self.most { Err(Trouble::Large(self.most)) } else { Ok(()) }
            }
            () = grown(dir, self.most) => Err(Trouble::Large(self.most)),
        }
    }

    /// Whether so much was fetched into it that it is better made anew.
    fn is_worn(&self) -> bool {
        let packs = files(&self.dir.join("objects/pack"));
        packs.filter(|path| path.extension().is_some_and(|end| end == "pack")).count() > PACKS
    }
}

/// Whether git could have printed that as an object's name.
pub(super) fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Returns once the folder holds more than that.
async fn grown(dir: &Path, most: u64) {
    while size(dir) <= most {
        tokio::time::sleep(WATCH).await;
    }
}

/// Bytes of objects; what can't be looked at counts nothing, since it may just have been renamed.
fn size(dir: &Path) -> u64 {
    let objects = dir.join("objects");
    let mut sum = 0;
    for folder in [objects.join("pack"), objects] {
        sum += files(&folder)
            .filter_map(|path| path.symlink_metadata().ok())
            .map(|m| m.len())
            .sum::<u64>();
    }
    sum
}

/// Removes what a git that was killed has left: the turn is ours, so no other is at it.
fn sweep(dir: &Path) {
    let objects = dir.join("objects");
    for folder in [dir.to_owned(), dir.join("refs/evenkeel"), objects.join("pack"), objects] {
        for path in files(&folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".lock") || name.starts_with("tmp_") {
                tracing::info!("{name} was left by a git that ended early and is removed");
                if let Err(error) = std::fs::remove_file(&path) {
                    tracing::warn!(%error, "{name} can't be removed");
                }
            }
        }
    }
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file())
}

fn remove(dir: &Path) -> io::Result<()> {
    // What stands there may be no folder at all.
    let removed = match dir.symlink_metadata() {
        Ok(about) if about.is_dir() => std::fs::remove_dir_all(dir),
        Ok(_) => std::fs::remove_file(dir),
        Err(error) => Err(error),
    };
    removed.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}
