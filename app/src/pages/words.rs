//! From the vocabulary to what people see: badges, tones, sentences.

use evenkeel_domain::{
    IncidentState,
    alert::Trigger,
    cluster::Environment,
    evidence::{Agent, Evidence, EvidenceOutcome, Specialist},
    finding::FindingKind,
    hypothesis::CauseCode,
    incident::IncidentSummary,
    object::{ObjectKind, ObjectRef},
    policy::Verdict,
    severity::Severity,
    stage::{Phase, Resolution},
    verification::Measured,
};
use leptos::prelude::*;

use crate::ui::{self, Badge, EnvironmentBadge, SeverityBadge, Tone, chart::scale::with_unit};

/// The component's phase for a phase of the vocabulary.
pub fn phase(phase: Phase) -> ui::Phase {
    match phase {
        Phase::Observe => ui::Phase::Observe,
        Phase::Orient => ui::Phase::Orient,
        Phase::Decide => ui::Phase::Decide,
        Phase::Act => ui::Phase::Act,
        Phase::Verify => ui::Phase::Verify,
        Phase::Closed => ui::Phase::Closed,
    }
}

/// A severity's badge.
pub fn severity_badge(severity: Severity) -> AnyView {
    let severity = match severity {
        Severity::Critical => ui::Severity::Critical,
        Severity::Warning => ui::Severity::Warning,
        Severity::Info => ui::Severity::Info,
    };
    view! { <SeverityBadge severity=severity /> }.into_any()
}

/// An environment's badge.
pub fn environment_badge(environment: Environment) -> AnyView {
    view! { <EnvironmentBadge name=environment.as_str() production=environment == Environment::Production /> }.into_any()
}

/// How an incident ended, or what it waits for, as a badge; `None` while its phase says it all.
pub fn status_badge(incident: &IncidentSummary) -> Option<AnyView> {
    let (text, tone) = ended(&incident.status, incident.drill)?;
    Some(view! { <Badge text=text tone=tone /> }.into_any())
}

/// A status in words; a drill that came to its end was not escalated to anybody.
pub fn ended(status: &str, drill: bool) -> Option<(&'static str, Tone)> {
    if drill && status == "escalated" {
        return Some(("Drill ended", Tone::Neutral));
    }
    status_words(status)
}

/// A status in words with its tone; `None` for the stages a phase already names.
pub fn status_words(status: &str) -> Option<(&'static str, Tone)> {
    Some(match status {
        "awaiting_approval" => ("Waits for approval", Tone::Waiting),
        "halted" => ("Halted by Emergency Stop", Tone::Danger),
        "undoing" => ("Taking back", Tone::Danger),
        "resolved" => ("Resolved", Tone::Ok),
        "self_resolved" => ("Resolved by itself", Tone::Ok),
        "partial" => ("Partly resolved", Tone::Waiting),
        "undone" => ("Taken back", Tone::Danger),
        "failed" => ("Failed", Tone::Danger),
        "rejected" => ("Plan rejected", Tone::Neutral),
        "escalated" => ("Escalated to people", Tone::Waiting),
        _ => return None,
    })
}

/// How a run ended, as a sentence.
pub fn resolution_sentence(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Resolved => "A fix was applied and verified.",
        Resolution::SelfResolved => "All alerts ended before anything was changed.",
        Resolution::Partial => "The fix helped in part; people take over.",
        Resolution::Undone => "The fix did not work and was taken back; people take over.",
        Resolution::Failed => "The fix did not work and could not be taken back; people take over.",
        Resolution::Rejected => "A person rejected the plan; nothing was changed.",
        Resolution::Escalated => "Handed to people with all that is known.",
    }
}

/// A verdict in words with its tone.
pub fn verdict_words(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Allow => ("Policy allows", Tone::Ok),
        Verdict::NeedsApproval => ("Policy asks for a person", Tone::Waiting),
        Verdict::Deny => ("Policy denies", Tone::Danger),
    }
}

/// Who looked, as a heading.
pub fn specialist_name(specialist: Specialist) -> &'static str {
    match specialist {
        Specialist::Kubernetes => "Kubernetes",
        Specialist::Metrics => "Metrics",
        Specialist::Logs => "Logs",
        Specialist::Runbooks => "Runbooks and memory",
        Specialist::Github => "GitHub",
    }
}

/// Who speaks, in the terminal and in sentences.
pub fn agent_name(agent: Agent) -> &'static str {
    agent.as_str()
}

