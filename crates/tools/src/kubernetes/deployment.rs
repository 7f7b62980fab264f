//! `get_deployment`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConfigReference, EnvVar, ObjectEvents, Probe, Resources, Unread, names};
use crate::tool;

/// Arguments of `get_deployment`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetDeploymentArgs {
    /// The Deployment's namespace.
    pub namespace: String,
    /// The Deployment's name.
    pub name: String,
}
tool!(super::SERVER, names::GET_DEPLOYMENT, Read, GetDeploymentArgs => Deployment);

/// Result of `get_deployment`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// Uid.
    pub uid: String,
    /// Version of the object, moves with every status update.
    pub resource_version: String,
    /// Version of the spec: the drift check of writes.
    pub generation: i64,
    /// Spec version the controller has seen.
    pub observed_generation: Option<i64>,
    /// Labels of the Deployment.
    pub labels: BTreeMap<String, String>,
    /// Labels its pods carry (`matchLabels` of its selector).
    pub selector: BTreeMap<String, String>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Replica counts.
    pub replicas: WorkloadReplicas,
    /// How pods are replaced.
    pub strategy: Strategy,
    /// Whether rollouts are paused.
    pub paused: bool,
    /// Seconds without progress until a rollout counts as failed.
    pub progress_deadline_seconds: Option<u32>,
    /// Conditions such as `Available` and `Progressing`.
    pub conditions: Vec<WorkloadCondition>,
    /// Containers of the current template, init containers first.
    pub containers: Vec<TemplateContainer>,
    /// `ConfigMaps` and Secrets the template mounts as volumes or pulls images with.
    pub volume_references: Vec<ConfigReference>,
    /// `kubernetes.io/change-cause` of the current spec.
    pub change_cause: Option<String>,
    /// Number of the current revision.
    pub revision: Option<i64>,
    /// Revision history, newest first (at most 20).
    pub revisions: Vec<Revision>,
    /// Whether older revisions were left out.
    pub revisions_truncated: bool,
    /// Id of the last action that was stamped on it.
    pub action_id: Option<String>,
    /// Parts that could not be read, while the rest could: without the `ReplicaSet`s there is no history.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Events about it.
    #[serde(default)]
    pub events: ObjectEvents,
}

/// Replica counts of a workload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadReplicas {
    /// Wanted by the spec.
    pub desired: u32,
    /// Existing.
    pub current: u32,
    /// Of the newest template.
    pub updated: u32,
    /// Passing their readiness probe.
    pub ready: u32,
    /// Ready for at least `minReadySeconds`.
    pub available: u32,
    /// Missing from `desired`.
    pub unavailable: u32,
}

/// How a Deployment replaces pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Strategy {
    /// `RollingUpdate` or `Recreate`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Number or percentage of pods above `desired`.
    pub max_surge: Option<String>,
    /// Number or percentage of pods that may be missing.
    pub max_unavailable: Option<String>,
}

/// A condition of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadCondition {
    /// `Available`, `Progressing`, `ReplicaFailure`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `None` stands for Kubernetes' `Unknown`.
    pub status: Option<bool>,
    /// `MinimumReplicasUnavailable`, `ProgressDeadlineExceeded`, …
    pub reason: Option<String>,
    /// Kubernetes' words.
    pub message: Option<String>,
    /// Last change of status.
    pub since: Option<Timestamp>,
    /// Last update of the condition.
    pub updated_at: Option<Timestamp>,
}

/// A container of a pod template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateContainer {
    /// Name.
    pub name: String,
    /// Image.
    pub image: String,
    /// Whether this is an init container.
    pub init: bool,
    /// Environment (at most 100 variables), values redacted where they may be secrets.
    pub env: Vec<EnvVar>,
    /// Requests and limits.
    pub resources: Resources,
    /// Readiness probe.
    pub readiness_probe: Option<Probe>,
    /// Liveness probe.
    pub liveness_probe: Option<Probe>,
    /// Startup probe.
    pub startup_probe: Option<Probe>,
    /// `ConfigMaps` and Secrets it takes from, by name only.
    pub config_references: Vec<ConfigReference>,
}

/// One revision of a Deployment: a `ReplicaSet`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Revision number.
    pub revision: i64,
    /// Name of its `ReplicaSet`.
    pub replica_set: String,
    /// When that template first appeared. Undoing to an old revision re-uses its `ReplicaSet` and keeps this time.
    pub created_at: Option<Timestamp>,
    /// Whether it is the current one.
    pub current: bool,
    /// Wanted pods.
    pub replicas: u32,
    /// Ready pods.
    pub ready: u32,
    /// Images of its containers.
    pub images: Vec<String>,
    /// What its pods say they were built from: the first of the annotations and labels that docs/github.md lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceVersion>,
    /// `kubernetes.io/change-cause`.
    pub change_cause: Option<String>,
    /// `pod-template-hash`.
    pub template_hash: Option<String>,
    /// Unified diff of its template against the revision before it in this list (bounded, redacted); `None` for the oldest.
    pub diff_from_previous: Option<String>,
}

/// What somebody wrote on a workload about the code that it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceVersion {
    /// Key of the annotation or label, such as `org.opencontainers.image.revision`.
    pub key: String,
    /// Its value: a commit, or a version.
    pub value: String,
}
