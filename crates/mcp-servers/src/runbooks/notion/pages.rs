//! Which pages there are.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::Client;
use super::wire::{Database, List, Page};

/// Items of one answer: Notion's most.
pub(in crate::runbooks) const PAGE: &str = "100";
const PAGE_NUMBER: u32 = 100;
/// Pages listed at most; the index holds no more documents either.
const PAGES: usize = 5_000;

/// A listing.
pub(in crate::runbooks) struct Listing {
    pub(in crate::runbooks) pages: Vec<Page>,
    /// Whether it has everything that was asked for.
    pub(in crate::runbooks) complete: bool,
}

/// The data sources to look at: those of a database, or the id itself where it is one. `None`: everything shared.
pub(in crate::runbooks) async fn data_sources(
    client: &Client,
    database: Option<&str>,
) -> Result<Option<Vec<String>>, ToolFailure> {
    let Some(id) = database else { return Ok(None) };
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(crate::failure::failure(
            codes::NOTION_CONFIG,
            "NOTION_RUNBOOK_DATABASE_ID isn't an id",
            "Take the 32 digits from the database's link.",
        ));
    }
    match client.get::<Database>(&format!("v1/databases/{id}"), &[]).await {
        Ok(database) => {
            Ok(Some(database.data_sources.into_iter().map(|source| source.id).collect()))
        }
        // Since 2025-09-03 links show either; a data source answers to a query only.
        Err(failure) if failure.code == codes::NOTION_NOT_FOUND => Ok(Some(vec![id.to_owned()])),
        Err(failure) => Err(failure),
    }
}

/// All pages, or those edited at or after a moment.
pub(in crate::runbooks) async fn list(
    client: &Client,
    sources: Option<&[String]>,
    since: Option<Timestamp>,
) -> Result<Listing, ToolFailure> {
    let mut listing = Listing { pages: Vec::new(), complete: true };
    match sources {
        None => searched(client, since, &mut listing).await?,
        Some(sources) => {
            for source in sources {
                queried(client, source, since, &mut listing).await?;
            }
        }
    }
    Ok(listing)
}

async fn queried(
    client: &Client,
    source: &str,
    since: Option<Timestamp>,
    listing: &mut Listing,
) -> Result<(), ToolFailure> {
    let mut body = json!({
        "page_size": PAGE_NUMBER,
    });
    if let Some(since) = since {
        body["filter"] = json!({ "timestamp": "last_edited_time", "last_edited_time": { "on_or_after": since.to_string() } });
    }
    let path = format!("v1/data_sources/{source}/query");
    while listing.room() {
        let list: List<Page> = client.post(&path, &body).await?;
        listing.pages.extend(list.results);
        match list.next_cursor.filter(|_| list.has_more) {
            Some(next) => body["start_cursor"] = Value::String(next),
            None => return Ok(()),
        }
    }
    Ok(())
}

/// Search knows no filter by time: newest first, until they are older.
async fn searched(
    client: &Client,
    since: Option<Timestamp>,
    listing: &mut Listing,
) -> Result<(), ToolFailure> {
    let mut body = json!({
        "page_size": PAGE_NUMBER,
        "filter": { "property": "object", "value": "page" },
        "sort": { "timestamp": "last_edited_time", "direction": "descending" },
    });
    while listing.room() {
        let list: List<Page> = client.post("v1/search", &body).await?;
        let older = |page: &Page| {
            since.is_some_and(|since| page.last_edited_time.is_some_and(|at| at < since))
        };
        let ends = list.results.iter().any(older);
        listing.pages.extend(list.results.into_iter().filter(|page| !older(page)));
        match list.next_cursor.filter(|_| list.has_more && !ends) {
            Some(next) => body["start_cursor"] = Value::String(next),
            None => return Ok(()),
        }
    }
    Ok(())
}

impl Listing {
    fn room(&mut self) -> bool {
        let room = self.pages.len() < PAGES;
        self.complete &= room;
        room
    }
}

/// Whether a page that a listing lacks is really gone.
pub(in crate::runbooks) async fn is_gone(client: &Client, page: &str) -> Result<bool, ToolFailure> {
    match client.get::<Page>(&format!("v1/pages/{page}"), &[]).await {
        Ok(page) => Ok(!page.is_live()),
        Err(failure) if failure.code == codes::NOTION_NOT_FOUND => Ok(true),
        Err(failure) => Err(failure),
    }
}