/// What a finding is, in words.
pub fn finding_words(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::CrashLoop => "Crash loop",
        FindingKind::OomKill => "Out of memory",
        FindingKind::ImagePullFailure => "Image cannot be pulled",
        FindingKind::MissingConfig => "Missing configuration",
        FindingKind::ProbeFailure => "Probe fails",
        FindingKind::Unschedulable => "Unschedulable",
        FindingKind::NoEndpoints => "No endpoints",
        FindingKind::RolloutStuck => "Rollout stuck",
        FindingKind::RecentChange => "Recent change",
        FindingKind::NodePressure => "Node pressure",
        FindingKind::ErrorsUp => "Errors up",
        FindingKind::LatencyUp => "Latency up",
        FindingKind::TrafficUp => "Traffic up",
        FindingKind::TrafficDrop => "Traffic drop",
        FindingKind::Saturation => "Saturation",
        FindingKind::CpuThrottling => "CPU throttled",
        FindingKind::MemoryGrowth => "Memory grows",
        FindingKind::AutoscalerAtMaximum => "Autoscaler at maximum",
        FindingKind::QuotaExhausted => "Quota used up",
        FindingKind::VolumeUnbound => "Volume not bound",
        FindingKind::Healthy => "Healthy",
        FindingKind::JobFailed => "Job failed",
        FindingKind::NewErrorLog => "New error in the log",
        FindingKind::ErrorLogBurst => "More errors in the log",
        FindingKind::Runbook => "Runbook",
        FindingKind::SimilarIncident => "Similar incident",
        FindingKind::CodeChange => "Code change",
        FindingKind::ForeignAnswer => "A third-party server's answer",
    }
}

/// A measurement in words. Nothing, not a number and no answer are three different things, and none of them is 0.
pub fn measured(measured: &Measured, unit: &str) -> String {
    match measured {
        Measured::Value { value } => {
            let (value, unit) = in_people_units(*value, unit);
            with_unit(value, &unit)
        }
        Measured::State { text } => text.clone(),
        Measured::Empty => "no data".to_owned(),
        Measured::NotANumber => "not a number".to_owned(),
        Measured::Unreachable { why } => format!("could not be read: {why}"),
    }
}

/// A value in the unit people read it in: a ratio in per cent, short times in milliseconds.
pub fn in_people_units(value: f64, unit: &str) -> (f64, String) {
    let (factor, unit) = people_scale(Some(value), unit);
    (value * factor, unit)
}

/// By what to multiply values of `unit` of about this size, and what they are then.
pub fn people_scale(size: Option<f64>, unit: &str) -> (f64, String) {
    match unit {
        "ratio" => (100.0, "%".to_owned()),
        "s" | "seconds" if size.is_some_and(|size| size.abs() < 10.0) => (1000.0, "ms".to_owned()),
        "s" | "seconds" => (1.0, "s".to_owned()),
        other => (1.0, other.to_owned()),
    }
}

/// A recorded call as one would type it: `list_pods(namespace: "shop")`.
pub fn call(evidence: &Evidence) -> String {
    let arguments: Vec<String> = evidence
        .arguments
        .as_object()
        .map(|map| map.iter().map(|(name, value)| format!("{name}: {value}")).collect())
        .unwrap_or_default();
    format!("{}({})", evidence.tool, evenkeel_domain::text::clip(&arguments.join(", "), 160))
}

/// What came back, one line.
pub fn outcome(evidence: &Evidence) -> String {
    match &evidence.outcome {
        EvidenceOutcome::Answered { summary, .. } => summary.clone(),
        EvidenceOutcome::Failed { failure } => failure.message.clone(),
    }
}

/// The first letter large, as at the beginning of a sentence; but an address is written as it is.
pub fn sentence(text: &str) -> String {
    if text.split_whitespace().next().is_some_and(|first| first.contains('@')) {
        return text.to_owned();
    }
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// An object in words. What is only known to be somewhere in a cluster has no name of its own.
pub fn object(object: &ObjectRef) -> String {
    match object.kind {
        ObjectKind::Cluster => "the whole cluster".to_owned(),
        _ => object.to_string(),
    }
}

/// A sentence that names people, without the ids of the tokens they used: those are in the audit trail.
pub fn without_tokens(text: &str) -> String {
    const MARK: &str = " (token ";
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARK) {
        shown.push_str(before);
        if let Some((_, behind)) = after.split_once(')') {
            shown.push_str(" (with an API token)");
            rest = behind;
        } else {
            shown.push_str(MARK);
            rest = after;
        }
    }
    shown + rest
}

