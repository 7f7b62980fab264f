//! Which action of the catalogue fits a hypothesis.

use evenkeel_domain::{
    IncidentState,
    action::ActionCall,
    finding::FindingKind,
    hypothesis::{CauseCode, Hypothesis},
    object::ObjectKind,
};
use evenkeel_tools::kubernetes::Deployment;

use super::{Chosen, Declined, advice, capacity, resources, rollback};
use crate::bench::{Bench, Interrupted};

/// A leak that takes this long to fill the limit is slow: a restart buys as much time again.
const SLOW_LEAK_S: i64 = 3600;

/// Declines what the catalogue has no action for.
pub fn out_of_catalogue(best: &Hypothesis) -> Option<String> {
    let needs_person = match best.object.kind {
        ObjectKind::Deployment => needs_person(best),
        // Only a change that can be gone back from.
        ObjectKind::StatefulSet | ObjectKind::DaemonSet => best.change.is_none(),
        ObjectKind::Node => best.cause != CauseCode::NodePressure,
        ObjectKind::Job => best.cause != CauseCode::JobFailed,
        _ => true,
    };
    needs_person.then(|| advice::escalate(best))
}

fn needs_person(best: &Hypothesis) -> bool {
    match best.cause {
        CauseCode::BadRollout
        | CauseCode::OomKill
        | CauseCode::Overload
        | CauseCode::CpuThrottling => false,
        CauseCode::CrashLoop
        | CauseCode::ImagePullFailure
        | CauseCode::MissingConfig
        | CauseCode::ProbeFailure
        | CauseCode::Unschedulable => best.change.is_none(),
        CauseCode::NoEndpoints
        | CauseCode::TrafficDrop
        | CauseCode::NodePressure
        | CauseCode::QuotaExhausted
        | CauseCode::VolumeUnbound
        | CauseCode::JobFailed
        | CauseCode::Unknown => true,
    }
}

/// Chooses an action, or says why there is none.
pub async fn choose(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    deployment: &Deployment,
) -> Result<Result<Chosen, Declined>, Interrupted> {
    if deployment.paused {
        let name = &deployment.name;
        return Ok(Err(Declined::Finally(format!(
            "rollouts of {name} are paused: somebody is at work on it; {}",
            advice::next(best),
        ))));
    }
    if let Some(change) = &best.change {
        let (name, revisions) = (&deployment.name, &deployment.revisions);
        return Ok(rollback::choose(state, best, change, name, revisions));
    }
    let chosen = match best.cause {
        CauseCode::Overload => capacity::choose(bench, state, best, deployment).await,
        CauseCode::OomKill => {
            if slow_leak(state, best) {
                return Ok(Ok(Chosen {
                    call: ActionCall::RolloutRestart,
                    on: None,
                    why: format!(
                        "{}, and it takes more than an hour to get there: a restart buys as much time again until the leak is mended",
                        best.summary,
                    ),
                }));
            }
            resources::raise(bench, state, best, deployment, "memory").await
        }
        CauseCode::CpuThrottling => resources::raise(bench, state, best, deployment, "cpu").await,
        _ => Ok(Err(advice::escalate(best))),
    };
    Ok(chosen?.map_err(Declined::Finally))
}

fn slow_leak(state: &IncidentState, best: &Hypothesis) -> bool {
    let grows = best.symptoms.contains(&FindingKind::MemoryGrowth);
    let ran = state
        .findings
        .iter()
        .filter(|f| best.findings.contains(&f.id))
        .find_map(|f| f.facts.get("ran_s")?.parse::<i64>().ok());
    grows && ran.is_some_and(|ran| ran >= SLOW_LEAK_S)
}
