//! `label_values` and `series`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Labels, names};
use crate::tool;

/// Arguments of `label_values`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelValuesArgs {
    /// Label name; `__name__` lists the metrics.
    pub label: String,
    /// Only of series matching this selector, such as `up{job="api"}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Start (RFC 3339); an hour before `end` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// End (RFC 3339); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LABEL_VALUES, Read, LabelValuesArgs => LabelValues);

/// Result of `label_values`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelValues {
    /// The label.
    pub label: String,
    /// Its values (at most 1000), sorted. Empty means that no series carries it.
    pub values: Vec<String>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The selector, so that the result can be re-made.
    #[serde(default)]
    pub selector: Option<String>,
    /// Start, as used.
    #[serde(default)]
    pub start: Option<Timestamp>,
    /// End, as used.
    #[serde(default)]
    pub end: Option<Timestamp>,
    /// Prometheus' warnings, among them that the answer is only a part of what there is.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// Arguments of `series`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeriesArgs {
    /// Selector, such as `{namespace="shop"}`.
    pub selector: String,
    /// Start (RFC 3339); an hour before `end` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// End (RFC 3339); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::SERIES, Read, SeriesArgs => SeriesList);

/// Result of `series`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeriesList {
    /// Label sets (at most 200). Empty means that nothing matches.
    pub series: Vec<Labels>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The selector, so that the result can be re-made.
    #[serde(default)]
    pub selector: Option<String>,
    /// Start, as used.
    #[serde(default)]
    pub start: Option<Timestamp>,
    /// End, as used.
    #[serde(default)]
    pub end: Option<Timestamp>,
    /// Prometheus' warnings, among them that the answer is only a part of what there is.
    #[serde(default)]
    pub warnings: Vec<String>,
}
