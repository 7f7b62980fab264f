//! `job_status`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `job_status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobStatusArgs {
    /// The Job's namespace.
    pub namespace: String,
    /// The Job's name.
    pub name: String,
}
tool!(super::SERVER, names::JOB_STATUS, Read, JobStatusArgs => JobStatus);

/// Result of `job_status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobStatus {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Version of the spec: the drift check of writes.
    pub generation: Option<i64>,
    /// How it ended; `None` while it may go on.
    pub ended: Option<JobEnd>,
    /// Why, in Kubernetes' words, where it has said so: `BackoffLimitExceeded: …`.
    pub message: Option<String>,
    /// Pods that run.
    pub active: u32,
    /// Pods that ended well.
    pub succeeded: u32,
    /// Pods that ended badly.
    pub failed: u32,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// How a Job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum JobEnd {
    /// All of it was done.
    Complete,
    /// It was given up.
    Failed,
}
