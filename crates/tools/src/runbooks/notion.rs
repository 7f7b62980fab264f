//! `notion_search`, `notion_page` and `notion_query`: Notion as it is now, beside what is held of it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `notion_search`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotionSearchArgs {
    /// Words of the title (at most 300 bytes); everything, the latest edited first, when empty.
    #[serde(default)]
    pub query: String,
    /// Only pages or only data sources; both when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NotionKind>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Results at most, 1 to 50; 10 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::NOTION_SEARCH, Read, NotionSearchArgs => NotionFound);

/// What a search can find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NotionKind {
    /// A page.
    Page,
    /// A table of a database; `notion_query` reads its rows.
    DataSource,
}

/// Result of `notion_search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotionFound {
    /// Pages and data sources that are shared with the integration, none from the trash.
    pub results: Vec<NotionItem>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after`.
    pub next: Option<String>,
}

/// A page or a data source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotionItem {
    /// Its id, which `notion_page` or `notion_query` takes.
    pub id: String,
    /// What it is.
    pub kind: NotionKind,
    /// Its title; empty when it has none.
    pub title: String,
    /// Its address for people.
    pub url: Option<String>,
    /// When it was last edited, to the minute.
    pub edited_at: Option<Timestamp>,
}

/// Arguments of `notion_page`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotionPageArgs {
    /// The page's id, or that of a runbook from Notion (`notion/…`).
    pub page: String,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::NOTION_PAGE, Read, NotionPageArgs => NotionPage);

/// Result of `notion_page`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotionPage {
    /// The page.
    #[serde(flatten)]
    pub row: NotionRow,
    /// Its blocks with those inside them, as markdown (about 32 KiB at a time).
    pub text: String,
    /// Whether there is more, here or behind `next`.
    pub truncated: bool,
    /// What to pass as `after`.
    pub next: Option<String>,
}

/// Arguments of `notion_query`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotionQueryArgs {
    /// Id of a data source, or of a database that has one; the configured database of runbooks when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Only rows for which all of these hold (at most 5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<NotionFilter>,
    /// Only rows edited at or after this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_since: Option<Timestamp>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Rows at most, 1 to 50; 20 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::NOTION_QUERY, Read, NotionQueryArgs => NotionRows);

/// A condition on a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotionFilter {
    /// The property's name (at most 100 bytes).
    pub property: String,
    /// What the property is.
    pub kind: NotionProperty,
    /// Texts must contain it, lists must have it, choices must be it; `true` or `false` of a checkbox (at most 200 bytes).
    pub value: String,
}

/// A kind of property that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NotionProperty {
    /// The title.
    Title,
    /// A text.
    RichText,
    /// One of several choices.
    Select,
    /// Some of several choices.
    MultiSelect,
    /// A status.
    Status,
    /// Yes or no.
    Checkbox,
}

/// Result of `notion_query`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotionRows {
    /// Rows, none from the trash. Each is a page that `notion_page` reads.
    pub rows: Vec<NotionRow>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after`.
    pub next: Option<String>,
}

/// A page without its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotionRow {
    /// Its id.
    pub id: String,
    /// Its title; empty when it has none.
    pub title: String,
    /// Its address for people.
    pub url: Option<String>,
    /// When it was last edited, to the minute.
    pub edited_at: Option<Timestamp>,
    /// Its properties but the title (at most 30).
    pub properties: Vec<NotionValue>,
}

/// A property of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotionValue {
    /// Its name.
    pub name: String,
    /// Its kind, in Notion's words: `select`, `date`, …
    pub kind: String,
    /// Its value as text (at most 500 bytes), several with commas between them; absent when it is empty or no text.
    pub value: Option<String>,
}
