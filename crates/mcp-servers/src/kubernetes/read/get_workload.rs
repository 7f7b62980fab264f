//! `get_workload`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    ACTION_ID_ANNOTATION, ControllerKind, GetWorkloadArgs, Unread, Workload, WorkloadSummary,
};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use kube::Resource as _;

use super::related::{events_of, unread};
use super::{history, pods_of};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view::container::volume_references;
use crate::kubernetes::view::controller::{Controller, summary};
use crate::kubernetes::view::pod::brief;
use crate::kubernetes::view::{template, workload};
use crate::text::{clip, safe};
use crate::tool::Tool;

/// Pods shown.
const MAX_PODS: usize = 50;
/// Jobs of a `CronJob` shown; Kubernetes keeps three good and one bad one by default.
const MAX_JOBS: usize = 20;

/// The tool.
pub(in crate::kubernetes) struct GetWorkload;

impl Tool<Kube> for GetWorkload {
    type Args = GetWorkloadArgs;
    const TITLE: &'static str = "Workload";
    const DESCRIPTION: &'static str = "One workload of any kind with replica counts or progress, conditions, template, \
        revision history with diffs, its pods (a CronJob's Jobs) and its events. Values that may be secrets are redacted.";

    async fn call(kube: &Kube, args: GetWorkloadArgs) -> Result<Workload, ToolFailure> {
        check("name", &args.name)?;
        match args.kind {
            ControllerKind::Deployment => {
                let (object, view) = look::<Deployment>(kube, &args).await?;
                history::of_deployment(kube, &args.namespace, &object, view).await
            }
            ControllerKind::StatefulSet => {
                let (object, mut view) = look::<StatefulSet>(kube, &args).await?;
                view.service = object.spec.service_name.clone().filter(|name| !name.is_empty());
                view.volume_claims = object
                    .spec
                    .volume_claim_templates
                    .iter()
                    .flatten()
                    .filter_map(|claim| claim.metadata.name.clone())
                    .collect();
                let current = object.status.as_ref().and_then(|s| s.update_revision.clone());
                history::of_revisions(kube, &args.namespace, &object, current.as_deref(), view)
                    .await
            }
            ControllerKind::DaemonSet => {
                let (object, view) = look::<DaemonSet>(kube, &args).await?;
                history::of_revisions(kube, &args.namespace, &object, None, view).await
            }
            ControllerKind::ReplicaSet => Ok(look::<ReplicaSet>(kube, &args).await?.1),
            ControllerKind::Job => Ok(look::<Job>(kube, &args).await?.1),
            ControllerKind::CronJob => {
                let (object, mut view) = look::<CronJob>(kube, &args).await?;
                match jobs(kube, &args.namespace, &object).await {
                    Ok(jobs) => view.jobs = jobs,
                    Err(failure) => view.unread.push(unread("Job", failure)),
                }
                Ok(view)
            }
        }
    }

    fn summary(workload: &Workload) -> String {
        let summary = &workload.summary;
        let state = match (&summary.replicas, &summary.job, &summary.schedule) {
            (Some(replicas), _, _) => {
                format!("{} of {} replicas available", replicas.available, replicas.desired)
            }
            (_, Some(job), _) => format!("{:?}", job.state).to_lowercase(),
            (_, _, Some(schedule)) => format!("runs at `{}`", clip(&schedule.cron, 60).0),
            _ => "no status yet".to_owned(),
        };
        format!(
            "{} {}: {state}, {} revisions, {} pods, {} events.",
            summary.kind.as_str(),
            summary.name,
            workload.revisions.len(),
            workload.pods.len(),
            workload.events.events.len()
        )
    }
}

/// The object, and what all kinds have in common of its view.
async fn look<C: Controller>(
    kube: &Kube,
    args: &GetWorkloadArgs,
) -> Result<(C, Workload), ToolFailure> {
    let object: C = kube.get(collection::<C>(&args.namespace)?, &args.name).await?;
    let (pods, events) = futures::join!(
        pods_of::pods_of(kube, &args.namespace, &object),
        events_of(
            kube,
            Some(&args.namespace),
            C::KIND.as_str(),
            &args.name,
            object.meta().uid.as_deref()
        ),
    );
    let mut missing: Vec<Unread> = Vec::new();
    let (mut pods, mut pods_truncated) = match pods {
        Ok((pods, truncated)) => (pods.iter().map(brief).collect::<Vec<_>>(), truncated),
        Err(failure) => {
            missing.push(unread("Pod", failure));
            (Vec::new(), false)
        }
    };
    pods_truncated |= pods.len() > MAX_PODS;
    pods.truncate(MAX_PODS);
    let pod = object.template().and_then(|template| template.spec.as_ref());
    let meta = object.meta();
    let view = Workload {
        summary: summary(&object),
        resource_version: meta.resource_version.clone().unwrap_or_default(),
        update: object.update(),
        conditions: object.conditions(),
        containers: pod.map(template::containers).unwrap_or_default(),
        volume_references: pod.map(volume_references).unwrap_or_default(),
        service_account: pod.and_then(|pod| pod.service_account_name.clone()),
        node_selector: pod.and_then(|pod| pod.node_selector.clone()).unwrap_or_default(),
        service: None,
        volume_claims: Vec::new(),
        revisions: Vec::new(),
        revisions_truncated: false,
        pods,
        pods_truncated,
        jobs: Vec::new(),
        change_cause: workload::annotation(meta, workload::CHANGE_CAUSE)
            .map(|cause| safe(&cause, 500).0),
        action_id: workload::annotation(meta, ACTION_ID_ANNOTATION),
        unread: missing,
        events,
    };
    Ok((object, view))
}

/// The Jobs that a `CronJob` has made, newest first.
async fn jobs(
    kube: &Kube,
    namespace: &str,
    object: &CronJob,
) -> Result<Vec<WorkloadSummary>, ToolFailure> {
    let path = collection::<Job>(namespace)?;
    let (all, _) = kube.list_whole::<Job>(path, kube::api::ListParams::default()).await?;
    let uid = object.meta().uid.as_deref();
    let mut jobs: Vec<_> = all
        .iter()
        .filter(|job| workload::is_controlled_by(&job.metadata, uid))
        .map(summary)
        .collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created_at));
    jobs.truncate(MAX_JOBS);
    Ok(jobs)
}
