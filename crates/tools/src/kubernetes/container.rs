//! Containers of pods and of pod templates.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Quantity;

/// A container of a pod, spec and status together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// The container's name.
    pub name: String,
    /// Image as the spec names it.
    pub image: String,
    /// Whether this is an init container.
    pub init: bool,
    /// Whether it passes its readiness probe; `None` before the kubelet reported anything.
    pub ready: Option<bool>,
    /// How often it was restarted; `None` before the kubelet reported anything.
    pub restart_count: Option<u32>,
    /// What it does now.
    pub state: ContainerState,
    /// How its previous run ended.
    pub last_termination: Option<Terminated>,
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

/// A container's current state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "phase", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ContainerState {
    /// Not started, or held back after failures.
    Waiting {
        /// `CrashLoopBackOff`, `ImagePullBackOff`, `CreateContainerConfigError`, `ContainerCreating`, …
        reason: Option<String>,
        /// The kubelet's words.
        message: Option<String>,
    },
    /// Running.
    Running {
        /// Since when.
        started_at: Option<Timestamp>,
    },
    /// Ended.
    Terminated(Terminated),
    /// The kubelet has not reported a state.
    Unknown,
}

/// How a run of a container ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Terminated {
    /// Exit code; 137 is SIGKILL, 143 SIGTERM.
    pub exit_code: i32,
    /// Signal, where the runtime reports it.
    pub signal: Option<i32>,
    /// `OOMKilled`, `Error`, `Completed`, …
    pub reason: Option<String>,
    /// The termination message (bounded).
    pub message: Option<String>,
    /// Start of that run.
    pub started_at: Option<Timestamp>,
    /// End of that run.
    pub finished_at: Option<Timestamp>,
}

/// Requests and limits of a container.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// CPU request in cores.
    pub cpu_request: Option<Quantity>,
    /// CPU limit in cores.
    pub cpu_limit: Option<Quantity>,
    /// Memory request in bytes.
    pub memory_request: Option<Quantity>,
    /// Memory limit in bytes.
    pub memory_limit: Option<Quantity>,
}

/// A probe, as far as it explains a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// What is asked: `http GET :8080/healthz`, `tcp :5432`, `exec cat /ready`, `grpc :9000`.
    pub target: String,
    /// Seconds before the first attempt.
    pub initial_delay_seconds: u32,
    /// Seconds between attempts.
    pub period_seconds: u32,
    /// Seconds one attempt may take.
    pub timeout_seconds: u32,
    /// Failures in a row until it counts.
    pub failure_threshold: u32,
}

/// A reference to a `ConfigMap` or Secret; never its content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigReference {
    /// `ConfigMap` or Secret.
    pub kind: ReferenceKind,
    /// Its name.
    pub name: String,
    /// The key asked for, `None` for all of them.
    pub key: Option<String>,
    /// Where it is used: `env NAME`, `envFrom`, `volume NAME`.
    pub used_as: String,
    /// Whether the pod starts without it.
    pub optional: bool,
}

/// What a container takes configuration from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum ReferenceKind {
    /// `v1` `ConfigMap`.
    ConfigMap,
    /// `v1` Secret.
    Secret,
}

/// An environment variable of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value or where it comes from.
    pub value: EnvValue,
}

/// The value of an environment variable, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "from", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EnvValue {
    /// Written in the template and harmless by name and shape (bounded).
    Literal {
        /// The text.
        text: String,
    },
    /// Written in the template, but name or shape say that it may be a secret.
    Redacted,
    /// Taken from a `ConfigMap` or Secret.
    Reference {
        /// `ConfigMap` or Secret.
        kind: ReferenceKind,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// Taken from the pod's own fields or resources.
    Field {
        /// The field's path.
        path: String,
    },
}
