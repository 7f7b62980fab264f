//! Conditions, which every kind has in a type of its own and all mean the same by.

use evenkeel_tools::kubernetes::{PodCondition, WorkloadCondition};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use serde_json::Value;

use super::{time, truth};
use crate::text::{clip, clip_message};

/// A condition of a workload.
pub(in crate::kubernetes) fn workload(
    kind: Option<&str>,
    status: Option<&str>,
    reason: Option<&str>,
    message: Option<&str>,
    since: Option<&Time>,
) -> WorkloadCondition {
    WorkloadCondition {
        kind: kind.unwrap_or_default().to_owned(),
        status: truth(status.unwrap_or_default()),
        reason: reason.filter(|text| !text.is_empty()).map(str::to_owned),
        message: clip_message(message),
        since: time(since),
        updated_at: None,
    }
}

/// A condition in the form newer kinds share.
pub(in crate::kubernetes) fn shared(condition: &Condition) -> PodCondition {
    PodCondition {
        kind: condition.type_.clone(),
        status: truth(&condition.status),
        reason: Some(condition.reason.clone()).filter(|text| !text.is_empty()),
        message: clip_message(Some(&condition.message)),
        since: Some(condition.last_transition_time.0),
    }
}

/// A condition of a kind we don't know, if it looks like one.
pub(in crate::kubernetes) fn unknown(condition: &Value) -> Option<PodCondition> {
    let text = |key: &str| condition.get(key).and_then(Value::as_str).filter(|t| !t.is_empty());
    Some(PodCondition {
        kind: clip(text("type")?, 100).0,
        status: truth(text("status").unwrap_or_default()),
        reason: text("reason").map(|reason| clip(reason, 200).0),
        message: text("message").map(|message| crate::text::safe(message, 1024).0),
        since: text("lastTransitionTime").and_then(|time| time.parse().ok()),
    })
}
