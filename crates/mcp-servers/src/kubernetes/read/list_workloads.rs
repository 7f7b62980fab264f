//! `list_workloads`.

use std::collections::BTreeMap;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    ControllerKind, JobState, ListWorkloadsArgs, WorkloadList, WorkloadSummary,
};
use futures::future::join_all;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use kube::api::ListParams;

use super::related::unread;
use crate::failure::{NOT_NEXT, bad_arguments};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection, list_params, with_page};
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
        let before = args.after.as_deref().map(ends).transpose()?;
        if let Some(before) = &before {
            if !before.keys().all(|end| kinds.iter().any(|kind| kind.as_str() == end)) {
                return Err(bad_arguments(NOT_NEXT));
            }
            kinds.retain(|kind| before.contains_key(kind.as_str()));
        }
        let mut pages = Vec::with_capacity(kinds.len());
        for kind in &kinds {
            let end = before.as_ref().and_then(|before| before.get(kind.as_str()));
            pages.push(with_page(params.clone(), end.map(String::as_str))?);
        }
        let reads = kinds.iter().zip(&pages);
        let answers = reads.map(|(kind, params)| of_kind(kube, *kind, &args.namespace, params));
        let answers = join_all(answers).await;
        let mut list = WorkloadList {
            workloads: Vec::new(),
            truncated: false,
            next: None,
            unread: Vec::new(),
        };
        let mut after = Ends::new();
        let asked = kinds.len();
        for (kind, answer) in kinds.into_iter().zip(answers) {
            match answer {
                Ok((found, next)) => {
                    list.workloads.extend(found);
                    after.extend(next.map(|token| (kind.as_str().to_owned(), token)));
                }
                // Nothing at all is a failure, not an answer.
                Err(failure) if list.unread.len() + 1 == asked => return Err(failure),
                Err(failure) => {
                    // The next page tries that part of it again.
                    let end = before.as_ref().and_then(|before| before.get(kind.as_str()));
                    after.extend(end.map(|token| (kind.as_str().to_owned(), token.clone())));
                    list.unread.push(unread(kind.as_str(), failure));
                }
            }
        }
        if !after.is_empty() {
            list.truncated = true;
            list.next = serde_json::to_string(&after).ok();
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

/// Where the list of each kind that has more ended.
type Ends = BTreeMap<String, String>;

fn ends(after: &str) -> Result<Ends, ToolFailure> {
    let ends = serde_json::from_str(after).ok().filter(|ends: &Ends| !ends.is_empty());
    ends.ok_or_else(|| bad_arguments(NOT_NEXT))
}

async fn of_kind(
    kube: &Kube,
    kind: ControllerKind,
    namespace: &str,
    params: &ListParams,
) -> Result<(Vec<WorkloadSummary>, Option<String>), ToolFailure> {
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
) -> Result<(Vec<WorkloadSummary>, Option<String>), ToolFailure> {
    let page = kube.list::<C>(collection::<C>(namespace)?, params).await?;
    Ok((page.items.iter().map(summary).collect(), page.next()))
}
