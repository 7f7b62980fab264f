//! `list_nodes`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListNodesArgs, Node, NodeList, PodCondition, Taint};
use k8s_openapi::api::core::v1;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{cluster_collection, list_params};
use crate::kubernetes::view::{quantity, time, truth};
use crate::text::clip_message;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListNodes;

impl Tool<Kube> for ListNodes {
    type Args = ListNodesArgs;
    const TITLE: &'static str = "Nodes";
    const DESCRIPTION: &'static str = "Lists nodes with conditions, taints and what they can take.";

    async fn call(kube: &Kube, args: ListNodesArgs) -> Result<NodeList, ToolFailure> {
        let params = list_params(args.label_selector.as_deref(), args.limit)?;
        let page = kube.list::<v1::Node>(cluster_collection::<v1::Node>(), &params).await?;
        let mut nodes: Vec<_> = page.items.iter().map(node).collect();
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(NodeList { nodes, truncated: page.truncated() })
    }

    fn summary(list: &NodeList) -> String {
        let ready = list.nodes.iter().filter(|node| node.ready == Some(true)).count();
        format!("{} nodes, {ready} ready.", list.nodes.len())
    }
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
