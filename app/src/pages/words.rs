//! From the vocabulary to what people see: badges, tones, sentences.

use evenkeel_domain::{
    cluster::Environment,
    evidence::{Agent, Evidence, EvidenceOutcome, Specialist},
    finding::FindingKind,
    incident::IncidentSummary,
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
    let (text, tone) = status_words(&incident.status)?;
    Some(view! { <Badge text=text tone=tone /> }.into_any())
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

/// The first letter large, as at the beginning of a sentence.
pub fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
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
    }
}
