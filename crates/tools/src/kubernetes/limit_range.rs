//! `list_limit_ranges`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Quantity, names};
use crate::tool;

/// Arguments of `list_limit_ranges`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListLimitRangesArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_LIMIT_RANGES, Read, ListLimitRangesArgs => LimitRangeList);

/// Result of `list_limit_ranges`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitRangeList {
    /// The limit ranges, by name.
    pub limit_ranges: Vec<LimitRange>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A limit range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitRange {
    /// Name.
    pub name: String,
    /// One entry per kind of thing and resource.
    pub items: Vec<LimitItem>,
}

/// What one container, pod or claim may ask for of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitItem {
    /// `Container`, `Pod` or `PersistentVolumeClaim`.
    pub of: String,
    /// `cpu`, `memory`, `storage`, …
    pub resource: String,
    /// Least.
    pub min: Option<Quantity>,
    /// Most.
    pub max: Option<Quantity>,
    /// Limit given to a container without one.
    pub default_limit: Option<Quantity>,
    /// Request given to a container without one.
    pub default_request: Option<Quantity>,
    /// Most that a limit may be over its request, as a factor.
    pub max_limit_request_ratio: Option<Quantity>,
}
