//! Where a workload is that an alert names without its namespace.
//!
//! The name is looked for in all namespaces. Only one place for it is an answer; what was inferred
//! is said as something that the alert left open, and the Planner changes nothing on that ground.

use std::collections::BTreeSet;

use evenkeel_domain::evidence::{Agent, Gap};
use evenkeel_tools::{kubernetes::FindNamedArgs, prometheus::LabelValuesArgs};

use super::probe::probe;
use crate::{
    alert_rule::string,
    bench::{Bench, Interrupted},
    focus::{Focus, is_name},
};

/// Namespaces named in a sentence.
const NAMED: usize = 5;

/// The surest name in an alert, and the label that Prometheus knows it by.
fn name(focus: &Focus) -> Option<(&str, &'static str)> {
    focus
        .workloads
        .first()
        .map(|name| (name.as_str(), "deployment"))
        .or_else(|| focus.pods.first().map(|name| (name.as_str(), "pod")))
        .or_else(|| focus.services.first().map(|name| (name.as_str(), "service")))
}

/// Looks for the alert's name in the cluster; the only namespace that has it.
pub async fn in_cluster(bench: &dyn Bench, focus: &Focus) -> Result<Option<String>, Interrupted> {
    for_agent(bench, Agent::Kubernetes, focus).await
}

/// [`in_cluster`] in another agent's name.
pub async fn for_agent(
    bench: &dyn Bench,
    agent: Agent,
    focus: &Focus,
) -> Result<Option<String>, Interrupted> {
    let Some((name, _)) = name(focus) else { return Ok(None) };
    let arguments = FindNamedArgs { name: name.to_owned() };
    let what = format!("the namespace of {name}");
    let Some(answer) = probe(bench, agent, what, &arguments).await? else {
        return Ok(None);
    };
    let objects = answer.value.objects.iter().filter(|o| o.name == name && is_name(&o.namespace));
    let namespaces: BTreeSet<&str> = objects.clone().map(|o| o.namespace.as_str()).collect();
    let why = match (namespaces.len(), answer.value.truncated) {
        (0, _) => format!("no label names it, and nothing in the cluster is called {name}"),
        (1, false) => {
            let only = namespaces.first().copied().unwrap_or_default();
            let kinds: BTreeSet<&str> = objects.map(|o| o.kind.as_str()).collect();
            let kinds: Vec<_> = kinds.into_iter().collect();
            format!(
                "no label names it; {} {name} exists in namespace {only} alone, so that is where it is looked at, and nothing will be changed on that ground",
                kinds.join(" and "),
            )
        }
        (count, truncated) => {
            let some: Vec<_> = namespaces.iter().take(NAMED).copied().collect();
            let more = if count > NAMED || truncated { " and more" } else { "" };
            format!("no label names it, and {name} exists in {}{more}", some.join(", "))
        }
    };
    let only = (namespaces.len() == 1 && !answer.value.truncated)
        .then(|| namespaces.first().map(|name| (*name).to_owned()))
        .flatten();
    bench
        .miss(Gap {
            agent,
            what: "the alert's namespace".into(),
            why,
            evidence: Some(answer.evidence),
        })
        .await?;
    Ok(only)
}

/// Looks for the alert's name in the metrics; the only namespace that has it.
pub async fn in_metrics(bench: &dyn Bench, focus: &Focus) -> Result<Option<String>, Interrupted> {
    let Some((name, label)) = name(focus) else { return Ok(None) };
    let arguments = LabelValuesArgs {
        label: "namespace".into(),
        selector: Some(format!("{{{label}={}}}", string(name))),
        ..LabelValuesArgs::default()
    };
    let what = format!("the namespace of the metrics of {name}");
    let Some(answer) = probe(bench, Agent::Metrics, what, &arguments).await? else {
        return Ok(None);
    };
    match answer.value.values.as_slice() {
        [only] if is_name(only) && !answer.value.truncated => {
            bench
                .note(Agent::Metrics, format!("{name} has metrics in namespace {only} alone"))
                .await?;
            Ok(Some(only.clone()))
        }
        _ => Ok(None),
    }
}
