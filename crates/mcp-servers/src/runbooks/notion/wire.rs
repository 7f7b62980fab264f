//! What Notion answers, as far as it is used. Unknown kinds of blocks and properties are fine.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A list, page by page.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) results: Vec<T>,
    #[serde(default)]
    pub(super) next_cursor: Option<String>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// A page without its content, or something else that a search answers with.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Page {
    pub(super) object: String,
    pub(super) id: String,
    #[serde(default)]
    pub(super) last_edited_time: Option<Timestamp>,
    #[serde(default)]
    pub(super) archived: bool,
    #[serde(default)]
    pub(super) in_trash: bool,
    #[serde(default)]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) properties: Map<String, Value>,
}

/// A database with its data sources.
#[derive(Debug, Deserialize)]
pub(super) struct Database {
    #[serde(default)]
    pub(super) data_sources: Vec<DataSource>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DataSource {
    pub(super) id: String,
}

/// A block: its kind, and under the kind's name what it holds.
#[derive(Debug, Deserialize)]
pub(super) struct Block {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) has_children: bool,
    #[serde(default)]
    pub(super) in_trash: bool,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

impl Block {
    /// What the block holds.
    pub(super) fn holds(&self) -> &Value {
        self.rest.get(&self.kind).unwrap_or(&Value::Null)
    }
}

/// An error.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    pub(super) message: String,
}

/// The words of a rich text.
pub(super) fn plain(rich: &Value) -> String {
    let parts = rich.as_array().into_iter().flatten();
    parts.filter_map(|part| part.get("plain_text")?.as_str()).collect()
}

impl Page {
    /// Its title: the one property of that type.
    pub(super) fn title(&self) -> String {
        let title = self
            .properties
            .values()
            .find(|p| p.get("type").and_then(Value::as_str) == Some("title"));
        title.map(|p| plain(&p["title"])).unwrap_or_default().trim().to_owned()
    }

    /// The values of the property of that name, whatever the case: a choice, several, or words with commas between them.
    pub(super) fn values(&self, name: &str) -> Vec<String> {
        let Some((_, property)) =
            self.properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))
        else {
            return Vec::new();
        };
        let named = |choice: &Value| Some(choice.get("name")?.as_str()?.to_owned());
        match property.get("type").and_then(Value::as_str) {
            Some("multi_select") => property["multi_select"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(named)
                .collect(),
            Some("select") => named(&property["select"]).into_iter().collect(),
            Some("rich_text") => plain(&property["rich_text"])
                .split(',')
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it is a page that people still see.
    pub(super) fn is_live(&self) -> bool {
        self.object == "page" && !self.archived && !self.in_trash
    }
}
