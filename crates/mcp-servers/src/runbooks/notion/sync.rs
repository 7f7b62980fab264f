//! One look at Notion: what changed is read, what is gone is taken out.

use std::collections::{BTreeMap, HashSet};

use evenkeel_retrieval::markdown;
use evenkeel_tools::ToolFailure;
use jiff::{SignedDuration, Timestamp};

use super::client::Client;
use super::kept::{self, Kept, Pages};
use super::wire::Page;
use super::{NotionConfig, SOURCE, blocks, is_id, pages};
use crate::clock::now;
use crate::runbooks::library::{Origin, Shelf};

/// Notion tells when a page was edited by the minute: what was read within it may have changed since, so it is read again.
const GRAIN: SignedDuration = SignedDuration::from_secs(120);

/// Pages after which what was read is kept on disk: a first look at a large Notion takes minutes.
const KEEP_EVERY: usize = 50;

/// What is known of the pages that are held.
#[derive(Default)]
pub(super) struct Known {
    pages: BTreeMap<String, Seen>,
    looks: u32,
    /// Whether everything was listed and read at least once.
    whole: bool,
    /// Pages that were read or have gone since this was kept.
    unkept: usize,
    kept: Option<Kept>,
    /// Whether all that were listed are held whole.
    cut: HashSet<String>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    edited_at: Option<Timestamp>,
    /// Whether it had been still for long enough when it was read.
    settled: bool,
}

/// Looks once. Says whether everything is held.
pub(super) async fn once(
    client: &Client,
    config: &NotionConfig,
    known: &mut Known,
    shelf: &Shelf,
) -> Result<bool, ToolFailure> {
    let sources = pages::data_sources(client, config.database.as_deref()).await?;
    let whole = known.looks.is_multiple_of(config.whole_every.max(1));
    let since = if whole { None } else { known.newest() };
    let listing = pages::list(client, sources.as_deref(), since).await?;
    let mut listed = HashSet::new();
    let mut refused: Option<ToolFailure> = None;
    for page in listing.pages {
        if page.object != "page" || !is_id(&page.id) {
            continue;
        }
        if !page.is_live() {
            known.forget(&page.id, shelf);
            continue;
        }
        listed.insert(page.id.clone());
        if known.has(&page) {
            continue;
        }
        let id = page.id.clone();
        match read(client, page, known, shelf).await {
            Ok(()) => {}
            // One page that can't be read does not keep the others from being read.
            Err(failure) if blocks::is_refused(&failure) => {
                tracing::info!(page = id, "a page of Notion can't be read: {}", failure.message);
                refused.get_or_insert(failure);
                known.cut.insert(id);
            }
            Err(failure) => return Err(failure),
        }
        if known.unkept >= KEEP_EVERY {
            known.keep(shelf).await;
        }
    }
    if whole && listing.complete {
        let missing: Vec<String> =
            known.pages.keys().filter(|id| !listed.contains(*id)).cloned().collect();
        for id in missing {
            if pages::is_gone(client, &id).await? {
                known.forget(&id, shelf);
            }
        }
        // What could never be read, and is not there any more.
        let Known { cut, pages, .. } = known;
        cut.retain(|id| listed.contains(id) || pages.contains_key(id));
    }
    // Only now: a look that failed half-way is done again from its beginning.
    known.looks += 1;
    if whole && !known.whole {
        (known.whole, known.unkept) = (true, known.unkept + 1);
    }
    if known.unkept > 0 {
        known.keep(shelf).await;
    }
    match refused {
        Some(failure) => Err(failure),
        None => Ok(listing.complete && known.cut.is_empty()),
    }
}

async fn read(
    client: &Client,
    page: Page,
    known: &mut Known,
    shelf: &Shelf,
) -> Result<(), ToolFailure> {
    let began = now();
    let content = blocks::read(client, blocks::Place::start(&page.id), blocks::WHOLE).await?;
    let id = id(&page.id);
    let title = page.title();
    let fallback = if title.is_empty() { "Untitled" } else { &title };
    let mut document = markdown::read(&id, &content.text, fallback);
    // What a page's text says in its first line is its content; its title is a property.
    fallback.clone_into(&mut document.title);
    for name in ["alerts", "alert", "alertname"] {
        document.names.extend(page.values(name));
    }
    for name in ["tags", "services", "service", "components"] {
        document.tags.extend(page.values(name));
    }
    document.names.truncate(64);
    document.tags.truncate(64);
    let origin = Origin {
        source: SOURCE.to_owned(),
        url: page.url.filter(|url| is_link(url)),
        edited_at: page.last_edited_time,
    };
    shelf.write().put(document, origin)?;
    if content.cut || content.rest.is_some() {
        known.cut.insert(page.id.clone());
    } else {
        known.cut.remove(&page.id);
    }
    let settled = page.last_edited_time.is_none_or(|at| began.duration_since(at) > GRAIN);
    known.pages.insert(page.id, Seen { edited_at: page.last_edited_time, settled });
    known.unkept += 1;
    Ok(())
}

fn id(page: &str) -> String {
    format!("{SOURCE}/{page}")
}

pub(super) fn is_link(url: &str) -> bool {
    url.len() <= 500
        && url.starts_with("https://")
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl Known {
    /// Nothing but what was kept there, which goes into the index. What is kept was looked at: a look at what was edited since
    /// comes first, and then one at everything, which finds what has gone.
    pub(super) async fn begin(kept: Kept, config: &NotionConfig, shelf: &Shelf) -> Self {
        let Pages { whole, pages } = kept.load().await.unwrap_or_default();
        let looks = if whole { config.whole_every.saturating_sub(1) } else { 0 };
        let mut known = Self { looks, whole, kept: Some(kept), ..Self::default() };
        let mut held = shelf.write();
        for (page, kept) in pages.into_iter().filter(|(page, _)| is_id(page)) {
            let seen = Seen { edited_at: kept.edited_at, settled: kept.settled };
            let cut = kept.cut;
            let (document, url) = kept.document(id(&page));
            let origin = Origin {
                source: SOURCE.to_owned(),
                url: url.filter(|url| is_link(url)),
                edited_at: seen.edited_at,
            };
            // What doesn't fit is read again, and said then.
            if held.put(document, origin).is_ok() {
                if cut {
                    known.cut.insert(page.clone());
                }
                known.pages.insert(page, seen);
            }
        }
        drop(held);
        known
    }

    async fn keep(&mut self, books: &Shelf) {
        self.unkept = 0;
        let Some(kept) = &self.kept else { return };
        let mut pages = BTreeMap::new();
        {
            let held = books.read();
            for (page, seen) in &self.pages {
                let Ok((document, origin)) = held.find(&id(page)) else { continue };
                let cut = self.cut.contains(page);
                let url = origin.url.clone();
                let page_kept = kept::Page::of(document, url, seen.edited_at, seen.settled, cut);
                pages.insert(page.clone(), page_kept);
            }
        }
        kept.save(Pages { whole: self.whole, pages }).await;
    }

    fn has(&self, page: &Page) -> bool {
        self.pages
            .get(&page.id)
            .is_some_and(|seen| seen.settled && seen.edited_at == page.last_edited_time)
    }

    /// The newest edit seen, with the grain before it: pages edited in the same minute.
    fn newest(&self) -> Option<Timestamp> {
        let newest = self.pages.values().filter_map(|seen| seen.edited_at).max()?;
        newest.checked_sub(GRAIN).ok()
    }

    fn forget(&mut self, page: &str, books: &Shelf) {
        self.unkept += usize::from(self.pages.remove(page).is_some());
        self.cut.remove(page);
        books.write().remove(&id(page));
    }
}
