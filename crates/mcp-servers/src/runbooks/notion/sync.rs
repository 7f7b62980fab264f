//! One look at Notion: what changed is read, what is gone is taken out.

use std::collections::{BTreeMap, HashSet};

use evenkeel_retrieval::markdown;
use evenkeel_tools::ToolFailure;
use jiff::{SignedDuration, Timestamp};

use super::client::Client;
use super::wire::Page;
use super::{NotionConfig, SOURCE, blocks, is_id, pages};
use crate::clock::now;
use crate::runbooks::library::{Origin, Shelf};

/// Notion tells when a page was edited by the minute: what was read within it may have changed since, so it is read again.
const GRAIN: SignedDuration = SignedDuration::from_secs(120);

/// What is known of the pages that are held.
#[derive(Default)]
pub(super) struct Known {
    pages: BTreeMap<String, Seen>,
    looks: u32,
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
        read(client, page, known, shelf).await?;
    }
    if whole && listing.complete {
        let missing: Vec<String> =
            known.pages.keys().filter(|id| !listed.contains(*id)).cloned().collect();
        for id in missing {
            if pages::is_gone(client, &id).await? {
                known.forget(&id, shelf);
            }
        }
    }
    // Only now: a look that failed half-way is done again from its beginning.
    known.looks += 1;
    Ok(listing.complete && known.cut.is_empty())
}

async fn read(
    client: &Client,
    page: Page,
    known: &mut Known,
    shelf: &Shelf,
) -> Result<(), ToolFailure> {
    let began = now();
    let content = blocks::read(client, &page.id).await?;
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
    if content.truncated {
        known.cut.insert(page.id.clone());
    } else {
        known.cut.remove(&page.id);
    }
    let settled = page.last_edited_time.is_none_or(|at| began.duration_since(at) > GRAIN);
    known.pages.insert(page.id, Seen { edited_at: page.last_edited_time, settled });
    Ok(())
}

fn id(page: &str) -> String {
    format!("{SOURCE}/{page}")
}

fn is_link(url: &str) -> bool {
    url.len() <= 500
        && url.starts_with("https://")
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl Known {
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
        self.pages.remove(page);
        self.cut.remove(page);
        books.write().remove(&id(page));
    }
}
