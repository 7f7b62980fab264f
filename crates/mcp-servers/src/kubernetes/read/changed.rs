//! Where changes of objects can be seen: their metadata, and what keeps old pod templates.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ChangeKind, ObjectChange, ObjectRef};
use k8s_openapi::api::apps::v1::{
    ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet,
};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{
    ConfigMap, LimitRange, PersistentVolumeClaim, ResourceQuota, Service, ServiceAccount,
};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};

use super::owners::Metadata;
use kube::api::ListParams;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::collection;
use crate::kubernetes::redact::redact_pair;
use crate::kubernetes::view::template::{comparable, images, yaml};
use crate::kubernetes::view::workload::{CHANGE_CAUSE, MAX_DIFF, annotation, revision_number};
use crate::kubernetes::view::{fields, pod, revision, time};
use crate::text::{clip, safe, unified_diff};

/// Changes, and whether there may be more.
pub(super) type Found = (Vec<ObjectChange>, bool);

/// A kind whose metadata is looked at.
pub(super) struct Source {
    pub kind: &'static str,
    path: fn(&str) -> Result<String, ToolFailure>,
}

/// Every kind that somebody changes by hand or by a pipeline. Secrets are not among them: the API server can't let one
/// list their metadata only. Pods are not either: what becomes of them is told by events.
pub(super) const SOURCES: &[Source] = &[
    Source { kind: "Deployment", path: collection::<Deployment> },
    Source { kind: "StatefulSet", path: collection::<StatefulSet> },
    Source { kind: "DaemonSet", path: collection::<DaemonSet> },
    Source { kind: "CronJob", path: collection::<CronJob> },
    Source { kind: "Job", path: collection::<Job> },
    Source { kind: "ConfigMap", path: collection::<ConfigMap> },
    Source { kind: "Service", path: collection::<Service> },
    Source { kind: "Ingress", path: collection::<Ingress> },
    Source { kind: "NetworkPolicy", path: collection::<NetworkPolicy> },
    Source { kind: "HorizontalPodAutoscaler", path: collection::<HorizontalPodAutoscaler> },
    Source { kind: "PodDisruptionBudget", path: collection::<PodDisruptionBudget> },
    Source { kind: "PersistentVolumeClaim", path: collection::<PersistentVolumeClaim> },
    Source { kind: "ResourceQuota", path: collection::<ResourceQuota> },
    Source { kind: "LimitRange", path: collection::<LimitRange> },
    Source { kind: "ServiceAccount", path: collection::<ServiceAccount> },
];

/// What the metadata of a kind's objects tells.
pub(super) async fn metadata(
    kube: &Kube,
    namespace: &str,
    source: &Source,
    name: Option<&str>,
) -> Result<Found, ToolFailure> {
    let path = (source.path)(namespace)?;
    let params = match name {
        Some(name) => ListParams::default().fields(&format!("metadata.name={name}")),
        None => ListParams::default(),
    };
    let (objects, truncated) = kube.list_whole_metadata::<Metadata>(path, params).await?;
    let changes = objects.iter().flat_map(|object| of_metadata(source.kind, &object.metadata));
    Ok((changes.collect(), truncated))
}

fn of_metadata(kind: &str, meta: &ObjectMeta) -> Vec<ObjectChange> {
    let object = ObjectRef { kind: kind.to_owned(), name: meta.name.clone().unwrap_or_default() };
    let change = |at, what| ObjectChange { at, object: object.clone(), what };
    let created = time(meta.creation_timestamp.as_ref());
    let mut found = Vec::new();
    found.extend(created.map(|at| change(at, ChangeKind::Created)));
    found.extend(time(meta.deletion_timestamp.as_ref()).map(|at| change(at, ChangeKind::Deleted)));
    for entry in meta.managed_fields.iter().flatten() {
        // What controllers report isn't a change of what was wanted.
        if entry.subresource.as_deref() == Some("status") {
            continue;
        }
        let Some(at) = time(entry.time.as_ref()).filter(|at| Some(*at) != created) else {
            continue;
        };
        found.push(change(at, edited(entry)));
    }
    found
}

