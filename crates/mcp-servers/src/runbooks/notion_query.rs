//! `notion_query`: rows of a data source, as they are now.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::runbooks::{NotionFilter, NotionProperty, NotionQueryArgs, NotionRows};
use serde_json::{Value, json};

use super::Runbooks;
use super::notion::client::Client;
use super::notion::live::{an_id, cursor, row};
use super::notion::pages::data_sources;
use super::notion::wire::{List, Page};
use super::question::limit;
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// Conditions of one question.
const FILTERS: usize = 5;
/// Bytes of a property's name, and of what it is compared with.
const NAME: usize = 100;
const VALUE: usize = 200;

/// The tool.
pub(super) struct NotionQuery;

impl Tool<Runbooks> for NotionQuery {
    type Args = NotionQueryArgs;
    const TITLE: &'static str = "Query Notion";
    const DESCRIPTION: &'static str = "Lists rows of a data source (a database's table) of Notion as they are now, filtered by properties or by when they \
        were edited. notion_page reads a row's text.";

    async fn call(runbooks: &Runbooks, args: NotionQueryArgs) -> Result<NotionRows, ToolFailure> {
        let limit = limit(args.limit, 20, 50)?;
        let mut body = json!({ "page_size": limit });
        if let Some(filter) = filter(&args)? {
            body["filter"] = filter;
        }
        if let Some(cursor) = cursor(args.after.as_ref())? {
            body["start_cursor"] = json!(cursor);
        }
        let named = args.source.as_deref().map(|id| an_id(id, "source")).transpose()?;
        let live = runbooks.notion()?;
        let source = named.or(live.database.as_deref()).ok_or_else(|| {
            bad_arguments("source is missing: there is no configured database to take in its place")
        })?;
        let client = live.client()?;
        let list = match query(client, an_id(source, "NOTION_RUNBOOK_DATABASE_ID")?, &body).await {
            // Links show a database as well as its data source.
            Err(failure) if failure.code == codes::NOTION_NOT_FOUND => {
                query(client, &only_source(client, source, failure).await?, &body).await?
            }
            answer => answer?,
        };
        let next = list.next_cursor.filter(|_| list.has_more);
        let rows = list.results.iter().filter(|page| page.is_live()).take(limit).map(row).collect();
        Ok(NotionRows { rows, truncated: next.is_some(), next })
    }

    fn summary(rows: &NotionRows) -> String {
        format!("{} rows{}.", rows.rows.len(), if rows.truncated { " and more" } else { "" })
    }
}

async fn query(client: &Client, source: &str, body: &Value) -> Result<List<Page>, ToolFailure> {
    client.post(&format!("v1/data_sources/{source}/query"), body).await
}

/// The data source of a database that has one; `missing` where there is no such database either.
async fn only_source(
    client: &Client,
    database: &str,
    missing: ToolFailure,
) -> Result<String, ToolFailure> {
    let sources = data_sources(client, Some(database)).await?.unwrap_or_default();
    match sources.as_slice() {
        [only] if only == database => Err(missing),
        [only] => Ok(an_id(only, "the data source")?.to_owned()),
        [] => Err(missing),
        several => {
            let shown = several.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
            Err(bad_arguments(format!("that database has several data sources, name one: {shown}")))
        }
    }
}

/// What Notion calls a filter; `None` when everything is asked for.
fn filter(args: &NotionQueryArgs) -> Result<Option<Value>, ToolFailure> {
    if args.filters.len() > FILTERS {
        return Err(bad_arguments(format!(
            "there are {} filters, {FILTERS} are allowed",
            args.filters.len()
        )));
    }
    let mut all = args.filters.iter().map(condition).collect::<Result<Vec<_>, _>>()?;
    if let Some(since) = args.edited_since {
        let since = json!({ "on_or_after": since.to_string() });
        all.push(json!({ "timestamp": "last_edited_time", "last_edited_time": since }));
    }
    Ok(match all.len() {
        0 | 1 => all.pop(),
        _ => Some(json!({ "and": all })),
    })
}

fn condition(filter: &NotionFilter) -> Result<Value, ToolFailure> {
    let NotionFilter { property, kind, value } = filter;
    if property.is_empty() || property.len() > NAME || value.is_empty() || value.len() > VALUE {
        return Err(bad_arguments(format!(
            "a filter needs a property of 1 to {NAME} bytes and a value of 1 to {VALUE}"
        )));
    }
    let (word, how) = match kind {
        NotionProperty::Title => ("title", json!({ "contains": value })),
        NotionProperty::RichText => ("rich_text", json!({ "contains": value })),
        NotionProperty::MultiSelect => ("multi_select", json!({ "contains": value })),
        NotionProperty::Select => ("select", json!({ "equals": value })),
        NotionProperty::Status => ("status", json!({ "equals": value })),
        NotionProperty::Checkbox => {
            let checked: bool = value
                .parse()
                .map_err(|_| bad_arguments("a checkbox is compared with `true` or `false`"))?;
            ("checkbox", json!({ "equals": checked }))
        }
    };
    let mut condition = json!({ "property": property });
    condition[word] = how;
    Ok(condition)
}
