//! What a person should do where Evenkeel does nothing.

use std::fmt::Write as _;

use evenkeel_domain::{
    IncidentState,
    finding::FindingKind,
    hypothesis::{CauseCode, Hypothesis},
};

/// What is known, and what should be done next.
pub fn escalate(best: &Hypothesis) -> String {
    let mut text = format!("{}; {}", best.summary, next(best));
    if !best.unseen.is_empty() {
        let unseen: Vec<_> = best.unseen.iter().take(3).map(|gap| gap.what.as_str()).collect();
        let _ = write!(text, " (could not be seen: {})", unseen.join(", "));
    }
    text
}

/// Which runbook a person should open, if one was found: an addition to a sentence.
pub fn runbook(state: &IncidentState) -> Option<String> {
    let found = state.findings.iter().find(|finding| finding.kind == FindingKind::Runbook)?;
    let title = found.facts.get("title")?;
    Some(format!("; the runbook for it is \u{201c}{title}\u{201d}"))
}

/// The next step for a person, one clause.
pub fn next(best: &Hypothesis) -> &'static str {
    match best.cause {
        CauseCode::BadRollout => "compare the revisions and decide whether to go back",
        CauseCode::CrashLoop => {
            "no change explains it and Kubernetes restarts it already: read its log and what it depends on"
        }
        CauseCode::OomKill => "look at its memory over time and decide on limit or leak",
        CauseCode::ImagePullFailure => {
            "check the image's name and tag, the registry and the pull secret"
        }
        CauseCode::MissingConfig => {
            "create what is missing, or find out who removed it; no earlier revision would start either"
        }
        CauseCode::ProbeFailure => {
            "no change explains it: ask the probe's address yourself and look at what it depends on"
        }
        CauseCode::Unschedulable => {
            "add capacity, or lower requests, or look at taints and affinity"
        }
        CauseCode::NoEndpoints => "compare the service's selector with the labels of the pods",
        CauseCode::Overload => "add capacity or turn load away",
        CauseCode::CpuThrottling => "raise the CPU limit or lower the load",
        CauseCode::TrafficDrop => {
            "nothing is wrong behind it: look at what sends it requests, DNS and the ingress"
        }
        CauseCode::NodePressure => "look at the node; drain it if it does not recover",
        CauseCode::QuotaExhausted => "raise the quota or free what uses it up",
        CauseCode::VolumeUnbound => "look at the storage class and its provisioner",
        CauseCode::JobFailed => "read the log of its pods, then run it again",
        CauseCode::Unknown => "a person has to look; everything that was seen is listed",
    }
}
