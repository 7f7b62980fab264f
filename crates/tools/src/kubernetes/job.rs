//! Jobs and their schedules.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a Job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobProgress {
    /// Where it stands.
    pub state: JobState,
    /// Reason of the state: `BackoffLimitExceeded`, `DeadlineExceeded`, …
    pub reason: Option<String>,
    /// Wanted number of successful pods.
    pub completions: Option<u32>,
    /// Pods at the same time.
    pub parallelism: Option<u32>,
    /// Pods that run or are pending; `None` before the controller reported anything.
    pub active: Option<u32>,
    /// Pods that succeeded.
    pub succeeded: Option<u32>,
    /// Pods that failed.
    pub failed: Option<u32>,
    /// Failures until it is given up.
    pub backoff_limit: Option<u32>,
    /// Start.
    pub started_at: Option<Timestamp>,
    /// Successful end.
    pub completed_at: Option<Timestamp>,
}

/// Where a Job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    /// The controller has not started it.
    Pending,
    /// It runs.
    Running,
    /// It is suspended.
    Suspended,
    /// It succeeded.
    Complete,
    /// It was given up.
    Failed,
}

/// When a `CronJob` runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// In cron's notation.
    pub cron: String,
    /// Time zone; the controller's when absent.
    pub time_zone: Option<String>,
    /// Whether it is suspended.
    pub suspended: bool,
    /// `Allow`, `Forbid` or `Replace`.
    pub concurrency: String,
    /// Seconds after which a missed run is not made up for.
    pub starting_deadline_seconds: Option<i64>,
    /// Its last start.
    pub last_scheduled_at: Option<Timestamp>,
    /// Its last success.
    pub last_succeeded_at: Option<Timestamp>,
    /// Names of its Jobs that run.
    pub active: Vec<String>,
}
