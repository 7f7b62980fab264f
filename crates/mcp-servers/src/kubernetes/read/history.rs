//! The revision history of workloads.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{Workload, WorkloadRevision};
use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};

use super::get_deployment::replica_sets;
use super::related::unread;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, list_params};
use crate::kubernetes::view::controller::Controller;
use crate::kubernetes::view::{revision, selector, workload};

/// Adds a Deployment's revisions, which its replica sets keep.
pub(super) async fn of_deployment(
    kube: &Kube,
    namespace: &str,
    deployment: &Deployment,
    mut view: Workload,
) -> Result<Workload, ToolFailure> {
    match replica_sets(kube, namespace, deployment).await {
        Ok(sets) => {
            let (revisions, truncated) = workload::revisions(deployment, sets);
            view.revisions_truncated = truncated;
            view.revisions = revisions
                .into_iter()
                .map(|revision| WorkloadRevision {
                    revision: revision.revision,
                    name: revision.replica_set,
                    created_at: revision.created_at,
                    current: revision.current,
                    images: revision.images,
                    source: revision.source,
                    change_cause: revision.change_cause,
                    diff_from_previous: revision.diff_from_previous,
                })
                .collect();
        }
        Err(failure) => view.unread.push(unread("ReplicaSet", failure)),
    }
    Ok(view)
}

/// Adds the revisions of a kind that keeps them as `ControllerRevision`s. `current` names the one pods are brought to;
/// without it, it is the newest.
pub(super) async fn of_revisions<C: Controller>(
    kube: &Kube,
    namespace: &str,
    object: &C,
    current: Option<&str>,
    mut view: Workload,
) -> Result<Workload, ToolFailure> {
    let Some(text) = object.selector().map(selector::text).filter(|text| !text.is_empty()) else {
        return Ok(view);
    };
    let params = list_params(Some(&text), Some(200))?;
    let path = collection::<ControllerRevision>(namespace)?;
    match kube.list::<ControllerRevision>(path, &params).await {
        Ok(page) => {
            let (revisions, truncated) =
                revision::revisions(page.items, object.meta().uid.as_deref(), current);
            view.revisions = revisions;
            view.revisions_truncated = truncated;
        }
        Err(failure) => view.unread.push(unread("ControllerRevision", failure)),
    }
    Ok(view)
}
