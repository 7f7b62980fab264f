//! Notion as it is now, for who waits for an answer: what the index holds may be a minute old, and is only runbooks.
//!
//! Everything that is shared with the integration can be read, and nothing else; requests take their turns among those of the
//! sync, since Notion counts them together.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::runbooks::{NotionRow, NotionValue};
use serde_json::Value;

use super::NotionConfig;
use super::client::Client;
use super::wire::{Page, plain};
use crate::failure::{NOT_NEXT, bad_arguments, failure};
use crate::text::safe;

/// Longest cursor, in bytes; ours say a place in each of eight open lists.
const CURSOR: usize = 4 * 1024;
/// Bytes of a title.
const TITLE: usize = 300;
/// Properties of a row, and bytes of each.
const PROPERTIES: usize = 30;
const VALUE: usize = 500;

/// A connected Notion.
pub(in crate::runbooks) struct Live {
    client: Result<Client, ToolFailure>,
    /// The configured database of runbooks.
    pub(in crate::runbooks) database: Option<String>,
}

impl Live {
    pub(super) fn new(client: &Result<Client, ToolFailure>, config: &NotionConfig) -> Self {
        let client = client.as_ref().map(Client::hurried).map_err(Clone::clone);
        Self { client, database: config.database.clone() }
    }

    /// The client, or why there can be none.
    pub(in crate::runbooks) fn client(&self) -> Result<&Client, ToolFailure> {
        self.client.as_ref().map_err(Clone::clone)
    }
}

/// There is no Notion to be asked.
pub(in crate::runbooks) fn not_configured() -> ToolFailure {
    failure(
        codes::RUNBOOKS_NOT_CONFIGURED,
        "Notion isn't connected here",
        "Set NOTION_API_KEY, or connect Runbooks in Notion on the Integrations page; search_runbooks works without it.",
    )
}

/// A cursor from the arguments.
pub(in crate::runbooks) fn cursor(text: Option<&String>) -> Result<Option<&str>, ToolFailure> {
    match text {
        Some(text) if text.is_empty() || text.len() > CURSOR || !text.is_ascii() => {
            Err(bad_arguments(NOT_NEXT))
        }
        other => Ok(other.map(String::as_str)),
    }
}

/// An id from the arguments, which becomes part of an address.
pub(in crate::runbooks) fn an_id<'a>(text: &'a str, what: &str) -> Result<&'a str, ToolFailure> {
    let text = text.trim();
    if super::is_id(text) {
        return Ok(text);
    }
    Err(bad_arguments(format!("{what} is no id of Notion: letters, digits and hyphens")))
}

/// A page without its blocks, fit to be shown.
pub(in crate::runbooks) fn row(page: &Page) -> NotionRow {
    let title = |property: &Value| property["type"] == "title";
    let shown = page.properties.iter().filter(|(_, property)| !title(property));
    NotionRow {
        id: page.id.clone(),
        title: safe(&page.title(), TITLE).0,
        url: page.url.clone().filter(|url| super::sync::is_link(url)),
        edited_at: page.last_edited_time,
        properties: shown.take(PROPERTIES).map(|(name, property)| value(name, property)).collect(),
    }
}

fn value(name: &str, property: &Value) -> NotionValue {
    let kind = property["type"].as_str().unwrap_or_default();
    let held = &property[kind];
    let chosen = |choice: &Value| choice["name"].as_str().map(str::to_owned);
    let text = match kind {
        "rich_text" => Some(plain(held)),
        "select" | "status" => chosen(held),
        "multi_select" => {
            let names: Vec<_> = held.as_array().into_iter().flatten().filter_map(chosen).collect();
            Some(names.join(", "))
        }
        "number" => held.as_number().map(ToString::to_string),
        "checkbox" => held.as_bool().map(|checked| checked.to_string()),
        "url" | "email" | "phone_number" | "created_time" | "last_edited_time" => {
            held.as_str().map(str::to_owned)
        }
        "date" => held["start"].as_str().map(|start| match held["end"].as_str() {
            Some(end) => format!("{start} to {end}"),
            None => start.to_owned(),
        }),
        // Relations, formulas, files and people say nothing by themselves.
        _ => None,
    };
    NotionValue {
        name: safe(name, 100).0,
        kind: safe(kind, 40).0,
        value: text.filter(|text| !text.trim().is_empty()).map(|text| safe(&text, VALUE).0),
    }
}
