//! `rollout_history`: what a `StatefulSet` or `DaemonSet` can go back to.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    ObjectKind, Revision, RolloutHistory, RolloutHistoryArgs, WorkloadKind,
};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use serde_json::Value;

use super::rollout_sets::replicas;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::history::{Past, current, holders, past};
use crate::kubernetes::kind;
use crate::kubernetes::names::check;
use crate::kubernetes::redact::redact_pair;
use crate::kubernetes::view::source;
use crate::kubernetes::view::template::{images, yaml};
use crate::text::{safe, unified_diff};
use crate::tool::Tool;

/// Revisions shown; Kubernetes keeps ten by default.
const MAX_REVISIONS: usize = 20;
/// Bytes of a template's diff.
const MAX_DIFF: usize = 8 * 1024;

/// The tool.
pub(in crate::kubernetes) struct RolloutHistoryTool;

impl Tool<Kube> for RolloutHistoryTool {
    type Args = RolloutHistoryArgs;
    const TITLE: &'static str = "Rollout history";
    const DESCRIPTION: &'static str = "Revisions of a StatefulSet or DaemonSet, each with the diff of its template \
        against the one before: what rollout_undo can go back to.";

    async fn call(kube: &Kube, args: RolloutHistoryArgs) -> Result<RolloutHistory, ToolFailure> {
        if args.kind == WorkloadKind::Deployment {
            return Err(bad_arguments("of a Deployment, get_deployment tells"));
        }
        check(&format!("{} name", args.kind.as_str()), &args.name)?;
        let path = kind::path(ObjectKind::from(args.kind), &args.namespace)?;
        let object: Value = kube.get(path, &args.name).await?;
        let holders = holders(kube, args.kind, &args.namespace, &object).await?;
        Ok(view(args.kind, &object, &holders))
    }

    fn summary(history: &RolloutHistory) -> String {
        let current = history.revisions.iter().find(|revision| revision.current);
        format!(
            "{}: revision {}, {} revisions kept.",
            history.name,
            current.map_or_else(|| "unknown".to_owned(), |revision| revision.revision.to_string()),
            history.revisions.len()
        )
    }
}

fn view(kind: WorkloadKind, object: &Value, holders: &[Value]) -> RolloutHistory {
    let all = past(kind, object, holders);
    let now = current(kind, object, &all);
    let text = |pointer: &str| {
        object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64);
    let selector = object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let revisions = (0..all.len())
        .rev()
        .take(MAX_REVISIONS)
        .map(|at| revision(&all[at], at.checked_sub(1).map(|before| &all[before]), now))
        .collect();
    RolloutHistory {
        kind,
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
        uid: text("/metadata/uid"),
        generation: number("/metadata/generation").unwrap_or(0),
        observed_generation: number("/status/observedGeneration"),
        selector: selector
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        replicas: replicas(kind, object),
        on_delete: text("/spec/updateStrategy/type") == "OnDelete",
        revisions,
        revisions_truncated: all.len() > MAX_REVISIONS,
    }
}

fn revision(one: &Past, older: Option<&Past>, now: Option<i64>) -> Revision {
    let diff = older.map(|older| {
        let (mut before, mut after) = (older.template.clone(), one.template.clone());
        redact_pair(&mut before, &mut after);
        unified_diff(&yaml(&before), &yaml(&after), MAX_DIFF).0
    });
    let template: Option<PodTemplateSpec> = serde_json::from_value(one.template.clone()).ok();
    let kept = serde_json::from_value(one.metadata["annotations"].clone()).ok();
    let created = one.metadata["creationTimestamp"].as_str();
    Revision {
        revision: one.number,
        replica_set: one.name.clone(),
        created_at: created.and_then(|text| text.parse::<Timestamp>().ok()),
        current: now == Some(one.number),
        replicas: 0,
        ready: 0,
        images: images(template.as_ref().and_then(|template| template.spec.as_ref())),
        source: source::of(template.as_ref(), kept.as_ref()),
        change_cause: one.cause.as_ref().and_then(Value::as_str).map(|text| safe(text, 500).0),
        template_hash: one.metadata["labels"]["controller.kubernetes.io/hash"]
            .as_str()
            .map(str::to_owned),
        diff_from_previous: diff,
    }
}
