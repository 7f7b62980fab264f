//! All runbooks in one index, and where each comes from.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use evenkeel_retrieval::{Document, Hit, Index, Limits as IndexLimits, Query, markdown};
use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::redact::Redactor;
use evenkeel_tools::runbooks::{RunbookHit, SourceKind, SourceState};
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::folder::Folder;
use super::git::{GitConfig, Repository};
use super::notion::live::{self, Live};
use super::notion::{Notion, NotionConfig};
use super::shipped;
use crate::Limits;
use crate::clock::now;
use crate::failure::failure;

/// Name of the source in the binary.
const SHIPPED: &str = "shipped";
/// Folders are looked at again when a question comes this long after the last look: a checked-out repository changes
/// every few minutes at most.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The variable that names a folder for what may be lost.
pub const CACHE: &str = "EVENKEEL_CACHE";

/// Where runbooks come from, beside those in the binary.
#[derive(Default)]
pub struct Sources {
    /// Folders of markdown.
    pub folders: Vec<PathBuf>,
    /// Git repositories.
    pub git: Vec<GitConfig>,
    /// Notion.
    pub notion: Option<NotionConfig>,
    /// Folder for what may be lost: clones, and what was read of Notion. Without one, clones go to a folder that ends with
    /// this process, and Notion is read anew by each.
    pub cache: Option<PathBuf>,
}

impl Sources {
    /// As the environment says: folders from `EVENKEEL_RUNBOOKS` (`:` between them), repositories from
    /// `EVENKEEL_RUNBOOKS_GIT` ([`GitConfig::from_env`]), Notion if `NOTION_API_KEY` is set
    /// ([`NotionConfig::from_env`]), and `EVENKEEL_CACHE`.
    pub fn from_env() -> Self {
        let folders = std::env::var_os("EVENKEEL_RUNBOOKS").unwrap_or_default();
        let folders = std::env::split_paths(&folders).filter(|path| !path.as_os_str().is_empty());
        let cache = std::env::var_os(CACHE).filter(|path| !path.is_empty());
        Self {
            folders: folders.collect(),
            git: GitConfig::from_env(),
            notion: NotionConfig::from_env(),
            cache: cache.map(PathBuf::from),
        }
    }
}

/// The context of the server: everything that can be found.
pub struct Runbooks {
    shelf: Arc<Shelf>,
    folders: Mutex<Folders>,
    background: Vec<tokio::task::JoinHandle<()>>,
    notion: Option<Live>,
    _clones: Option<tempfile::TempDir>,
}

#[derive(Default)]
struct Folders {
    all: Vec<Folder>,
    looked_at: Option<Instant>,
}

/// What is held, shared with what syncs in the background.
#[derive(Default)]
pub struct Shelf(RwLock<Held>);

/// Index and origins, always changed together.
#[derive(Default)]
pub struct Held {
    index: Index,
    origins: HashMap<String, Origin>,
    sources: BTreeMap<String, SourceState>,
}

/// Where a runbook comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its source.
    pub source: String,
    /// Its address for people.
    pub url: Option<String>,
    /// When it was last changed.
    pub edited_at: Option<Timestamp>,
}

impl Runbooks {
    /// Shipped ones and those of these sources. Must be called inside a run time if there is Git or Notion among them.
    pub fn new(sources: Sources, limits: Limits) -> Self {
        Self::with_limits(sources, limits, IndexLimits::default())
    }

