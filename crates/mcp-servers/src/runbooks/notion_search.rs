//! `notion_search`: pages and data sources by their titles, as they are now.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::runbooks::{NotionFound, NotionItem, NotionKind, NotionSearchArgs};
use serde_json::json;

use super::Runbooks;
use super::notion::live::{cursor, row};
use super::notion::wire::{List, Page};
use super::question::limit;
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// Longest query, in bytes.
const QUERY: usize = 300;

/// The tool.
pub(super) struct NotionSearch;

impl Tool<Runbooks> for NotionSearch {
    type Args = NotionSearchArgs;
    const TITLE: &'static str = "Search Notion";
    const DESCRIPTION: &'static str = "Finds pages and data sources of Notion by words of their titles, as they are now. search_runbooks searches \
        texts, too, and ranks them.";

    async fn call(runbooks: &Runbooks, args: NotionSearchArgs) -> Result<NotionFound, ToolFailure> {
        let limit = limit(args.limit, 10, 50)?;
        if args.query.len() > QUERY {
            return Err(bad_arguments(format!(
                "the query has {} bytes, {QUERY} are allowed",
                args.query.len()
            )));
        }
        let mut body = json!({
            "query": args.query,
            "page_size": limit,
            "sort": { "timestamp": "last_edited_time", "direction": "descending" },
        });
        if let Some(kind) = args.kind {
            let value = match kind {
                NotionKind::Page => "page",
                NotionKind::DataSource => "data_source",
            };
            body["filter"] = json!({ "property": "object", "value": value });
        }
        if let Some(cursor) = cursor(args.after.as_ref())? {
            body["start_cursor"] = json!(cursor);
        }
        let list: List<Page> = runbooks.notion()?.client()?.post("v1/search", &body).await?;
        let next = list.next_cursor.filter(|_| list.has_more);
        let there = |page: &&Page| !page.archived && !page.in_trash;
        let results = list.results.iter().filter(there).take(limit).filter_map(item).collect();
        Ok(NotionFound { results, truncated: next.is_some(), next })
    }

    fn summary(found: &NotionFound) -> String {
        let more = if found.truncated { " and more" } else { "" };
        format!("{} pages and data sources{more}.", found.results.len())
    }
}

/// `None` for a kind of thing that this version doesn't know.
fn item(page: &Page) -> Option<NotionItem> {
    let kind = match page.object.as_str() {
        "page" => NotionKind::Page,
        "data_source" => NotionKind::DataSource,
        _ => return None,
    };
    let row = row(page);
    Some(NotionItem { id: row.id, kind, title: row.title, url: row.url, edited_at: row.edited_at })
}
