//! Whether the account may do what a plan would do, asked before anything is planned.

use evenkeel_domain::{evidence::Agent, object::ObjectKind, plan::Target, text::clip};
use evenkeel_tools::kubernetes::{AccessCheck, CanIArgs};

use crate::bench::{Bench, Interrupted, ask};

/// The permission that a write to the target needs, where it is known. Most writes are one patch of the target; a pod is
/// only ever deleted, and a Job copied.
fn needed(target: &Target) -> Option<AccessCheck> {
    let (verb, group, resource) = match target.object.kind {
        ObjectKind::Deployment => ("patch", "apps", "deployments"),
        ObjectKind::StatefulSet => ("patch", "apps", "statefulsets"),
        ObjectKind::DaemonSet => ("patch", "apps", "daemonsets"),
        ObjectKind::Pod => ("delete", "", "pods"),
        ObjectKind::Node => ("patch", "", "nodes"),
        ObjectKind::ConfigMap => ("patch", "", "configmaps"),
        ObjectKind::HorizontalPodAutoscaler => ("patch", "autoscaling", "horizontalpodautoscalers"),
        ObjectKind::Job => ("create", "batch", "jobs"),
        _ => return None,
    };
    let object = &target.object;
    Some(AccessCheck {
        verb: verb.into(),
        group: group.into(),
        resource: resource.into(),
        subresource: None,
        namespace: Some(object.namespace.clone()).filter(|namespace| !namespace.is_empty()),
        // What is made has no name yet.
        name: Some(object.name.clone()).filter(|_| verb != "create"),
    })
}

/// Why the write would be refused, as far as the API server says so. When it can't be asked, the dry run will tell.
pub async fn refusal(bench: &dyn Bench, target: &Target) -> Result<Option<String>, Interrupted> {
    let Some(check) = needed(target) else { return Ok(None) };
    let arguments = CanIArgs { checks: vec![check] };
    let Ok(answer) = ask(bench, Agent::Planner, &arguments).await? else { return Ok(None) };
    let denied = answer.value.answers.iter().find(|answer| !answer.allowed);
    Ok(denied.map(|denied| {
        format!(
            "Evenkeel's account in the cluster may not do it: grant it `{}`, or do it by hand",
            clip(&denied.check.describe(), 300),
        )
    }))
}