    /// The same, holding at most so much.
    pub fn with_limits(sources: Sources, limits: Limits, most: IndexLimits) -> Self {
        let Sources { folders, git, notion, cache } = sources;
        let shelf = Arc::new(Shelf::new(most));
        shelf.write().put_shipped();
        let mut background = Vec::new();
        let mut all = Vec::new();
        for path in folders {
            let name = shelf.write().source(&Folder::base(&path), SourceKind::Folder);
            all.push(Folder::new(name, path));
        }
        let mut own = None;
        if !git.is_empty() {
            let clones = match &cache {
                Some(cache) => cache.join("git"),
                None => own
                    .insert(tempfile::TempDir::with_prefix("evenkeel-runbooks-"))
                    .as_ref()
                    .map_or_else(
                        // Said by each source when it can't write there.
                        |_| PathBuf::from("/dev/null"),
                        |dir| dir.path().to_owned(),
                    ),
            };
            for config in git {
                let name = shelf.write().source(&config.name(), SourceKind::Git);
                let repository = Repository::new(name, config, &clones);
                background.push(tokio::spawn(repository.keep_in_sync(Arc::clone(&shelf))));
            }
        }
        let mut connected = None;
        if let Some(config) = notion {
            shelf.write().source(super::notion::SOURCE, SourceKind::Notion);
            let notion = Notion::new(config, cache, limits);
            connected = Some(notion.live());
            background.push(tokio::spawn(notion.keep_in_sync(Arc::clone(&shelf))));
        }
        let folders = Mutex::new(Folders { all, looked_at: None });
        Self { shelf, folders, background, notion: connected, _clones: own.and_then(Result::ok) }
    }

    /// Notion as it is now, if there is one.
    pub(super) fn notion(&self) -> Result<&Live, ToolFailure> {
        self.notion.as_ref().ok_or_else(live::not_configured)
    }

    /// What is held now, after a look at the folders if the last was a while ago.
    pub(super) async fn shelf(&self) -> &Shelf {
        let mut folders = self.folders.lock().await;
        let due = folders.looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY);
        if due && !folders.all.is_empty() {
            for folder in &mut folders.all {
                folder.refresh(&self.shelf).await;
            }
            folders.looked_at = Some(Instant::now());
        }
        &self.shelf
    }
}

impl Drop for Runbooks {
    fn drop(&mut self) {
        for task in &self.background {
            task.abort();
        }
    }
}

impl Shelf {
    fn new(limits: IndexLimits) -> Self {
        Self(RwLock::new(Held { index: Index::new(limits), ..Held::default() }))
    }

