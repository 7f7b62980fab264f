//! What Notion answers, as far as it is used. Unknown kinds of blocks and properties are fine.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A list, page by page.
#[derive(Debug, Deserialize)]
pub(in crate::runbooks) struct List<T> {
    pub(in crate::runbooks) results: Vec<T>,
    #[serde(default)]
    pub(in crate::runbooks) next_cursor: Option<String>,
    #[serde(default)]
    pub(in crate::runbooks) has_more: bool,
}

/// A page without its content, or something else that a search answers with.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::runbooks) struct Page {
    pub(in crate::runbooks) object: String,
    pub(in crate::runbooks) id: String,
    #[serde(default)]
    pub(in crate::runbooks) last_edited_time: Option<Timestamp>,
    #[serde(default)]
    pub(in crate::runbooks) archived: bool,
    #[serde(default)]
    pub(in crate::runbooks) in_trash: bool,
    #[serde(default)]
    pub(in crate::runbooks) url: Option<String>,
    #[serde(default)]
    pub(in crate::runbooks) properties: Map<String, Value>,
    /// Of a data source, whose title is no property.
    #[serde(default)]
    pub(in crate::runbooks) title: Value,
}

/// A database with its data sources.
#[derive(Debug, Deserialize)]
pub(in crate::runbooks) struct Database {
    #[serde(default)]
    pub(in crate::runbooks) data_sources: Vec<DataSource>,
}

#[derive(Debug, Deserialize)]
pub(in crate::runbooks) struct DataSource {
    pub(in crate::runbooks) id: String,
}

/// A block: its kind, and under the kind's name what it holds.
#[derive(Debug, Deserialize)]
pub(in crate::runbooks) struct Block {
    pub(in crate::runbooks) id: String,
    #[serde(rename = "type")]
    pub(in crate::runbooks) kind: String,
    #[serde(default)]
    pub(in crate::runbooks) has_children: bool,
    #[serde(default)]
    pub(in crate::runbooks) in_trash: bool,
    #[serde(flatten)]
    pub(in crate::runbooks) rest: Map<String, Value>,
}

impl Block {
    /// What the block holds.
    pub(in crate::runbooks) fn holds(&self) -> &Value {
        self.rest.get(&self.kind).unwrap_or(&Value::Null)
    }
}

/// An error.
#[derive(Debug, Deserialize)]
pub(in crate::runbooks) struct Problem {
    #[serde(default)]
    pub(in crate::runbooks) message: String,
}

/// The words of a rich text.
pub(in crate::runbooks) fn plain(rich: &Value) -> String {
    let parts = rich.as_array().into_iter().flatten();
    parts.filter_map(|part| part.get("plain_text")?.as_str()).collect()
}

impl Page {
    /// Its title: the one property of that type.
    pub(in crate::runbooks) fn title(&self) -> String {
        let title = self
            .properties
            .values()
            .find(|p| p.get("type").and_then(Value::as_str) == Some("title"));
        let words = title.map_or_else(|| plain(&self.title), |p| plain(&p["title"]));
        words.trim().to_owned()
    }

    /// The values of the property of that name, whatever the case: a choice, several, or words with commas between them.
    pub(in crate::runbooks) fn values(&self, name: &str) -> Vec<String> {
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
    pub(in crate::runbooks) fn is_live(&self) -> bool {
        self.object == "page" && !self.archived && !self.in_trash
    }
}
