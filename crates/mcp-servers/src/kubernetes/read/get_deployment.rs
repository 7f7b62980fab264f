//! `get_deployment`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    ACTION_ID_ANNOTATION, Deployment, GetDeploymentArgs, ObjectEvents,
};
use k8s_openapi::api::apps::v1;
use kube::api::ListParams;

use super::related::{events_of, or_unread};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view::container::volume_references;
use crate::kubernetes::view::{selector, template, time, workload};
use crate::text::safe;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct GetDeployment;

impl Tool<Kube> for GetDeployment {
    type Args = GetDeploymentArgs;
    const TITLE: &'static str = "Deployment";
    const DESCRIPTION: &'static str = "One Deployment with its replica counts, conditions, template and revision \
        history, each revision with the diff of its template against the one before, and its events. Values that may \
        be secrets are redacted.";

    async fn call(kube: &Kube, args: GetDeploymentArgs) -> Result<Deployment, ToolFailure> {
        check("Deployment name", &args.name)?;
        let path = collection::<v1::Deployment>(&args.namespace)?;
        let deployment: v1::Deployment = kube.get(path, &args.name).await?;
        let uid = deployment.metadata.uid.as_deref();
        let (sets, events) = futures::join!(
            replica_sets(kube, &args.namespace, &deployment),
            events_of(kube, Some(&args.namespace), "Deployment", &args.name, uid),
        );
        let (sets, unread) = or_unread("ReplicaSet", sets);
        Ok(Deployment { events, unread, ..view(&deployment, sets) })
    }

    fn summary(deployment: &Deployment) -> String {
        format!(
            "{}: {} of {} replicas available, revision {}, {} revisions kept.",
            deployment.name,
            deployment.replicas.available,
            deployment.replicas.desired,
            deployment
                .revision
                .map_or_else(|| "unknown".to_owned(), |revision| revision.to_string()),
            deployment.revisions.len()
        )
    }
}

/// The replica sets that the Deployment's selector selects.
pub(in crate::kubernetes) async fn replica_sets(
    kube: &Kube,
    namespace: &str,
    deployment: &v1::Deployment,
) -> Result<Vec<v1::ReplicaSet>, ToolFailure> {
    let selector = selector::text(&deployment.spec.selector);
    let params = ListParams { label_selector: Some(selector), ..ListParams::default() };
    Ok(kube.list_whole(collection::<v1::ReplicaSet>(namespace)?, params).await?.0)
}

fn view(deployment: &v1::Deployment, sets: Vec<v1::ReplicaSet>) -> Deployment {
    let meta = &deployment.metadata;
    let spec = Some(&deployment.spec);
    let pod = spec.and_then(|spec| spec.template.spec.as_ref());
    let (revisions, revisions_truncated) = workload::revisions(deployment, sets);
    Deployment {
        name: meta.name.clone().unwrap_or_default(),
        namespace: meta.namespace.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        resource_version: meta.resource_version.clone().unwrap_or_default(),
        generation: meta.generation.unwrap_or(0),
        observed_generation: deployment
            .status
            .as_ref()
            .and_then(|status| status.observed_generation),
        labels: meta.labels.clone().unwrap_or_default(),
        selector: workload::selector(spec),
        created_at: time(meta.creation_timestamp.as_ref()),
        replicas: workload::replicas(deployment),
        strategy: workload::strategy(spec),
        paused: spec.and_then(|spec| spec.paused).unwrap_or(false),
        progress_deadline_seconds: spec
            .and_then(|spec| spec.progress_deadline_seconds)
            .and_then(|seconds| u32::try_from(seconds).ok()),
        conditions: workload::conditions(deployment.status.as_ref()),
        containers: pod.map(template::containers).unwrap_or_default(),
        volume_references: pod.map(volume_references).unwrap_or_default(),
        change_cause: workload::annotation(meta, workload::CHANGE_CAUSE)
            .map(|cause| safe(&cause, 500).0),
        revision: workload::revision_number(meta),
        revisions,
        revisions_truncated,
        action_id: workload::annotation(meta, ACTION_ID_ANNOTATION),
        unread: Vec::new(),
        events: ObjectEvents::default(),
    }
}
