//! `can_i` and `list_permissions`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `can_i`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CanIArgs {
    /// What is asked: 1 to 20 checks.
    pub checks: Vec<AccessCheck>,
}
tool!(super::SERVER, names::CAN_I, Read, CanIArgs => AccessAnswers);

/// One question to the API server: may this server's account do that?
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessCheck {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// API group; empty for the core group.
    #[serde(default)]
    pub group: String,
    /// Plural of the resource: `deployments`.
    pub resource: String,
    /// Sub-resource: `log`, `scale`, `eviction`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
    /// Namespace; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of the object; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl AccessCheck {
    /// The permission in words: `patch deployments.apps in shop`.
    pub fn describe(&self) -> String {
        let mut text = format!("{} {}", self.verb, self.resource);
        if !self.group.is_empty() {
            text = format!("{text}.{}", self.group);
        }
        if let Some(subresource) = &self.subresource {
            text = format!("{text}/{subresource}");
        }
        if let Some(name) = &self.name {
            text = format!("{text} {name}");
        }
        match &self.namespace {
            Some(namespace) => format!("{text} in {namespace}"),
            None => format!("{text} in the whole cluster"),
        }
    }
}

/// Result of `can_i`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessAnswers {
    /// One answer a check, in their order.
    pub answers: Vec<AccessAnswer>,
}

/// The API server's answer. It is a forecast: admission may still refuse, and permissions may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessAnswer {
    /// What was asked.
    pub check: AccessCheck,
    /// Whether it may.
    pub allowed: bool,
    /// The API server's reason.
    pub reason: Option<String>,
    /// What kept the API server from looking at every rule.
    pub evaluation_error: Option<String>,
}

/// Arguments of `list_permissions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPermissionsArgs {
    /// Namespace in which the permissions hold.
    pub namespace: String,
}
tool!(super::SERVER, names::LIST_PERMISSIONS, Read, ListPermissionsArgs => Permissions);

/// Result of `list_permissions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Permissions {
    /// The rules (at most 200).
    pub rules: Vec<PermissionRule>,
    /// Whether rules were left out.
    pub truncated: bool,
    /// Whether the API server knows that there may be more: then an absent rule proves nothing, ask `can_i`.
    pub incomplete: bool,
    /// What kept it from knowing all.
    pub evaluation_error: Option<String>,
}

/// What may be done to which resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PermissionRule {
    /// Verbs; `*` for all.
    pub verbs: Vec<String>,
    /// API groups; an empty text for the core group, `*` for all.
    pub groups: Vec<String>,
    /// Resources, `pods/log` for sub-resources; `*` for all.
    pub resources: Vec<String>,
    /// Names; all when empty.
    pub names: Vec<String>,
}