/// Why a system cannot be asked, in words; what the machine said stands beside it.
pub fn unreachable(system: &str, said: &str) -> String {
    let system = sentence(system);
    let said = said.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
    if says(&["connection refused"]) {
        format!("{system} refuses the connection.")
    } else if says(&["timed out", "no result within", "deadline"]) {
        format!("{system} does not answer in time.")
    } else if says(&["dns", "resolve", "name or service"]) {
        format!("The address of {system} is not known.")
    } else if says(&["certificate", "tls"]) {
        format!("No secure connection to {system} can be made.")
    } else if says(&["401", "403", "unauthorized", "forbidden"]) {
        format!("{system} connects, but refuses to answer.")
    } else {
        format!("{system} gives no usable answer.")
    }
}

/// What a predicate or a figure measures, as people call it.
pub fn measure(label: &str) -> String {
    match label.strip_prefix("measure of ") {
        Some(rule) => format!("What {rule} measures"),
        None => sentence(label),
    }
}

/// How an incident ended, with the reason: a drill is not handed to people, and where nothing was found nothing is listed.
pub fn ending(state: &IncidentState, resolution: Resolution) -> (Tone, String) {
    let found = state
        .findings
        .iter()
        .any(|finding| finding.kind != FindingKind::Healthy && !finding.kind.only_informs());
    let drill = matches!(state.trigger, Trigger::Drill { .. });
    let handed = resolution == Resolution::Escalated;
    let unexplained = state.plans.is_empty()
        && state.hypotheses.first().is_some_and(|best| best.cause == CauseCode::Unknown);
    let answered =
        |evidence: &Evidence| matches!(evidence.outcome, EvidenceOutcome::Answered { .. });
    let blind = !state.evidence.values().any(answered);
    let reason = sentence(&without_tokens(state.conclusion.as_deref().unwrap_or_default()));
    let unseen = if state.gaps.is_empty() { "" } else { " Not everything could be seen." };
    match (drill && handed, found) {
        (true, false) => (
            Tone::Neutral,
            format!(
                "Drill ended: nothing out of the ordinary was seen, so nothing was done.{unseen}"
            ),
        ),
        (true, true) => (
            Tone::Neutral,
            format!("Drill ended: a real incident would now be handed to people. {reason}"),
        ),
        (false, false) if handed && unexplained && blind => (
            Tone::Waiting,
            "Handed to people: nothing of this cluster could be looked at, so nothing explains it and nothing was changed."
                .to_owned(),
        ),
        (false, false) if handed && unexplained => (
            Tone::Waiting,
            format!(
                "Handed to people: nothing out of the ordinary was seen, so nothing explains it and nothing was changed.{unseen}"
            ),
        ),
        _ => {
            let tone = match resolution {
                Resolution::Resolved | Resolution::SelfResolved => Tone::Ok,
                Resolution::Rejected => Tone::Neutral,
                Resolution::Partial | Resolution::Escalated => Tone::Waiting,
                Resolution::Undone | Resolution::Failed => Tone::Danger,
            };
            (tone, format!("{} {reason}", resolution_sentence(resolution)).trim().to_owned())
        }
    }
}

/// A size people read: `812 B`, `12.3 kB`.
pub fn bytes(size: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a size for people to read")]
    let size = size as f64;
    match size {
        1e6.. => format!("{:.1} MB", size / 1e6),
        1e3.. => format!("{:.1} kB", size / 1e3),
        _ => format!("{size:.0} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_measured_is_never_shown_as_zero() {
        for nothing in
            [Measured::Empty, Measured::NotANumber, Measured::Unreachable { why: "refused".into() }]
        {
            assert!(!measured(&nothing, "ratio").contains('0'));
        }
        assert_eq!(measured(&Measured::Value { value: 0.214 }, "ratio"), "21.4%");
        assert_eq!(measured(&Measured::Value { value: 0.042 }, "s"), "42 ms");
    }

    #[test]
    fn every_resolution_has_words() {
        for resolution in
            ["resolved", "self_resolved", "partial", "undone", "failed", "rejected", "escalated"]
        {
            assert!(status_words(resolution).is_some(), "{resolution}");
        }
        assert!(status_words("investigating").is_none());
    }

    #[test]
    fn a_sentence_begins_large() {
        assert_eq!(sentence("roll back"), "Roll back");
        assert_eq!(sentence(""), "");
        assert_eq!(sentence("admin@shop.test approved"), "admin@shop.test approved");
    }

    #[test]
    fn the_ids_of_tokens_are_not_shown() {
        assert_eq!(
            without_tokens("a@b.c (token 01KAX) threw it (now)"),
            "a@b.c (with an API token) threw it (now)"
        );
        assert_eq!(without_tokens("a@b.c (token 01"), "a@b.c (token 01");
    }
}
