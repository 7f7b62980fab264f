//! `list_pods`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListPodsArgs, PodList};
use k8s_openapi::api::core::v1::Pod;

use super::owners::Owners;
use super::related::or_unread;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, page_params};
use crate::kubernetes::view;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListPods;

impl Tool<Kube> for ListPods {
    type Args = ListPodsArgs;
    const TITLE: &'static str = "Pods";
    const DESCRIPTION: &'static str = "Lists the pods of a namespace with phase, conditions, controllers up to the \
        Deployment, and per container its state, last termination, restarts, resources and probes.";

    async fn call(kube: &Kube, args: ListPodsArgs) -> Result<PodList, ToolFailure> {
        let params =
            page_params(args.label_selector.as_deref(), args.limit, args.after.as_deref())?;
        let (page, owners) = futures::join!(
            kube.list::<Pod>(collection::<Pod>(&args.namespace)?, &params),
            Owners::of_namespace(kube, &args.namespace),
        );
        let page = page?;
        let (owners, unread) = or_unread("ReplicaSet", owners);
        let (truncated, next) = (page.truncated(), page.next());
        let mut pods: Vec<_> =
            page.items.iter().map(|pod| view::pod::pod(pod, owners.chain(&pod.metadata))).collect();
        pods.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(PodList { pods, truncated, next, unread })
    }

    fn summary(list: &PodList) -> String {
        let ready = list
            .pods
            .iter()
            .filter(|pod| {
                pod.conditions.iter().any(|c| c.kind == "Ready" && c.status == Some(true))
            })
            .count();
        format!(
            "{} pods, {ready} ready{}.",
            list.pods.len(),
            if list.truncated { ", more left out" } else { "" }
        )
    }
}
