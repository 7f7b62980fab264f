//! Runbooks from Git repositories: fetched in the background, read as objects of the newest commit.
//!
//! No question waits for a fetch. What was read stays while a repository can't be reached, also over a restart where there is a
//! folder for clones, and every answer then says so. A file that leaves the branch leaves the index.

mod address;
mod clone;
mod command;
mod tree;
mod trouble;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use evenkeel_retrieval::{Document, markdown};
use evenkeel_tools::ToolFailure;

use self::address::Address;
use self::clone::Clone;
use self::command::{Git, SignIn, Trouble};
use super::library::{Origin, Shelf};

/// The variable that names repositories.
pub const VARIABLE: &str = "EVENKEEL_RUNBOOKS_GIT";
/// The variable that names the file with the token.
pub const TOKEN_FILE: &str = "EVENKEEL_RUNBOOKS_GIT_TOKEN_FILE";
/// Largest token file read, in bytes.
const TOKEN_BYTES: u64 = 16 * 1024;
/// Whom GitHub takes a token's bearer for; other servers take any name.
const USER: &str = "x-access-token";

/// A repository and how to fetch it. Has no `Debug`: there may be a password in the address.
#[derive(Clone)]
pub struct GitConfig {
    /// `ADDRESS[#BRANCH[:FOLDER]]`.
    pub address: String,
    /// File with a token for it over HTTPS; read before each fetch, so that it can be renewed.
    pub token_file: Option<PathBuf>,
    /// Time between two fetches.
    pub every: Duration,
    /// The program, looked up in `PATH` unless it is a path.
    pub program: OsString,
    /// Bytes that one clone may have on disk.
    pub most: u64,
}

impl GitConfig {
    /// That address, fetched every minute: a runbook that was corrected during an incident is there for the next. 256 MiB: more than
    /// any team's documentation with its pictures.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            token_file: None,
            every: Duration::from_mins(1),
            program: "git".into(),
            most: 256 * 1024 * 1024,
        }
    }

    /// Those of `EVENKEEL_RUNBOOKS_GIT`, blanks between them. A token is given to the host of the first `https` address and to
    /// no other.
    pub fn from_env() -> Vec<Self> {
        let text = std::env::var(VARIABLE).unwrap_or_default();
        let token_file = std::env::var_os(TOKEN_FILE).filter(|path| !path.is_empty());
        Self::all(&text, token_file.map(PathBuf::from))
    }

    /// Several addresses, blanks between them.
    fn all(text: &str, token_file: Option<PathBuf>) -> Vec<Self> {
        let mut all: Vec<Self> = text.split_whitespace().map(Self::new).collect();
        let origin = |config: &Self| Address::parse(&config.address).ok()?.origin;
        let first = all.iter().find_map(origin);
        for config in &mut all {
            if first.is_some() && origin(config) == first {
                config.token_file.clone_from(&token_file);
            }
        }
        all
    }

    /// What the source is called, unless that is taken.
    pub(super) fn name(&self) -> String {
        Address::parse(&self.address).map_or_else(|_| "git".to_owned(), |address| address.name)
    }
}

/// A repository, and what was read of it.
pub(super) struct Repository {
    name: String,
    config: GitConfig,
    place: Result<Place, ToolFailure>,
    /// Path to version of what is held.
    known: BTreeMap<String, String>,
    /// The commit whose files are all held, and whether that is all of them.
    read: Option<(String, bool)>,
}

struct Place {
    address: Address,
    git: Git,
    clone: Clone,
}

impl Repository {
    /// Under that name, with its clone in that folder.
    pub(super) fn new(name: String, config: GitConfig, clones: &std::path::Path) -> Self {
        let place = Address::parse(&config.address)
            .map_err(|why| {
                trouble::unusable(format!("an address of {VARIABLE} can't be used: {why}"))
            })
            .map(|address| Place {
                git: Git { program: config.program.clone(), protocol: address.protocol },
                clone: Clone::within(clones, &address, config.most),
                address,
            });
        Self { name, config, place, known: BTreeMap::new(), read: None }
    }

