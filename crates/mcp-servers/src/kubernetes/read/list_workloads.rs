//! `list_workloads`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    ControllerKind, JobState, ListWorkloadsArgs, WorkloadList, WorkloadSummary,
};
use futures::future::join_all;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use kube::api::ListParams;

use super::related::unread;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection, list_params};
use crate::kubernetes::view::controller::{Controller, summary};
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListWorkloads;

impl Tool<Kube> for ListWorkloads {
    type Args = ListWorkloadsArgs;
    const TITLE: &'static str = "Workloads";
    const DESCRIPTION: &'static str = "Lists the workloads of a namespace in one form: Deployments, StatefulSets, \
        DaemonSets, Jobs, CronJobs and, when asked for, ReplicaSets, with replica counts or progress, images and \
        controller.";

    async fn call(kube: &Kube, args: ListWorkloadsArgs) -> Result<WorkloadList, ToolFailure> {
        check("namespace", &args.namespace)?;
        let params = list_params(args.label_selector.as_deref(), args.limit)?;
        let mut kinds = args.kinds.clone();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            kinds = ControllerKind::ALL.to_vec();
            kinds.retain(|kind| *kind != ControllerKind::ReplicaSet);
        }
        let answers =
            join_all(kinds.iter().map(|kind| of_kind(kube, *kind, &args.namespace, &params))).await;
        let mut list = WorkloadList { workloads: Vec::new(), truncated: false, unread: Vec::new() };
        let asked = kinds.len();
        for (kind, answer) in kinds.into_iter().zip(answers) {
            match answer {
                Ok((found, truncated)) => {
                    list.workloads.extend(found);
                    list.truncated |= truncated;
                }
                // Nothing at all is a failure, not an answer.
                Err(failure) if list.unread.len() + 1 == asked => return Err(failure),
                Err(failure) => list.unread.push(unread(kind.as_str(), failure)),
            }
        }
        list.workloads.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Ok(list)
    }

    fn summary(list: &WorkloadList) -> String {
        let short = |workload: &&WorkloadSummary| {
            let missing =
                workload.replicas.is_some_and(|replicas| replicas.available < replicas.desired);
            let failed = workload.job.as_ref().is_some_and(|job| job.state == JobState::Failed);
            missing || failed
        };
        format!(
            "{} workloads, {} with fewer pods than wanted or failed{}.",
            list.workloads.len(),
            list.workloads.iter().filter(short).count(),
            if list.unread.is_empty() { "" } else { "; not every kind could be read" }
        )
    }
}

async fn of_kind(
    kube: &Kube,
    kind: ControllerKind,
    namespace: &str,
    params: &ListParams,
) -> Result<(Vec<WorkloadSummary>, bool), ToolFailure> {
    match kind {
        ControllerKind::Deployment => list::<Deployment>(kube, namespace, params).await,
        ControllerKind::StatefulSet => list::<StatefulSet>(kube, namespace, params).await,
        ControllerKind::DaemonSet => list::<DaemonSet>(kube, namespace, params).await,
        ControllerKind::ReplicaSet => list::<ReplicaSet>(kube, namespace, params).await,
        ControllerKind::Job => list::<Job>(kube, namespace, params).await,
        ControllerKind::CronJob => list::<CronJob>(kube, namespace, params).await,
    }
}

async fn list<C: Controller>(
    kube: &Kube,
    namespace: &str,
    params: &ListParams,
) -> Result<(Vec<WorkloadSummary>, bool), ToolFailure> {
    let page = kube.list::<C>(collection::<C>(namespace)?, params).await?;
    Ok((page.items.iter().map(summary).collect(), page.truncated()))
}
