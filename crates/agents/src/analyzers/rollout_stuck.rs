//! A rollout neither finishes nor fails over.

use evenkeel_domain::{
    Timestamp, finding::FindingKind, object::ObjectRef, severity::Severity, text::clip,
};
use evenkeel_tools::kubernetes::Deployment;
use jiff::SignedDuration;

use crate::{bench::Answer, draft::Draft, quote, view::KubernetesView};

/// A rollout younger than this is just a rollout: most containers are ready within half a minute.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// Finds rollouts that do not get on.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces
        .iter()
        .flat_map(|ns| &ns.details)
        .filter_map(|answer| stuck(answer, view.now))
        .collect()
}

fn stuck(answer: &Answer<Deployment>, now: Timestamp) -> Option<Draft> {
    let d = &answer.value;
    let object = ObjectRef::deployment(&d.namespace, &d.name);
    let condition = d.conditions.iter().find(|c| {
        (c.kind == "Progressing" && c.reason.as_deref() == Some("ProgressDeadlineExceeded"))
            || (c.kind == "ReplicaFailure" && c.status == Some(true))
    });
    let r = &d.replicas;
    let revision = d.revisions.iter().find(|revision| revision.current);
    if let Some(condition) = condition {
        let reason = condition.reason.as_deref().unwrap_or("ReplicaFailure");
        let said = condition.message.as_deref().unwrap_or("");
        let summary =
            format!("the rollout of {} failed ({reason}): \"{}\"", d.name, clip(said, 160));
        return Some(
            Draft::new(FindingKind::RolloutStuck, object, Severity::Warning, summary)
                .since(condition.since)
                .fact("reason", reason)
                .maybe("revision", d.revision)
                .cite(answer.evidence, quote::field("reason", &reason)),
        );
    }
    let began = revision?.created_at?;
    let behind = d.revisions.len() > 1
        && !d.paused
        && r.desired > 0
        && (r.updated < r.desired || r.unavailable > 0 || r.current > r.updated);
    if !behind || now.duration_since(began) < PATIENCE {
        return None;
    }
    let ready = revision?.ready;
    if ready >= r.desired {
        return None;
    }
    let summary = format!(
        "the rollout of {} does not get on: {ready} of {} pods of its newest revision are ready",
        d.name, r.desired,
    );
    Some(
        Draft::new(FindingKind::RolloutStuck, object, Severity::Warning, summary)
            .since(Some(began))
            .fact("ready", ready)
            .fact("desired", r.desired)
            .maybe("revision", d.revision)
            .cite(answer.evidence, quote::field("unavailable", &r.unavailable))
            .cite(answer.evidence, quote::field("updated", &r.updated)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world::{self, at};

    #[test]
    fn a_rollout_without_ready_pods_is_stuck_after_a_while() {
        let rolling = |seconds| {
            world::deployment("api")
                .revision(4, "aaaa", at(-90_000))
                .revision(5, "bbbb", at(seconds))
                .new_pods_ready(0)
        };
        let view = world::view(|ns| ns.detail(rolling(-120)));
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        world::assert_quotes(&view, &found);
        assert_eq!(analyze(&world::view(|ns| ns.detail(rolling(-10)))), []);
    }

    #[test]
    fn a_complete_rollout_is_not_stuck() {
        let done =
            world::deployment("api").revision(4, "aaaa", at(-90_000)).revision(5, "bbbb", at(-120));
        assert_eq!(analyze(&world::view(|ns| ns.detail(done))), []);
    }
}
