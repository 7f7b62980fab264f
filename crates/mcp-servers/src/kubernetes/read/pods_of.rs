//! The pods of a workload.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::ControllerKind;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::Pod;

use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::no_such_part;
use crate::kubernetes::names::{check, collection, list_params};
use crate::kubernetes::view::controller::Controller;
use crate::kubernetes::view::selector;

/// Pods read of one workload.
const LIMIT: u32 = 200;

/// The pods that a workload's selector selects, by name, and whether there are more.
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
    pods.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    Ok((pods, truncated))
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