    /// Fetches and reads again and again, for ever.
    pub(super) async fn keep_in_sync(mut self, books: Arc<Shelf>) {
        loop {
            let Some(outcome) = self.once(&books).await else {
                // Another process is at it for the first time; what it brings is read next time.
                tokio::time::sleep(self.config.every.min(Duration::from_secs(2))).await;
                continue;
            };
            if let Err(failure) = &outcome {
                tracing::warn!(
                    code = failure.code,
                    "reading runbooks from {} failed: {}",
                    self.name,
                    failure.message
                );
            }
            let commit = self.read.as_ref().map(|(commit, _)| commit.clone());
            books.write().ended(&self.name, outcome, commit);
            tokio::time::sleep(self.config.every).await;
        }
    }

    /// One round: whether everything is held, or why it failed. `None`: nothing is here yet, and another process fetches it.
    async fn once(&mut self, books: &Shelf) -> Option<Result<bool, ToolFailure>> {
        let place = match &self.place {
            Ok(place) => place,
            Err(failure) => return Some(Err(failure.clone())),
        };
        let (address, turn) = (&place.address, place.clone.turn());
        let told = |trouble: Trouble| trouble::told(&trouble, address);
        let sign_in = sign_in(&self.config, address);
        let fetched = match (&turn, &sign_in) {
            (Ok(Some(turn)), Ok(sign_in)) => {
                place.clone.fetch(&place.git, address, sign_in.as_ref(), turn).await.map_err(told)
            }
            (Ok(None), _) => Ok(()),
            (Err(trouble), _) => Err(trouble::told(trouble, address)),
            (_, Err(failure)) => Err(failure.clone()),
        };
        let Some(commit) = place.clone.head(&place.git).await else {
            let alone = matches!(turn, Ok(Some(_)));
            return match fetched {
                Ok(()) if alone => Some(Err(trouble::told(&Trouble::Garbled, address))),
                Ok(()) => None,
                Err(failure) => Some(Err(failure)),
            };
        };
        let seen =
            match (look(place, &commit, self.read.as_ref(), &self.known).await, &turn, &sign_in) {
                // What was fetched can't be read: it is broken on this disk.
                (Err(Trouble::Refused(_) | Trouble::Garbled), Ok(Some(_)), Ok(sign_in)) => {
                    let Place { git, clone, address } = place;
                    match clone.anew(git, address, sign_in.as_ref()).await {
                        Ok(()) => match clone.head(git).await {
                            Some(commit) => look(place, &commit, None, &self.known).await,
                            None => Err(Trouble::Garbled),
                        },
                        Err(trouble) => Err(trouble),
                    }
                }
                (seen, ..) => seen,
            };
        let held = match seen {
            Ok(Seen::Same { complete }) => Ok(complete),
            Ok(Seen::NoFolder) => Err(trouble::no_folder(address)),
            Ok(Seen::Files(look)) => self.put(books, look),
            Err(trouble) => Err(told(trouble)),
        };
        Some(fetched.and(held))
    }

    /// Takes over what a look found.
    fn put(&mut self, books: &Shelf, look: Look) -> Result<bool, ToolFailure> {
        let mut held = books.write();
        for gone in self.known.keys().filter(|path| !look.files.contains_key(*path)) {
            held.remove(&id(&self.name, gone));
        }
        let mut outcome = Ok(!look.cut);
        for (path, text) in look.changed {
            let id = id(&self.name, &path);
            let Some(text) = text else {
                held.remove(&id);
                outcome = outcome.and(Ok(false));
                continue;
            };
            let document: Document = markdown::read(&id, &text, &path);
            // Git tells when the branch was changed, not this file.
            let origin = Origin { source: self.name.clone(), url: None, edited_at: None };
            if let Err(full) = held.put(document, origin) {
                outcome = Err(full);
            }
        }
        // What did not fit is tried again once something has gone.
        (self.known, self.read) = match &outcome {
            Ok(complete) => (look.files, Some((look.commit, *complete))),
            Err(_) => (BTreeMap::new(), None),
        };
        outcome
    }
}

