//! The part of a state that decisions are taken on, a line each.

use evenkeel_domain::{IncidentState, alert::AlertStatus, text::clip};

use super::words;

/// What `decide` looks at, for whoever has to find out why it says something else today.
pub fn excerpt(state: &IncidentState) -> Vec<String> {
    let firing = state.alerts.iter().filter(|a| a.status == AlertStatus::Firing).count();
    let mut lines = vec![
        format!("as of record {}, {}", state.seq, state.updated_at),
        format!("stage: {}", words::stage(state)),
        format!("alerts: {firing} firing, {} ended", state.alerts.len() - firing),
    ];
    let seen: Vec<_> = state
        .assignments
        .iter()
        .map(|a| {
            let done = if a.summary.is_some() { "concluded" } else { "outstanding" };
            format!("{} {done}", a.specialist.as_str())
        })
        .collect();
    lines.push(format!(
        "round {}: {}; {} findings, {} gaps",
        state.round,
        if seen.is_empty() { "nobody chosen".into() } else { seen.join(", ") },
        state.findings.len(),
        state.gaps.len()
    ));
    if let Some(best) = state.hypotheses.first() {
        lines.push(format!(
            "best hypothesis: {} ({:.2})",
            clip(&best.summary, 120),
            best.confidence
        ));
    }
    if let Some(plan) = state.plan() {
        lines.push(format!("plan {}: {}", plan.hash.short(), plan.plan.describe()));
        for action in &plan.plan.actions {
            lines.push(format!("  {} {}", action.id, plan.progress_of(action).as_str()));
        }
    }
    if let Some(approval) = state.approvals.last() {
        lines.push(format!(
            "approval: {}, {} of {} signatures, lapses {}",
            approval.state_name(),
            approval.signatures.len(),
            approval.request.needed,
            approval.request.expires_at
        ));
    }
    let v = &state.verification;
    if !v.baseline.is_empty() || v.started_at.is_some() {
        let time = |at: Option<_>| {
            at.map_or_else(|| "never".to_owned(), |at: evenkeel_domain::Timestamp| at.to_string())
        };
        let good = v.latest.iter().filter(|r| r.fulfilled).count();
        lines.push(format!(
            "verification: began {}, last read {} ({good} of {} hold), holding since {}",
            time(v.started_at),
            time(v.sampled_at),
            v.latest.len(),
            time(v.holding_since)
        ));
    }
    lines
}
