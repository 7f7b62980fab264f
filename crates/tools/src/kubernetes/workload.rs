//! `list_workloads` and `get_workload`: every kind of controller in one form.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ConfigReference, JobProgress, ObjectEvents, ObjectRef, Schedule, SourceVersion,
    TemplateContainer, Unread, WorkloadCondition, WorkloadReplicas, names,
};
use crate::tool;

/// Kinds that bring forth pods.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub enum ControllerKind {
    /// `apps/v1` Deployment.
    #[default]
    Deployment,
    /// `apps/v1` `StatefulSet`.
    StatefulSet,
    /// `apps/v1` `DaemonSet`.
    DaemonSet,
    /// `apps/v1` `ReplicaSet`.
    ReplicaSet,
    /// `batch/v1` Job.
    Job,
    /// `batch/v1` `CronJob`.
    CronJob,
}

impl ControllerKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::ReplicaSet,
        Self::Job,
        Self::CronJob,
    ];

    /// The kind as Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
        }
    }
}

/// Arguments of `list_workloads`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListWorkloadsArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only these kinds; all but `ReplicaSet`s when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<ControllerKind>,
    /// Kubernetes label selector; all workloads when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many of each kind: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_WORKLOADS, Read, ListWorkloadsArgs => WorkloadList);

/// Result of `list_workloads`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadList {
    /// The workloads, by kind and name.
    pub workloads: Vec<WorkloadSummary>,
    /// Whether there are more than `limit` of a kind.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Kinds that could not be read.
    pub unread: Vec<Unread>,
}

/// A workload in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadSummary {
    /// Kind.
    pub kind: ControllerKind,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Labels of the workload.
    pub labels: BTreeMap<String, String>,
    /// Label selector of its pods, in kubectl's form; `None` for kinds without one.
    pub selector: Option<String>,
    /// Replica counts; `None` for Jobs and `CronJob`s, and where the controller has not reported any.
    pub replicas: Option<WorkloadReplicas>,
    /// How far a Job is.
    pub job: Option<JobProgress>,
    /// When a `CronJob` runs.
    pub schedule: Option<Schedule>,
    /// Images of the template's containers.
    pub images: Vec<String>,
    /// Its controller: a `ReplicaSet`'s Deployment, a Job's `CronJob`.
    pub owner: Option<ObjectRef>,
    /// Version of the spec, where the kind counts it.
    pub generation: Option<i64>,
    /// Spec version the controller has seen.
    pub observed_generation: Option<i64>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Set while it is being deleted.
    pub deleted_at: Option<Timestamp>,
}

/// Arguments of `get_workload`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetWorkloadArgs {
    /// Kind of the workload.
    pub kind: ControllerKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}
tool!(super::SERVER, names::GET_WORKLOAD, Read, GetWorkloadArgs => Workload);

/// Result of `get_workload`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// What `list_workloads` says of it.
    pub summary: WorkloadSummary,
    /// Version of the object, moves with every status update.
    pub resource_version: String,
    /// How pods are replaced; `None` for kinds that don't replace them.
    pub update: Option<UpdateStrategy>,
    /// Conditions.
    pub conditions: Vec<WorkloadCondition>,
    /// Containers of the template, init containers first.
    pub containers: Vec<TemplateContainer>,
    /// `ConfigMaps` and Secrets the template mounts as volumes or pulls images with, by name only.
    pub volume_references: Vec<ConfigReference>,
    /// Service account of its pods.
    pub service_account: Option<String>,
    /// Labels a node must carry.
    pub node_selector: BTreeMap<String, String>,
    /// Headless Service of a `StatefulSet`.
    pub service: Option<String>,
    /// Names of a `StatefulSet`'s volume claim templates.
    pub volume_claims: Vec<String>,
    /// Revision history, newest first (at most 20); empty for kinds without one.
    pub revisions: Vec<WorkloadRevision>,
    /// Whether older revisions were left out.
    pub revisions_truncated: bool,
    /// Its pods, by name (at most 50). For a `CronJob` none: its Jobs have them.
    pub pods: Vec<PodBrief>,
    /// Whether pods were left out.
    pub pods_truncated: bool,
    /// The Jobs of a `CronJob`, newest first (at most 20).
    pub jobs: Vec<WorkloadSummary>,
    /// `kubernetes.io/change-cause` of the current spec.
    pub change_cause: Option<String>,
    /// Id of the last action that was stamped on it.
    pub action_id: Option<String>,
    /// Parts that could not be read: then their absence says nothing.
    pub unread: Vec<Unread>,
    /// Events about it.
    pub events: ObjectEvents,
}

/// How a workload replaces its pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStrategy {
    /// `RollingUpdate`, `Recreate` or `OnDelete`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Number or percentage of pods above the wanted number.
    pub max_surge: Option<String>,
    /// Number or percentage of pods that may be missing.
    pub max_unavailable: Option<String>,
    /// Ordinals of a `StatefulSet` below this one are not updated.
    pub partition: Option<u32>,
}

/// One revision of a workload: a `ReplicaSet` or a `ControllerRevision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadRevision {
    /// Revision number.
    pub revision: i64,
    /// Name of the object that keeps it.
    pub name: String,
    /// When that template first appeared.
    pub created_at: Option<Timestamp>,
    /// Whether it is the one pods are brought to.
    pub current: bool,
    /// Images of its containers.
    pub images: Vec<String>,
    /// What its pods say they were built from: the first of the annotations and labels that docs/github.md lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceVersion>,
    /// `kubernetes.io/change-cause`.
    pub change_cause: Option<String>,
    /// Unified diff of its template against the revision before it in this list (bounded, redacted); `None` for the oldest.
    pub diff_from_previous: Option<String>,
}

/// A pod in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodBrief {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    /// Its `Ready` condition; `None` when unknown.
    pub ready: Option<bool>,
    /// Restarts of all its containers; `None` before the kubelet reported anything.
    pub restarts: Option<u32>,
    /// Why a container waits or has ended last: `CrashLoopBackOff`, `OOMKilled`, …
    pub trouble: Option<String>,
    /// Node it runs on; `None` when unscheduled.
    pub node: Option<String>,
    /// Its revision by label: `pod-template-hash` or `controller-revision-hash`.
    pub revision: Option<String>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Set while it is being deleted.
    pub deleted_at: Option<Timestamp>,
}
