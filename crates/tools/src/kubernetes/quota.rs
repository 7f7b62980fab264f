//! `list_quotas`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Quantity, names};
use crate::tool;

/// Arguments of `list_quotas`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListQuotasArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only the quota of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most so many quotas: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_QUOTAS, Read, ListQuotasArgs => QuotaList);

/// Result of `list_quotas`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuotaList {
    /// The quotas, by name (at most 100).
    pub quotas: Vec<Quota>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A resource quota.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quota {
    /// Name.
    pub name: String,
    /// One entry per limited resource.
    pub items: Vec<QuotaItem>,
}

/// One limited resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuotaItem {
    /// `requests.cpu`, `limits.memory`, `pods`, …
    pub resource: String,
    /// The limit.
    pub hard: Quantity,
    /// The use; `None` before the controller counted.
    pub used: Option<Quantity>,
}
