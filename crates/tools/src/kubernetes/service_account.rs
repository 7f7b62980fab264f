//! `list_service_accounts`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_service_accounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListServiceAccountsArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only the account of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_SERVICE_ACCOUNTS, Read, ListServiceAccountsArgs => ServiceAccountList);

/// Result of `list_service_accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountList {
    /// The accounts, by name.
    pub accounts: Vec<ServiceAccount>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A service account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccount {
    /// Name.
    pub name: String,
    /// Whether pods get its token; `None` when the pods decide.
    pub automount_token: Option<bool>,
    /// Names of the Secrets images are pulled with.
    pub image_pull_secrets: Vec<String>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
}
