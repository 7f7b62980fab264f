//! `pod_usage`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ContainerUsage, PodUsageArgs, PodUsageList};
use k8s_openapi::api::core::v1::Pod;

use super::usage::{over, read};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection, page_params};
use crate::kubernetes::view::container::resources;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct PodUsageTool;

impl Tool<Kube> for PodUsageTool {
    type Args = PodUsageArgs;
    const TITLE: &'static str = "Usage of pods";
    const DESCRIPTION: &'static str = "CPU and memory that containers use now, and how much of their requests and limits \
        that is. Needs metrics.k8s.io (metrics-server).";

    async fn call(kube: &Kube, args: PodUsageArgs) -> Result<PodUsageList, ToolFailure> {
        check("namespace", &args.namespace)?;
        let params =
            page_params(args.label_selector.as_deref(), args.limit, args.after.as_deref())?;
        let resource = format!("namespaces/{}/pods", args.namespace);
        let (metrics, pods) = futures::try_join!(
            read(kube, &resource, args.label_selector.as_deref()),
            kube.list::<Pod>(collection::<Pod>(&args.namespace)?, &params),
        )?;
        let mut containers = Vec::new();
        for figures in &metrics.items {
            let mut same = pods.items.iter();
            // Of a later page, or gone since.
            let Some(pod) = same.find(|pod| pod.metadata.name == figures.metadata.name) else {
                continue;
            };
            for one in &figures.containers {
                let spec = pod
                    .spec
                    .as_ref()
                    .and_then(|spec| spec.containers.iter().find(|c| c.name == one.name));
                let asked = resources(spec.and_then(|spec| spec.resources.as_ref()));
                let usage = figures.usage(&one.usage);
                containers.push(ContainerUsage {
                    pod: figures.metadata.name.clone().unwrap_or_default(),
                    container: one.name.clone(),
                    cpu_of_limit: over(usage.cpu.as_ref(), asked.cpu_limit.as_ref()),
                    memory_of_limit: over(usage.memory.as_ref(), asked.memory_limit.as_ref()),
                    cpu_of_request: over(usage.cpu.as_ref(), asked.cpu_request.as_ref()),
                    memory_of_request: over(usage.memory.as_ref(), asked.memory_request.as_ref()),
                    usage,
                });
            }
        }
        containers.sort_by(|a, b| (&a.pod, &a.container).cmp(&(&b.pod, &b.container)));
        let runs = |pod: &&Pod| {
            pod.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Running")
        };
        let mut without: Vec<String> =
            pods.items.iter().filter(runs).filter_map(|pod| pod.metadata.name.clone()).collect();
        without.retain(|name| containers.iter().all(|container| container.pod != *name));
        without.sort();
        let (truncated, next) = (pods.truncated(), pods.next());
        Ok(PodUsageList { containers, without, truncated, next })
    }

    fn summary(list: &PodUsageList) -> String {
        let full = |c: &&ContainerUsage| c.memory_of_limit.is_some_and(|share| share > 0.9);
        format!(
            "{} containers measured, {} above 90 % of their memory limit, {} pods without figures.",
            list.containers.len(),
            list.containers.iter().filter(full).count(),
            list.without.len()
        )
    }
}
