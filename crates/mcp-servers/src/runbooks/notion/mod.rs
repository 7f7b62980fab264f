//! Runbooks in Notion, by its API of 2025-09-03 (databases hold data sources).
//!
//! Pages are read into the index in the background: those of the database's data sources if one is configured, else all that
//! are shared with the integration. Between whole listings only pages edited since the newest one seen are asked for.
//! What was read is kept on disk (`kept`), so that a restart reads only what was edited since. Beside that, `live` asks
//! Notion for its state of the moment. A page is taken out when a whole listing lacks it and Notion itself says that it is gone, in the trash, or no longer
//! shared: a listing alone may lag.

pub(super) mod blocks;
pub(super) mod client;
mod kept;
pub(super) mod live;
mod pace;
pub(super) mod pages;
mod sync;
pub(super) mod wire;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;

use super::library::Shelf;
use crate::Limits;
use crate::failure::failure;

/// The source's name.
pub const SOURCE: &str = "notion";

/// Where Notion is and how to sign in. Has no `Debug`: it holds a credential.
#[derive(Clone)]
pub struct NotionConfig {
    /// Base address.
    pub url: String,
    /// The integration's key.
    pub key: String,
    /// The database (or data source) that holds the runbooks; all shared pages when absent.
    pub database: Option<String>,
    /// Time between two looks.
    pub every: Duration,
    /// Every so many looks everything is listed, which is how deleted pages are noticed.
    pub whole_every: u32,
}

impl NotionConfig {
    /// With that address and key, all pages, looking every minute and at everything every 15: at 3 requests a second that is little, and a runbook
    /// that was corrected during an incident is there for the next.
    pub fn new(url: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            key: key.into(),
            database: None,
            every: Duration::from_mins(1),
            whole_every: 15,
        }
    }

    /// From `NOTION_API_KEY`, without which there is no Notion; `NOTION_RUNBOOK_DATABASE_ID`, `NOTION_API_URL` (Notion's own when
    /// absent).
    pub fn from_env() -> Option<Self> {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let url = var("NOTION_API_URL").unwrap_or_else(|| "https://api.notion.com".to_owned());
        let database = var("NOTION_RUNBOOK_DATABASE_ID");
        Some(Self { database, ..Self::new(url, var("NOTION_API_KEY")?) })
    }
}

/// A Notion, and what was read of it.
pub struct Notion {
    config: NotionConfig,
    client: Result<client::Client, ToolFailure>,
    known: sync::Known,
    cache: Option<PathBuf>,
}

impl Notion {
    /// As `config` says. What is read is kept in that folder, if there is one.
    pub(super) fn new(config: NotionConfig, cache: Option<PathBuf>, limits: Limits) -> Self {
        let client = client::Client::new(&config, limits);
        Self { config, client, known: sync::Known::default(), cache }
    }

    /// The same Notion for questions of the moment.
    pub(super) fn live(&self) -> live::Live {
        live::Live::new(&self.client, &self.config)
    }

    /// Looks again and again, for ever.
    pub(super) async fn keep_in_sync(mut self, books: Arc<Shelf>) {
        if let Some(cache) = &self.cache {
            let kept = kept::Kept::within(cache, &self.config);
            self.known = sync::Known::begin(kept, &self.config, &books).await;
        }
        loop {
            let outcome = match &self.client {
                Ok(client) => sync::once(client, &self.config, &mut self.known, &books).await,
                Err(failure) => Err(failure.clone()),
            };
            if let Err(failure) = &outcome {
                tracing::warn!(
                    code = failure.code,
                    "reading runbooks from Notion failed: {}",
                    failure.message
                );
            }
            let asked = outcome.as_ref().err().and_then(|failure| failure.retry_after_s);
            books.write().ended(SOURCE, outcome, None);
            let wait = asked.map_or(self.config.every, |s| {
                Duration::from_secs(u64::from(s)).max(self.config.every)
            });
            tokio::time::sleep(wait).await;
        }
    }
}

fn garbage(what: &str, why: &str) -> ToolFailure {
    failure(
        codes::NOTION_GARBAGE,
        format!("the answer of {what} isn't what Notion's API promises: {why}"),
        "Check that NOTION_API_URL is Notion's API.",
    )
}

/// An id becomes part of an address.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