fn edited(entry: &ManagedFieldsEntry) -> ChangeKind {
    let (fields, fields_truncated) =
        entry.fields_v1.as_ref().map(|owned| fields::paths(&owned.0)).unwrap_or_default();
    ChangeKind::Edited {
        by: clip(entry.manager.as_deref().unwrap_or("unknown"), 128).0,
        operation: entry.operation.clone().unwrap_or_default(),
        subresource: entry.subresource.clone().filter(|name| !name.is_empty()),
        fields,
        fields_truncated,
    }
}

/// New pod templates: replica sets and controller revisions.
pub(super) async fn templates(
    kube: &Kube,
    namespace: &str,
) -> Vec<(&'static str, Result<Found, ToolFailure>)> {
    let (sets, revisions) =
        futures::join!(replica_sets(kube, namespace), controller_revisions(kube, namespace));
    vec![("ReplicaSet", sets), ("ControllerRevision", revisions)]
}

async fn replica_sets(kube: &Kube, namespace: &str) -> Result<Found, ToolFailure> {
    let path = collection::<ReplicaSet>(namespace)?;
    let (sets, truncated) = kube.list_whole::<ReplicaSet>(path, ListParams::default()).await?;
    let kept: Vec<Kept<ReplicaSet>> = sets
        .into_iter()
        .filter_map(|set| Kept::new(revision_number(&set.metadata), set, |set| &set.metadata))
        .collect();
    let diff = |before: &ReplicaSet, after: &ReplicaSet| {
        let (before, after) = (before.spec.template.as_ref()?, after.spec.template.as_ref()?);
        let (mut before, mut after) = (comparable(before), comparable(after));
        redact_pair(&mut before, &mut after);
        Some(unified_diff(&yaml(&before), &yaml(&after), MAX_DIFF).0)
    };
    let shown = |set: &ReplicaSet| images(set.spec.template.as_ref().and_then(|t| t.spec.as_ref()));
    Ok((appeared(&kept, |set| &set.metadata, shown, diff), truncated))
}

async fn controller_revisions(kube: &Kube, namespace: &str) -> Result<Found, ToolFailure> {
    let path = collection::<ControllerRevision>(namespace)?;
    let (all, truncated) =
        kube.list_whole::<ControllerRevision>(path, ListParams::default()).await?;
    let kept: Vec<Kept<ControllerRevision>> = all
        .into_iter()
        .filter_map(|one| Kept::new(one.revision, one, |one| &one.metadata))
        .collect();
    let diff = |before: &_, after: &_| Some(revision::diff(before, after));
    Ok((appeared(&kept, |one| &one.metadata, revision::images, diff), truncated))
}

/// An object that keeps a template, with its number and whose it is.
struct Kept<K> {
    number: Option<i64>,
    owner: ObjectRef,
    object: K,
}

impl<K> Kept<K> {
    fn new(number: Option<i64>, object: K, meta: fn(&K) -> &ObjectMeta) -> Option<Self> {
        let owner = pod::controller(meta(&object))?;
        Some(Self { number, owner, object })
    }
}

fn appeared<K>(
    kept: &[Kept<K>],
    meta: fn(&K) -> &ObjectMeta,
    images: impl Fn(&K) -> Vec<String>,
    diff: impl Fn(&K, &K) -> Option<String>,
) -> Vec<ObjectChange> {
    let one = |this: &Kept<K>| {
        let at = time(meta(&this.object).creation_timestamp.as_ref())?;
        let older = kept
            .iter()
            .filter(|other| other.owner == this.owner && other.number < this.number)
            .max_by_key(|other| other.number);
        Some(ObjectChange {
            at,
            object: this.owner.clone(),
            what: ChangeKind::Revision {
                revision: this.number,
                kept_by: meta(&this.object).name.clone().unwrap_or_default(),
                images: images(&this.object),
                change_cause: annotation(meta(&this.object), CHANGE_CAUSE)
                    .map(|cause| safe(&cause, 500).0),
                diff: older.and_then(|older| diff(&older.object, &this.object)),
            },
        })
    };
    kept.iter().filter_map(one).collect()
}
