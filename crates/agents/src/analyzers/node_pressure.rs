//! A node is not ready or under pressure.

use evenkeel_domain::{
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
};
use evenkeel_tools::kubernetes::{Node, PodCondition};

use super::count;
use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView},
};

const PRESSURES: &[&str] = &["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

/// Finds nodes in trouble.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    let Some(answer) = &view.nodes else { return Vec::new() };
    answer
        .value
        .nodes
        .iter()
        .filter_map(|node| {
            let (what, condition) = trouble(node)?;
            let pods = view
                .namespaces
                .iter()
                .flat_map(NamespaceView::live_pods)
                .filter(|(_, pod)| pod.node.as_deref() == Some(&node.name))
                .count();
            let summary = format!(
                "node {} {what}; {} of the namespaces looked at run on it",
                node.name,
                count(pods, "pod"),
            );
            let object = ObjectRef::new(ObjectKind::Node, "", &node.name);
            let mut draft =
                Draft::new(FindingKind::NodePressure, object, Severity::Critical, summary)
                    .since(condition.and_then(|c| c.since))
                    .fact("pods", pods)
                    .fact("condition", condition.map_or("Ready", |c| &c.kind))
                    .cite(answer.evidence, quote::field("name", &node.name));
            if let Some(reason) = condition.and_then(|c| c.reason.as_ref()) {
                draft = draft.cite(answer.evidence, quote::field("reason", reason));
            }
            Some(draft)
        })
        .collect()
}

/// What is wrong with a node, and the condition that says so.
pub(crate) fn trouble(node: &Node) -> Option<(String, Option<&PodCondition>)> {
    let condition = |name: &str| node.conditions.iter().find(|c| c.kind == name);
    if node.ready != Some(true) {
        let what = if node.ready.is_none() { "does not report" } else { "is not ready" };
        return Some((what.to_owned(), condition("Ready")));
    }
    PRESSURES.iter().find_map(|name| {
        let found = condition(name).filter(|c| c.status == Some(true))?;
        Some((format!("reports {name}"), Some(found)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn unready_silent_and_pressed_nodes_are_found() {
        let table = [
            (world::node("n", Some(true), None), None),
            (world::node("n", Some(false), None), Some("is not ready")),
            (world::node("n", None, None), Some("does not report")),
            (world::node("n", Some(true), Some("MemoryPressure")), Some("reports MemoryPressure")),
        ];
        for (node, expected) in table {
            let mut view = world::view(|ns| ns.pods(vec![world::pod("api", "aaaa", 1)]));
            view.nodes = Some(world::answer(evenkeel_tools::kubernetes::NodeList {
                nodes: vec![node],
                ..Default::default()
            }));
            let found = analyze(&view);
            assert_eq!(found.len(), usize::from(expected.is_some()));
            if let Some(words) = expected {
                assert!(found[0].summary.contains(words), "{}", found[0].summary);
                world::assert_quotes(&view, &found);
            }
        }
    }
}
