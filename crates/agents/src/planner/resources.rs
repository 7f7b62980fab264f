//! A higher limit for a container that needs it, half as much again in one step.

use std::collections::BTreeMap;

use evenkeel_domain::{IncidentState, action::ActionCall, evidence::Agent, hypothesis::Hypothesis};
use evenkeel_tools::kubernetes::{Deployment, ListQuotasArgs, TemplateContainer};

use super::{Chosen, advice};
use crate::bench::{Bench, Interrupted, ask};

/// Half as much again: enough for growth, not enough to hide a leak for long.
const FACTOR: f64 = 1.5;
const MIB: f64 = 1024.0 * 1024.0;

/// Chooses a higher limit of `resource` (`memory` or `cpu`) for the container found at fault.
pub async fn raise(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    deployment: &Deployment,
    resource: &str,
) -> Result<Result<Chosen, String>, Interrupted> {
    let Some(container) = container(state, best, deployment) else {
        return Ok(Err(format!(
            "{}; but which of its containers cannot be told; {}",
            best.summary,
            advice::next(best),
        )));
    };
    let limit = match resource {
        "memory" => container.resources.memory_limit.as_ref(),
        _ => container.resources.cpu_limit.as_ref(),
    };
    let Some(limit) = limit else {
        return Ok(Err(format!(
            "{}; but container {} has no {resource} limit of its own: look at the node and at LimitRanges",
            best.summary, container.name,
        )));
    };
    let (text, value) = match resource {
        "memory" => memory(limit.value),
        _ => cpu(limit.value),
    };
    let more = (value - limit.value) * f64::from(deployment.replicas.desired);
    if let Some(why) = no_room(bench, deployment, resource, more).await? {
        return Ok(Err(format!("{}; but {why}", best.summary)));
    }
    Ok(Ok(Chosen {
        why: format!(
            "{}; nothing was released, so its {resource} limit goes from {} to {text}",
            best.summary, limit.text,
        ),
        call: ActionCall::SetResources {
            container: container.name.clone(),
            limits: BTreeMap::from([(resource.to_owned(), text)]),
            requests: BTreeMap::new(),
        },
        on: None,
    }))
}

fn container<'a>(
    state: &IncidentState,
    best: &Hypothesis,
    deployment: &'a Deployment,
) -> Option<&'a TemplateContainer> {
    let named = state
        .findings
        .iter()
        .filter(|f| best.findings.contains(&f.id))
        .find_map(|f| f.facts.get("container"));
    let mut running = deployment.containers.iter().filter(|c| !c.init);
    match named {
        Some(name) => running.find(|c| c.name == *name),
        None => {
            running.next().filter(|_| deployment.containers.iter().filter(|c| !c.init).count() == 1)
        }
    }
}

/// Rounded up to 16 MiB.
fn memory(now: f64) -> (String, f64) {
    let mib = ((now * FACTOR / MIB / 16.0).ceil() * 16.0).max(16.0);
    (format!("{mib:.0}Mi"), mib * MIB)
}

/// Rounded up to 50 millicores.
fn cpu(now: f64) -> (String, f64) {
    let milli = ((now * FACTOR * 1000.0 / 50.0).ceil() * 50.0).max(50.0);
    (format!("{milli:.0}m"), milli / 1000.0)
}

async fn no_room(
    bench: &dyn Bench,
    deployment: &Deployment,
    resource: &str,
    more: f64,
) -> Result<Option<String>, Interrupted> {
    let arguments =
        ListQuotasArgs { namespace: deployment.namespace.clone(), ..ListQuotasArgs::default() };
    let answer = match ask(bench, Agent::Planner, &arguments).await? {
        Ok(answer) => answer,
        Err(missed) => {
            return Ok(Some(format!(
                "whether a quota leaves room cannot be seen: {}",
                missed.failure,
            )));
        }
    };
    let name = format!("limits.{resource}");
    for quota in &answer.value.quotas {
        for item in quota.items.iter().filter(|item| item.resource == name) {
            let Some(used) = &item.used else { continue };
            if used.value + more > item.hard.value {
                return Ok(Some(format!(
                    "quota {} leaves no room ({name}: {} of {} used)",
                    quota.name, used.text, item.hard.text,
                )));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_by_half_and_are_round() {
        assert_eq!(memory(64.0 * MIB).0, "96Mi");
        assert_eq!(memory(100.0 * MIB).0, "160Mi");
        assert_eq!(memory(1.0).0, "16Mi");
        assert_eq!(cpu(0.25).0, "400m");
        assert_eq!(cpu(2.0).0, "3000m");
    }
}
