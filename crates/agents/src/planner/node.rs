//! A node in trouble: nothing new is placed on it.
//!
//! Only a node that an alert names, that still is in trouble, and that is not the last one on which
//! anything could be placed. What runs on it is left alone: draining is for people.

use evenkeel_domain::{IncidentState, action::ActionCall, evidence::Agent, hypothesis::Hypothesis};
use evenkeel_tools::kubernetes::{ListNodesArgs, Node};

use super::{Proposal, advice, propose::target};
use crate::{
    analyzers::node_trouble,
    bench::{Bench, Interrupted, ask},
};

/// Nodes read, the server's most.
const NODES: u32 = 500;

/// Proposes a cordon.
pub async fn propose(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
) -> Result<Result<Proposal, String>, Interrupted> {
    let name = &best.object.name;
    if !state.nodes().contains(&name.as_str()) {
        return Ok(Err(format!(
            "{}; but no alert names the node, so it is not touched: {}",
            best.summary,
            advice::next(best),
        )));
    }
    let arguments = ListNodesArgs { limit: Some(NODES), ..ListNodesArgs::default() };
    let answer = match ask(bench, Agent::Planner, &arguments).await? {
        Ok(answer) => answer,
        Err(missed) => {
            return Ok(Err(format!(
                "{}; but the nodes cannot be seen before one is cordoned: {}",
                best.summary, missed.failure,
            )));
        }
    };
    let nodes = &answer.value.nodes;
    if let Some(why) = unwise(nodes, name) {
        return Ok(Err(format!("{}; but {why}", best.summary)));
    }
    let target = match target(bench, best.object.clone(), None).await? {
        Ok(mut target) => {
            // The listing that shows its trouble.
            target.seen_in = answer.evidence;
            target
        }
        Err(reason) => return Ok(Err(format!("{}; but {reason}", best.summary))),
    };
    Ok(Ok(Proposal {
        call: ActionCall::Cordon,
        why: format!("{}; nothing new should be placed on it until it recovers", best.summary),
        target,
        then: Vec::new(),
        first: Vec::new(),
        alerts: true,
        within_s: 0,
    }))
}

/// Why the node should not be cordoned.
fn unwise(nodes: &[Node], name: &str) -> Option<String> {
    let Some(node) = nodes.iter().find(|node| node.name == name) else {
        return Some(format!("there is no node {name} any more"));
    };
    if node_trouble(node).is_none() {
        return Some("it has recovered since".to_owned());
    }
    if node.unschedulable {
        return Some("it is cordoned already: drain it if it does not recover".to_owned());
    }
    let takes =
        |other: &&Node| other.name != name && !other.unschedulable && node_trouble(other).is_none();
    if !nodes.iter().any(|other| takes(&other)) {
        return Some("no other node takes pods, so nothing could be placed at all".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world::node;

    #[test]
    fn the_last_node_a_recovered_one_and_a_cordoned_one_are_left_alone() {
        let sick = || node("n1", Some(false), None);
        let well = || node("n2", Some(true), None);
        let cordoned = |mut node: Node| {
            node.unschedulable = true;
            node
        };
        assert_eq!(unwise(&[sick(), well()], "n1"), None);
        assert_eq!(unwise(&[node("n1", Some(true), Some("DiskPressure")), well()], "n1"), None);
        for (nodes, words) in [
            (vec![sick()], "no other node"),
            (vec![sick(), cordoned(well())], "no other node"),
            (vec![sick(), node("n2", None, None)], "no other node"),
            (vec![cordoned(sick()), well()], "cordoned already"),
            (vec![node("n1", Some(true), None), well()], "recovered"),
            (vec![well()], "no node n1"),
        ] {
            let why = unwise(&nodes, "n1").unwrap();
            assert!(why.contains(words), "{why}");
        }
    }
}
