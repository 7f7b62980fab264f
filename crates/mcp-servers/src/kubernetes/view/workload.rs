//! Deployments and their revisions.

use std::collections::BTreeMap;

use evenkeel_tools::kubernetes::{Revision, Strategy, WorkloadCondition, WorkloadReplicas};
use k8s_openapi::api::apps::v1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::template::{TEMPLATE_HASH, comparable, images, yaml};
use super::{count, int_or_string, source, time, truth};
use crate::kubernetes::redact::redact_pair;
use crate::text::{clip_message, safe, unified_diff};

/// Annotation with the number of a revision.
pub(in crate::kubernetes) const REVISION: &str = "deployment.kubernetes.io/revision";
/// Annotation with the reason of a change.
pub(in crate::kubernetes) const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";
/// Revisions shown; Kubernetes keeps ten by default.
pub(in crate::kubernetes) const MAX_REVISIONS: usize = 20;
/// Bytes of a template's diff.
pub(in crate::kubernetes) const MAX_DIFF: usize = 8 * 1024;

/// Replica counts.
pub(in crate::kubernetes) fn replicas(deployment: &v1::Deployment) -> WorkloadReplicas {
    let status = deployment.status.as_ref();
    let of = |field: fn(&v1::DeploymentStatus) -> Option<i32>| count(status.and_then(field));
    WorkloadReplicas {
        // One is Kubernetes' default.
        desired: count(deployment.spec.replicas.or(Some(1))),
        current: of(|status| status.replicas),
        updated: of(|status| status.updated_replicas),
        ready: of(|status| status.ready_replicas),
        available: of(|status| status.available_replicas),
        unavailable: of(|status| status.unavailable_replicas),
    }
}

/// How pods are replaced.
pub(in crate::kubernetes) fn strategy(spec: Option<&v1::DeploymentSpec>) -> Strategy {
    let strategy = spec.and_then(|spec| spec.strategy.as_ref());
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    Strategy {
        kind: strategy.and_then(|s| s.type_.clone()).unwrap_or_else(|| "RollingUpdate".to_owned()),
        max_surge: rolling.and_then(|rolling| rolling.max_surge.as_ref()).map(int_or_string),
        max_unavailable: rolling
            .and_then(|rolling| rolling.max_unavailable.as_ref())
            .map(int_or_string),
    }
}

/// Conditions.
pub(in crate::kubernetes) fn conditions(
    status: Option<&v1::DeploymentStatus>,
) -> Vec<WorkloadCondition> {
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let one = |condition: &v1::DeploymentCondition| WorkloadCondition {
        kind: condition.type_.clone().unwrap_or_default(),
        status: truth(condition.status.as_deref().unwrap_or_default()),
        reason: condition.reason.clone().filter(|text| !text.is_empty()),
        message: clip_message(condition.message.as_deref()),
        since: time(condition.last_transition_time.as_ref()),
        updated_at: time(condition.last_update_time.as_ref()),
    };
    conditions.iter().map(one).collect()
}

/// `matchLabels` of a Deployment's selector.
pub(in crate::kubernetes) fn selector(
    spec: Option<&v1::DeploymentSpec>,
) -> BTreeMap<String, String> {
    spec.and_then(|spec| spec.selector.match_labels.clone()).unwrap_or_default()
}

/// An annotation.
pub(in crate::kubernetes) fn annotation(meta: &ObjectMeta, key: &str) -> Option<String> {
    meta.annotations.as_ref()?.get(key).cloned()
}

/// The revision number of a Deployment or replica set.
pub(in crate::kubernetes) fn revision_number(meta: &ObjectMeta) -> Option<i64> {
    annotation(meta, REVISION)?.parse().ok()
}

/// Whether that Deployment controls the replica set.
pub(in crate::kubernetes) fn is_owned(set: &v1::ReplicaSet, deployment: &v1::Deployment) -> bool {
    is_controlled_by(&set.metadata, deployment.metadata.uid.as_deref())
}

/// Whether the object of that uid is the controller.
pub(in crate::kubernetes) fn is_controlled_by(meta: &ObjectMeta, uid: Option<&str>) -> bool {
    let owners = meta.owner_references.as_deref().unwrap_or_default();
    owners.iter().any(|owner| owner.controller == Some(true) && Some(owner.uid.as_str()) == uid)
}

/// The revision history, newest first, and whether older revisions were left out.
pub(in crate::kubernetes) fn revisions(
    deployment: &v1::Deployment,
    sets: Vec<v1::ReplicaSet>,
) -> (Vec<Revision>, bool) {
    let current = revision_number(&deployment.metadata);
    let mut sets: Vec<(i64, v1::ReplicaSet)> = sets
        .into_iter()
        .filter(|set| is_owned(set, deployment))
        .filter_map(|set| revision_number(&set.metadata).map(|number| (number, set)))
        .collect();
    sets.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let truncated = sets.len() > MAX_REVISIONS;
    let shown = sets
        .iter()
        .take(MAX_REVISIONS)
        .enumerate()
        .map(|(index, (number, set))| {
            let older = sets.get(index + 1).map(|(_, older)| older);
            revision(*number, set, older, Some(*number) == current)
        })
        .collect();
    (shown, truncated)
}

fn revision(
    number: i64,
    set: &v1::ReplicaSet,
    older: Option<&v1::ReplicaSet>,
    current: bool,
) -> Revision {
    let template = set.spec.template.as_ref();
    let before = older.and_then(|set| set.spec.template.as_ref());
    let diff = before.zip(template).map(|(before, after)| {
        let (mut before, mut after) = (comparable(before), comparable(after));
        redact_pair(&mut before, &mut after);
        unified_diff(&yaml(&before), &yaml(&after), MAX_DIFF).0
    });
    Revision {
        revision: number,
        replica_set: set.metadata.name.clone().unwrap_or_default(),
        created_at: time(set.metadata.creation_timestamp.as_ref()),
        current,
        replicas: count(set.spec.replicas),
        ready: count(set.status.as_ref().and_then(|status| status.ready_replicas)),
        images: images(template.and_then(|template| template.spec.as_ref())),
        source: source::of(template, set.metadata.annotations.as_ref()),
        change_cause: annotation(&set.metadata, CHANGE_CAUSE).map(|cause| safe(&cause, 500).0),
        template_hash: set
            .metadata
            .labels
            .as_ref()
            .and_then(|labels| labels.get(TEMPLATE_HASH).cloned()),
        diff_from_previous: diff,
    }
}