    /// To look something up.
    pub(super) fn read(&self) -> std::sync::RwLockReadGuard<'_, Held> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To change something.
    pub(super) fn write(&self) -> std::sync::RwLockWriteGuard<'_, Held> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn put_shipped(&mut self) {
        self.source(SHIPPED, SourceKind::Shipped);
        for (name, text) in shipped::ALL {
            let id = format!("{SHIPPED}/{name}");
            let document = markdown::read(&id, text, name);
            let kept = self
                .put_as_is(document, Origin { source: SHIPPED.into(), url: None, edited_at: None });
            self.ended(SHIPPED, Ok(kept.is_ok()), None);
        }
    }

    /// Adds a source under that name, a number behind it where it is taken, and says its name.
    fn source(&mut self, name: &str, kind: SourceKind) -> String {
        let plain = |c: char| if c.is_control() || c == '/' { '-' } else { c };
        let name: String = name.chars().map(plain).collect();
        let taken = |name: &str| {
            self.sources.contains_key(name)
                || (kind != SourceKind::Notion && name == super::notion::SOURCE)
        };
        // One more than there are names taken is always free.
        let name = std::iter::once(name.clone())
            .chain((2..=self.sources.len() + 3).map(|n| format!("{name}-{n}")))
            .find(|name| !taken(name))
            .unwrap_or(name);
        let state = SourceState {
            name: name.clone(),
            kind,
            runbooks: 0,
            revision: None,
            synced_at: None,
            complete: false,
            failure: None,
        };
        self.sources.insert(name.clone(), state);
        name
    }

    /// Keeps a text from outside, without its secrets and control characters.
    pub(super) fn put(
        &mut self,
        mut document: Document,
        origin: Origin,
    ) -> Result<(), ToolFailure> {
        let mut redactor = Redactor::new();
        let mut clean = |text: &mut String| {
            if let Some(without) = redactor.text(text) {
                *text = without;
            }
            if text.chars().any(unprintable) {
                *text = text.chars().map(|c| if unprintable(c) { '\u{fffd}' } else { c }).collect();
            }
        };
        clean(&mut document.title);
        document.names.iter_mut().chain(&mut document.tags).for_each(&mut clean);
        for section in &mut document.sections {
            clean(&mut section.heading);
            clean(&mut section.text);
        }
        self.put_as_is(document, origin)
    }

    fn put_as_is(&mut self, document: Document, origin: Origin) -> Result<(), ToolFailure> {
        let id = document.id.clone();
        match self.index.put(document) {
            Ok(()) => {
                self.origins.insert(id, origin);
                Ok(())
            }
            Err(full) => {
                self.origins.remove(&id);
                Err(failure(
                    codes::RUNBOOKS_FULL,
                    format!("{id} isn't held: {full}"),
                    "Point EVENKEEL_RUNBOOKS at fewer or smaller folders.",
                ))
            }
        }
    }

    /// Takes a runbook out.
    pub(super) fn remove(&mut self, id: &str) {
        self.index.remove(id);
        self.origins.remove(id);
    }

    /// Says how the latest look at a source ended: whether everything is held, or why it failed.
    pub(super) fn ended(
        &mut self,
        source: &str,
        outcome: Result<bool, ToolFailure>,
        revision: Option<String>,
    ) {
        let Some(state) = self.sources.get_mut(source) else { return };
        state.revision = revision;
        match outcome {
            Ok(complete) => {
                state.complete = complete;
                state.synced_at = Some(now());
                state.failure = None;
            }
            Err(failure) => {
                state.complete = false;
                state.failure = Some(failure);
            }
        }
    }

    /// How each source is doing.
    pub(super) fn sources(&self) -> Vec<SourceState> {
        let count =
            |name: &str| self.origins.values().filter(|origin| origin.source == name).count();
        self.sources
            .values()
            .map(|state| SourceState {
                runbooks: u32::try_from(count(&state.name)).unwrap_or(u32::MAX),
                ..state.clone()
            })
            .collect()
    }

    /// Sources that were not, or only partly, searched, with the reason.
    pub(super) fn unseen(&self) -> Vec<String> {
        let reason = |state: &SourceState| match (&state.failure, state.synced_at) {
            (Some(failure), _) => Some(format!("{}: {}", state.name, failure.message)),
            (None, None) => Some(format!("{}: it has not been read yet", state.name)),
            (None, Some(_)) if !state.complete => {
                Some(format!("{}: it has more than is held", state.name))
            }
            (None, Some(_)) => None,
        };
        self.sources.values().filter_map(reason).collect()
    }

    /// Ranks.
    pub(super) fn search(&self, query: &Query<'_>) -> Vec<Hit> {
        self.index.search(query)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.index.len()).unwrap_or(u32::MAX)
    }

    /// All of them by id.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&Document, &Origin)> {
        self.index
            .documents()
            .filter_map(|document| Some((document, self.origins.get(&document.id)?)))
    }

    /// One of them.
    pub(super) fn find(&self, id: &str) -> Result<(&Document, &Origin), ToolFailure> {
        self.index.document(id).zip(self.origins.get(id)).ok_or_else(|| {
            let shown = crate::text::printable(&crate::text::clip(id, 120).0);
            failure(
                codes::RUNBOOKS_NOT_FOUND,
                format!("there is no runbook {shown}"),
                "Take an id from search_runbooks or list_runbooks; it may have been deleted since.",
            )
        })
    }

    /// A hit in the words of the tools.
    pub(super) fn hit(&self, hit: Hit) -> RunbookHit {
        let origin = self.origins.get(&hit.id);
        RunbookHit {
            title: hit.title,
            source: origin.map(|origin| origin.source.clone()).unwrap_or_default(),
            url: origin.and_then(|origin| origin.url.clone()),
            names_alert: hit.named,
            section: hit.section,
            snippet: hit.snippet,
            coverage: hundredths(hit.coverage),
            meaning: hundredths(hit.meaning),
            id: hit.id,
        }
    }
}

/// More digits would pretend a precision that is not there.
pub(crate) fn hundredths(value: f32) -> f64 {
    (f64::from(value) * 100.0).round() / 100.0
}

fn unprintable(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
}
