//! `log_patterns`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ControllerKind, LogSource, Unread, names};
use crate::tool;

/// Arguments of `log_patterns`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogPatternsArgs {
    /// Kind of the workload; a Deployment when absent.
    #[serde(default)]
    pub kind: ControllerKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name. Either this or `pod`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One pod instead of a workload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// Only containers of this name; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Where the window in question begins (RFC 3339); it ends now. Ten minutes ago when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Length of the window before it, which it is compared with: 60 to 86400 seconds, 3600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_seconds: Option<u32>,
    /// At most so many templates: 1 to 100, 30 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::LOG_PATTERNS, Read, LogPatternsArgs => LogPatterns);

/// Result of `log_patterns`: what a workload's logs say, as templates with `<*>` for what varies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogPatterns {
    /// Where lines were read.
    pub sources: Vec<LogSource>,
    /// The window before.
    pub baseline: LogWindow,
    /// The window in question.
    pub current: LogWindow,
    /// Templates that are new, gone, more or less frequent: errors first, then the surest.
    pub changes: Vec<LogChange>,
    /// The most frequent templates of both windows.
    pub templates: Vec<LogTemplate>,
    /// Templates in either window.
    pub template_count: u32,
    /// Whether changes or templates were left out.
    pub truncated: bool,
    /// Lines of templates that were given up to stay within memory.
    pub others: u64,
    /// Containers whose log could not be read.
    pub unread: Vec<Unread>,
}

/// A window of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogWindow {
    /// Its beginning; later than asked for when no log reaches back that far.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Lines in it.
    pub lines: u64,
    /// Events in it: a stack trace of many lines is one.
    pub events: u64,
}

/// A template that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogChange {
    /// What became of it.
    pub change: LogChangeKind,
    /// Current rate over baseline rate, with half a line added to both counts.
    pub ratio: f64,
    /// Chance of such a difference between windows of one rate.
    pub p: f64,
    /// Whether it stands out among all templates.
    pub significant: bool,
    /// The template.
    pub template: LogTemplate,
}

/// What became of a template's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LogChangeKind {
    /// In the current window only.
    New,
    /// In the baseline only, and often enough there to be missed.
    Vanished,
    /// More frequent than before.
    Burst,
    /// Less frequent than before.
    Fewer,
}

/// What several log lines have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogTemplate {
    /// Its id, the same wherever the text is the same.
    pub id: String,
    /// Its text, with `<*>` for each variable (secrets redacted).
    pub text: String,
    /// The most frequent level of its lines: `trace`, `debug`, `info`, `warn`, `error`, `fatal`.
    pub level: Option<String>,
    /// Events in the baseline window.
    pub baseline: u64,
    /// Events in the current window.
    pub current: u64,
    /// The first in the current window.
    pub first_at: Option<Timestamp>,
    /// The last in the current window.
    pub last_at: Option<Timestamp>,
    /// Values of its variables, some of each (secrets redacted).
    pub variables: Vec<Vec<String>>,
    /// Some of its lines (at most 512 bytes each, secrets redacted).
    pub samples: Vec<String>,
}
