//! The pods of a workload.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::ControllerKind;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::Pod;

use super::owners::Owners;
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::no_such_part;
use crate::kubernetes::names::{check, collection, list_params};
use crate::kubernetes::view::controller::Controller;
use crate::kubernetes::view::pod::controller;
use crate::kubernetes::view::selector;
use crate::kubernetes::view::template::TEMPLATE_HASH;
use crate::kubernetes::view::workload::is_controlled_by;

/// Pods read of one workload.
const LIMIT: u32 = 200;

/// The pods of a workload that its selector selects, by name, and whether there are more.
pub(super) async fn pods_of<C: Controller>(
    kube: &Kube,
    namespace: &str,
    object: &C,
) -> Result<(Vec<Pod>, bool), ToolFailure> {
    // Without a selector every pod of the namespace would be taken for its own.
    let Some(text) = object.selector().map(selector::text).filter(|text| !text.is_empty()) else {
        return Ok((Vec::new(), false));
    };
    let params = list_params(Some(&text), Some(LIMIT))?;
    let page = kube.list::<Pod>(collection::<Pod>(namespace)?, &params).await?;
    let truncated = page.truncated();
    let mut pods = page.items;
    if C::KIND == ControllerKind::Deployment && pods.iter().any(|pod| !is_its_own(pod, object)) {
        // Not by the names of the pods' ReplicaSets: one may be adopted, or belong to another.
        let sets = Owners::selected(kube, namespace, text).await;
        let meta = object.meta();
        pods.retain(|pod| match &sets {
            Ok(sets) => sets.chain(&pod.metadata).last().is_some_and(|owner| {
                owner.kind == "Deployment" && meta.name.as_ref() == Some(&owner.name)
            }),
            Err(_) => is_its_own(pod, object),
        });
    } else {
        pods.retain(|pod| is_its_own(pod, object));
    }
    pods.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    Ok((pods, truncated))
}

/// Whether a pod that the selector selects is controlled by the workload. Of a Deployment's that is told by the name of
/// their `ReplicaSet`, which its controller makes of the Deployment's name and the pods' label.
fn is_its_own<C: Controller>(pod: &Pod, object: &C) -> bool {
    let meta = object.meta();
    if C::KIND != ControllerKind::Deployment {
        return is_controlled_by(&pod.metadata, meta.uid.as_deref());
    }
    let Some(owner) = controller(&pod.metadata) else { return false };
    let hash = pod.metadata.labels.as_ref().and_then(|labels| labels.get(TEMPLATE_HASH));
    let of = hash.and_then(|hash| owner.name.strip_suffix(hash.as_str())?.strip_suffix('-'));
    owner.kind == "ReplicaSet" && of.is_some() && meta.name.as_deref() == of
}

/// The pods of the workload of that kind and name.
pub(super) async fn pods_of_named(
    kube: &Kube,
    kind: ControllerKind,
    namespace: &str,
    name: &str,
) -> Result<(Vec<Pod>, bool), ToolFailure> {
    check("name", name)?;
    match kind {
        ControllerKind::Deployment => of::<Deployment>(kube, namespace, name).await,
        ControllerKind::StatefulSet => of::<StatefulSet>(kube, namespace, name).await,
        ControllerKind::DaemonSet => of::<DaemonSet>(kube, namespace, name).await,
        ControllerKind::ReplicaSet => of::<ReplicaSet>(kube, namespace, name).await,
        ControllerKind::Job => of::<Job>(kube, namespace, name).await,
        ControllerKind::CronJob => {
            let _exists: CronJob = kube.get(collection::<CronJob>(namespace)?, name).await?;
            Err(no_such_part(
                format!("the CronJob {name} has no pods of its own"),
                "Ask for one of its Jobs; get_workload lists them.",
            ))
        }
    }
}

async fn of<C: Controller>(
    kube: &Kube,
    namespace: &str,
    name: &str,
) -> Result<(Vec<Pod>, bool), ToolFailure> {
    let object: C = kube.get(collection::<C>(namespace)?, name).await?;
    pods_of(kube, namespace, &object).await
}