/// What a look at a commit found.
enum Seen {
    /// It is held already.
    Same {
        complete: bool,
    },
    /// It has no such folder.
    NoFolder,
    Files(Look),
}

struct Look {
    commit: String,
    files: BTreeMap<String, String>,
    /// New and changed ones; without a text where it is none.
    changed: Vec<(String, Option<String>)>,
    cut: bool,
}

async fn look(
    place: &Place,
    commit: &str,
    read: Option<&(String, bool)>,
    known: &BTreeMap<String, String>,
) -> Result<Seen, Trouble> {
    if let Some((_, complete)) = read.filter(|(held, _)| held == commit) {
        return Ok(Seen::Same { complete: *complete });
    }
    let Place { address, git, clone } = place;
    let Some(listing) = tree::list(git, clone, commit, address.folder.as_deref()).await? else {
        return Ok(Seen::NoFolder);
    };
    let (mut files, mut paths, mut ids) = (BTreeMap::new(), Vec::new(), Vec::new());
    let (mut cut, mut room) = (listing.cut, tree::TEXTS);
    for (path, version) in listing.files {
        if known.get(&path) != Some(&version.id) {
            if version.size > room {
                cut = true;
                continue;
            }
            room -= version.size;
            paths.push(path.clone());
            ids.push(version.id.clone());
        }
        files.insert(path, version.id);
    }
    let texts = tree::texts(git, clone, &ids).await?;
    let changed = paths.into_iter().zip(texts).collect();
    Ok(Seen::Files(Look { commit: commit.to_owned(), files, changed, cut }))
}

fn id(source: &str, path: &str) -> String {
    format!("{source}/{path}")
}

/// As whom to sign in, if at all.
fn sign_in(config: &GitConfig, address: &Address) -> Result<Option<SignIn>, ToolFailure> {
    let Some(origin) = address.origin.clone() else { return Ok(None) };
    if let Some((host, port)) = &address.host {
        crate::guard::check_named(host, *port).map_err(trouble::unusable)?;
    }
    let user = address.user.clone().unwrap_or_else(|| USER.to_owned());
    if let Some(token) = address.password.clone() {
        return Ok(Some(SignIn { origin, user, token }));
    }
    let Some(file) = &config.token_file else { return Ok(None) };
    let unread = |why: String| trouble::unusable(format!("the file of {TOKEN_FILE} {why}"));
    let about =
        std::fs::metadata(file).map_err(|error| unread(format!("can't be read: {error}")))?;
    if about.len() > TOKEN_BYTES || !about.is_file() {
        return Err(unread("is no file with a token".to_owned()));
    }
    let text =
        std::fs::read_to_string(file).map_err(|error| unread(format!("can't be read: {error}")))?;
    let token = text.trim();
    if token.is_empty() || token.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(unread("holds no token".to_owned()));
    }
    Ok(Some(SignIn { origin, user, token: token.to_owned().into() }))
}

#[cfg(test)]
mod tests {
    use super::GitConfig;

    #[test]
    fn a_token_goes_to_one_host_only() {
        let text = " /srv/docs https://a.example/x#main\thttps://b.example/y https://a.example/z ";
        let all = GitConfig::all(text, Some("/run/token".into()));
        let given: Vec<_> =
            all.iter().map(|config| (config.name(), config.token_file.is_some())).collect();
        let named = |name: &str, token| (name.to_owned(), token);
        assert_eq!(
            given,
            [named("docs", false), named("x", true), named("y", false), named("z", true)]
        );
        assert!(GitConfig::all("  ", None).is_empty());
    }
}
