//! `list_deployments`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WorkloadReplicas, names};
use crate::tool;

/// Arguments of `list_deployments`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListDeploymentsArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Kubernetes label selector; all Deployments when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_DEPLOYMENTS, Read, ListDeploymentsArgs => DeploymentList);

/// Result of `list_deployments`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentList {
    /// The Deployments, by name. Empty means that there are none.
    pub deployments: Vec<DeploymentSummary>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A Deployment in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentSummary {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Labels of the Deployment.
    pub labels: BTreeMap<String, String>,
    /// Labels its pods carry (`matchLabels` of its selector).
    pub selector: BTreeMap<String, String>,
    /// Replica counts.
    pub replicas: WorkloadReplicas,
    /// Images of the template's containers.
    pub images: Vec<String>,
    /// Current revision number.
    pub revision: Option<i64>,
    /// Version of the spec.
    pub generation: i64,
    /// Spec version the controller has seen.
    pub observed_generation: Option<i64>,
    /// Whether rollouts are paused.
    pub paused: bool,
    /// Creation time.
    pub created_at: Option<Timestamp>,
}
