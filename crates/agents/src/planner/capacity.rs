//! More replicas for more load.
//!
//! How many: as many times as the load rose, but at least half as many again and at most
//! [`FACTOR`] times, and at least one more. An autoscaler that owns the Deployment would undo it:
//! where it is at its maximum and the load does harm, its maximum is raised by as much. A quota that
//! has no room is a reason to decline.

use evenkeel_domain::{
    IncidentState,
    action::ActionCall,
    evidence::Agent,
    finding::FindingKind,
    hypothesis::Hypothesis,
    object::{ObjectKind, ObjectRef},
};
use evenkeel_tools::kubernetes::{
    Deployment, Hpa, ListHpasArgs, ListQuotasArgs, Quota, TemplateContainer,
};

use super::Chosen;
use crate::bench::{Bench, Interrupted, ask};

/// At most this many times the replicas in one step.
const FACTOR: f64 = 2.0;
/// At least this many times.
const LEAST: f64 = 1.5;

/// Chooses the number of replicas.
pub async fn choose(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    deployment: &Deployment,
) -> Result<Result<Chosen, String>, Interrupted> {
    let hpas = ListHpasArgs { namespace: deployment.namespace.clone(), ..ListHpasArgs::default() };
    let quotas =
        ListQuotasArgs { namespace: deployment.namespace.clone(), ..ListQuotasArgs::default() };
    let (hpas, quotas) = futures::try_join!(
        ask(bench, Agent::Planner, &hpas),
        ask(bench, Agent::Planner, &quotas),
    )?;
    let quotas = match &quotas {
        Ok(answer) => answer.value.quotas.as_slice(),
        Err(missed) => {
            return Ok(Err(format!(
                "{}; but whether a quota leaves room cannot be seen: {}",
                best.summary, missed.failure,
            )));
        }
    };
    let name = &deployment.name;
    match &hpas {
        Err(missed) => {
            return Ok(Err(format!(
                "{}; but whether an autoscaler owns {name} cannot be seen: {}",
                best.summary, missed.failure,
            )));
        }
        Ok(answer) => {
            let owner = answer
                .value
                .hpas
                .iter()
                .find(|hpa| hpa.target.kind == "Deployment" && hpa.target.name == *name);
            if let Some(hpa) = owner {
                return Ok(bounds(state, best, deployment, hpa, quotas));
            }
        }
    }
    let now = deployment.replicas.desired;
    let wanted = wanted(now, load_factor(state, best));
    if now == 0 {
        return Ok(Err(format!("{name} is scaled to 0: somebody wanted it so")));
    }
    if let Some(why) = no_room(quotas, deployment, wanted - now) {
        return Ok(Err(format!("{}; but {why}", best.summary)));
    }
    Ok(Ok(Chosen {
        call: ActionCall::Scale { replicas: wanted },
        why: format!("{}; {wanted} replicas instead of {now} share it", best.summary),
        on: None,
    }))
}

/// What load does when there is too much of it.
const HARM: &[FindingKind] = &[
    FindingKind::Saturation,
    FindingKind::LatencyUp,
    FindingKind::ErrorsUp,
    FindingKind::CpuThrottling,
    FindingKind::OomKill,
];

/// A higher maximum for the autoscaler that owns the Deployment.
fn bounds(
    state: &IncidentState,
    best: &Hypothesis,
    deployment: &Deployment,
    hpa: &Hpa,
    quotas: &[Quota],
) -> Result<Chosen, String> {
    let most = hpa.max_replicas;
    let owns = format!("autoscaler {} owns its replicas", hpa.name);
    if hpa.desired_replicas < most {
        return Err(format!(
            "{}; but {owns} and may choose up to {most}: it has to be given time",
            best.summary,
        ));
    }
    if !best.symptoms.iter().any(|symptom| HARM.contains(symptom)) {
        return Err(format!(
            "{}; {owns} and is at its maximum of {most}, but nothing says that this does harm",
            best.summary,
        ));
    }
    let wanted = wanted(most, load_factor(state, best));
    if let Some(why) = no_room(quotas, deployment, wanted - most) {
        return Err(format!("{}; {owns} and is at its maximum of {most}; but {why}", best.summary));
    }
    let object =
        ObjectRef::new(ObjectKind::HorizontalPodAutoscaler, &deployment.namespace, &hpa.name);
    Ok(Chosen {
        call: ActionCall::SetHpaBounds { min: hpa.min_replicas, max: wanted },
        why: format!(
            "{}; {owns} and would choose more than its maximum of {most} if it might",
            best.summary,
        ),
        on: Some((object, most)),
    })
}

fn load_factor(state: &IncidentState, best: &Hypothesis) -> f64 {
    state
        .findings
        .iter()
        .filter(|f| f.kind == FindingKind::TrafficUp && best.findings.contains(&f.id))
        .find_map(|f| f.facts.get("factor")?.parse::<f64>().ok())
        .filter(|factor| factor.is_finite())
        .unwrap_or(LEAST)
}

fn wanted(now: u32, factor: f64) -> u32 {
    let raw = (f64::from(now) * factor.clamp(LEAST, FACTOR)).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and twice a u32, and the cast saturates"
    )]
    let wanted = raw as u32;
    wanted.max(now.saturating_add(1))
}

/// Which quota has no room for so many more replicas.
fn no_room(quotas: &[Quota], deployment: &Deployment, more: u32) -> Option<String> {
    let sum = |of: fn(&TemplateContainer) -> Option<f64>| -> f64 {
        deployment.containers.iter().filter(|c| !c.init).filter_map(of).sum()
    };
    for quota in quotas {
        for item in &quota.items {
            let each = match item.resource.as_str() {
                "pods" | "count/pods" => 1.0,
                "cpu" | "requests.cpu" => {
                    sum(|c| c.resources.cpu_request.as_ref().map(|q| q.value))
                }
                "memory" | "requests.memory" => {
                    sum(|c| c.resources.memory_request.as_ref().map(|q| q.value))
                }
                "limits.cpu" => sum(|c| c.resources.cpu_limit.as_ref().map(|q| q.value)),
                "limits.memory" => sum(|c| c.resources.memory_limit.as_ref().map(|q| q.value)),
                _ => continue,
            };
            let Some(used) = &item.used else { continue };
            if used.value + each * f64::from(more) > item.hard.value {
                return Some(format!(
                    "quota {} leaves no room for {more} more replicas ({}: {} of {} used)",
                    quota.name, item.resource, used.text, item.hard.text,
                ));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn replicas_grow_with_the_load_within_bounds() {
        for (now, factor, expected) in
            [(2, 1.5, 3), (2, 4.0, 4), (1, 1.5, 2), (3, 1.6, 5), (2, f64::MAX, 4), (1, 0.1, 2)]
        {
            assert_eq!(wanted(now, factor), expected, "{now} × {factor}");
        }
    }

    #[test]
    fn a_quota_without_room_says_so() {
        let deployment = world::deployment("api").revision(1, "aaaa", world::at(-9000)).build();
        let quota =
            |resource: &str, hard: &str, used: &str| world::quota("q", resource, hard, used);
        assert_eq!(no_room(&[quota("pods", "10", "5")], &deployment, 2), None);
        assert!(no_room(&[quota("pods", "6", "5")], &deployment, 2).is_some());
        assert!(no_room(&[quota("limits.memory", "200Mi", "128Mi")], &deployment, 2).is_some());
        assert_eq!(no_room(&[quota("services", "1", "1")], &deployment, 2), None);
    }
}
