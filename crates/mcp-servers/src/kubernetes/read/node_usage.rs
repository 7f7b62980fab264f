//! `node_usage`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{NodeUsage, NodeUsageArgs, NodeUsageList};
use k8s_openapi::api::core::v1::Node;

use super::usage::{over, read};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{cluster_collection, page_params};
use crate::kubernetes::view::quantity;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct NodeUsageTool;

impl Tool<Kube> for NodeUsageTool {
    type Args = NodeUsageArgs;
    const TITLE: &'static str = "Usage of nodes";
    const DESCRIPTION: &'static str = "CPU and memory that nodes use now, and how much of what they have for pods that \
        is. Needs metrics.k8s.io (metrics-server).";

    async fn call(kube: &Kube, args: NodeUsageArgs) -> Result<NodeUsageList, ToolFailure> {
        let params =
            page_params(args.label_selector.as_deref(), args.limit, args.after.as_deref())?;
        let (metrics, nodes) = futures::try_join!(
            read(kube, "nodes", args.label_selector.as_deref()),
            kube.list::<Node>(cluster_collection::<Node>(), &params),
        )?;
        let mut measured = Vec::new();
        for figures in &metrics.items {
            let mut same = nodes.items.iter();
            // Of a later page, or gone since.
            let Some(node) = same.find(|n| n.metadata.name == figures.metadata.name) else {
                continue;
            };
            let allocatable = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
            let has = |name: &str| quantity(allocatable.and_then(|map| map.get(name)));
            let usage = figures.usage(&figures.usage);
            measured.push(NodeUsage {
                name: figures.metadata.name.clone().unwrap_or_default(),
                cpu_share: over(usage.cpu.as_ref(), has("cpu").as_ref()),
                memory_share: over(usage.memory.as_ref(), has("memory").as_ref()),
                usage,
            });
        }
        measured.sort_by(|a, b| a.name.cmp(&b.name));
        let mut without: Vec<String> =
            nodes.items.iter().filter_map(|node| node.metadata.name.clone()).collect();
        without.retain(|name| measured.iter().all(|node| node.name != *name));
        without.sort();
        let (truncated, next) = (nodes.truncated(), nodes.next());
        Ok(NodeUsageList { nodes: measured, without, truncated, next })
    }

    fn summary(list: &NodeUsageList) -> String {
        let full = |node: &&NodeUsage| node.memory_share.is_some_and(|share| share > 0.9);
        let count = list.nodes.iter().filter(full).count();
        format!(
            "{} nodes measured, {count} with more than 90 % of their memory in use, {} without figures.",
            list.nodes.len(),
            list.without.len()
        )
    }
}
