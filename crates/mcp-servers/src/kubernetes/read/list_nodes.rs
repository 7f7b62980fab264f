//! `list_nodes`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{Allocated, ListNodesArgs, Node, NodeList, PodCondition, Taint};
use k8s_openapi::api::core::v1;

use super::related::{events_of, or_unread};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{
    check, cluster_collection, everywhere, is_asked, list_params, page_params,
};
use crate::kubernetes::view::{demand, quantity, time, truth};
use crate::text::clip_message;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListNodes;

impl Tool<Kube> for ListNodes {
    type Args = ListNodesArgs;
    const TITLE: &'static str = "Nodes";
    const DESCRIPTION: &'static str = "Lists nodes with conditions, taints and what they can take; \
        one asked for by name also with what its pods ask for and its events.";

    async fn call(kube: &Kube, args: ListNodesArgs) -> Result<NodeList, ToolFailure> {
        let mut params =
            page_params(args.label_selector.as_deref(), args.limit, args.after.as_deref())?;
        let name = args.name.as_deref();
        if let Some(name) = name {
            check("node name", name)?;
            params = params.fields(&format!("metadata.name={name}"));
        }
        let page = kube.list::<v1::Node>(cluster_collection::<v1::Node>(), &params).await?;
        let found = page.items.iter().filter(|node| is_asked(&node.metadata, name));
        let mut nodes: Vec<_> = found.map(node).collect();
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        let (allocated, events) = match name.filter(|_| !nodes.is_empty()) {
            Some(asked) => {
                let (allocated, events) = futures::join!(
                    allocated(kube, asked),
                    events_of(kube, None, "Node", asked, None),
                );
                (allocated.map(Some), Some(events))
            }
            None => (Ok(None), None),
        };
        let (allocated, unread) = or_unread("Pod", allocated);
        let (truncated, next) = (page.truncated(), page.next());
        Ok(NodeList { nodes, truncated, next, allocated, unread, events })
    }

    fn summary(list: &NodeList) -> String {
        let ready = list.nodes.iter().filter(|node| node.ready == Some(true)).count();
        format!("{} nodes, {ready} ready.", list.nodes.len())
    }
}

/// Pods of a node that are read; a kubelet takes 110 by default, and large nodes some hundreds.
const MAX_PODS: u32 = 500;

async fn allocated(kube: &Kube, node: &str) -> Result<Allocated, ToolFailure> {
    let params = list_params(None, Some(MAX_PODS))?.fields(&format!("spec.nodeName={node}"));
    let page = kube.list::<v1::Pod>(everywhere::<v1::Pod>(), &params).await?;
    let mut sum = Allocated {
        pods: 0,
        cpu_requests: 0.0,
        cpu_limits: 0.0,
        memory_requests: 0.0,
        memory_limits: 0.0,
        without_memory_limit: 0,
        truncated: page.truncated(),
    };
    for pod in &page.items {
        let Some(spec) = pod.spec.as_ref().filter(|spec| spec.node_name.as_deref() == Some(node))
        else {
            continue;
        };
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        if matches!(phase, Some("Succeeded" | "Failed")) {
            continue;
        }
        sum.pods += 1;
        sum.cpu_requests += demand::requests(spec, "cpu");
        sum.cpu_limits += demand::limits(spec, "cpu");
        sum.memory_requests += demand::requests(spec, "memory");
        sum.memory_limits += demand::limits(spec, "memory");
        let without = u32::try_from(demand::without_memory_limit(spec)).unwrap_or(u32::MAX);
        sum.without_memory_limit = sum.without_memory_limit.saturating_add(without);
    }
    Ok(sum)
}

fn node(node: &v1::Node) -> Node {
    let spec = node.spec.as_ref();
    let status = node.status.as_ref();
    let conditions: Vec<PodCondition> = status
        .and_then(|status| status.conditions.as_deref())
        .unwrap_or_default()
        .iter()
        .map(condition)
        .collect();
    let allocatable = |name: &str| {
        quantity(status.and_then(|s| s.allocatable.as_ref()).and_then(|map| map.get(name)))
    };
    Node {
        name: node.metadata.name.clone().unwrap_or_default(),
        uid: node.metadata.uid.clone().unwrap_or_default(),
        ready: conditions
            .iter()
            .find(|condition| condition.kind == "Ready")
            .and_then(|condition| condition.status),
        unschedulable: spec.and_then(|spec| spec.unschedulable).unwrap_or(false),
        conditions,
        taints: spec
            .and_then(|spec| spec.taints.as_deref())
            .unwrap_or_default()
            .iter()
            .map(taint)
            .collect(),
        allocatable_cpu: allocatable("cpu"),
        allocatable_memory: allocatable("memory"),
        allocatable_pods: allocatable("pods"),
        kubelet_version: status
            .and_then(|status| status.node_info.as_ref())
            .map(|info| info.kubelet_version.clone())
            .filter(|version| !version.is_empty()),
        system: status
            .and_then(|status| status.node_info.as_ref())
            .map(|info| {
                [&info.os_image, &info.kernel_version, &info.container_runtime_version]
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .cloned()
                    .collect()
            })
            .unwrap_or_default(),
        addresses: status
            .and_then(|status| status.addresses.as_deref())
            .unwrap_or_default()
            .iter()
            .take(20)
            .map(|address| format!("{} {}", address.type_, address.address))
            .collect(),
        created_at: time(node.metadata.creation_timestamp.as_ref()),
    }
}

fn condition(condition: &v1::NodeCondition) -> PodCondition {
    PodCondition {
        kind: condition.type_.clone(),
        status: truth(&condition.status),
        reason: condition.reason.clone(),
        message: clip_message(condition.message.as_deref()),
        since: time(condition.last_transition_time.as_ref()),
    }
}

fn taint(taint: &v1::Taint) -> Taint {
    Taint { key: taint.key.clone(), value: taint.value.clone(), effect: taint.effect.clone() }
}
