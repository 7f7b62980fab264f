//! `list_deployments`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{DeploymentList, DeploymentSummary, ListDeploymentsArgs};
use k8s_openapi::api::apps::v1::Deployment;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, page_params};
use crate::kubernetes::view::template::images;
use crate::kubernetes::view::{time, workload};
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListDeployments;

impl Tool<Kube> for ListDeployments {
    type Args = ListDeploymentsArgs;
    const TITLE: &'static str = "Deployments";
    const DESCRIPTION: &'static str =
        "Lists the Deployments of a namespace with replica counts, images and revision.";

    async fn call(kube: &Kube, args: ListDeploymentsArgs) -> Result<DeploymentList, ToolFailure> {
        let params =
            page_params(args.label_selector.as_deref(), args.limit, args.after.as_deref())?;
        let page =
            kube.list::<Deployment>(collection::<Deployment>(&args.namespace)?, &params).await?;
        let mut deployments: Vec<_> = page.items.iter().map(summarize).collect();
        deployments.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(DeploymentList { deployments, truncated: page.truncated(), next: page.next() })
    }

    fn summary(list: &DeploymentList) -> String {
        let short =
            list.deployments.iter().filter(|d| d.replicas.available < d.replicas.desired).count();
        format!(
            "{} Deployments, {short} with fewer pods available than wanted.",
            list.deployments.len()
        )
    }
}

fn summarize(deployment: &Deployment) -> DeploymentSummary {
    let meta = &deployment.metadata;
    let spec = Some(&deployment.spec);
    DeploymentSummary {
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        labels: meta.labels.clone().unwrap_or_default(),
        selector: workload::selector(spec),
        replicas: workload::replicas(deployment),
        images: images(spec.and_then(|spec| spec.template.spec.as_ref())),
        revision: workload::revision_number(meta),
        generation: meta.generation.unwrap_or(0),
        observed_generation: deployment
            .status
            .as_ref()
            .and_then(|status| status.observed_generation),
        paused: spec.and_then(|spec| spec.paused).unwrap_or(false),
        created_at: time(meta.creation_timestamp.as_ref()),
    }
}
