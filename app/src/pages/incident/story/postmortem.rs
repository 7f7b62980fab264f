//! The post-mortem, built from the incident's state and nothing else.

use std::fmt::Write as _;

use evenkeel_domain::{
    IncidentState,
    action::ActionProgress,
    approval::{Approval, ApprovalState},
    hypothesis::{CauseCode, Claim, ClaimStatus},
    incident::PlanState,
    stage::Stage,
};
use jiff::Timestamp;

use crate::{
    pages::{incident::deck::figures, words},
    ui::time::{took, unix},
};

/// How it ended, in a sentence.
pub fn ending(state: &IncidentState) -> String {
    match &state.stage {
        Stage::Closed { resolution } => words::ending(state, *resolution).1,
        _ => "This incident is still open.".to_owned(),
    }
}

/// Figures: name and value with its unit.
pub fn facts(state: &IncidentState) -> Vec<(&'static str, String)> {
    let since = |from: Timestamp, to: Timestamp| took(unix(to) - unix(from));
    let plan = state.plan();
    let mut facts = Vec::new();
    if let Some(closed) = state.closed_at {
        facts.push(("From opening to close", since(state.opened_at, closed)));
    }
    if let Some(plan) = plan {
        facts.push(("To the plan", since(state.opened_at, plan.plan.made_at)));
    }
    if let Some(acted) = plan.and_then(|plan| plan.acted_at) {
        facts.push(("To the fix", since(state.opened_at, acted)));
    }
    facts.push(("Evidence", format!("{} calls", state.evidence.len())));
    facts.push(("Not seen", state.gaps.len().to_string()));
    facts
}

/// What was tried, a line each: plans, signatures, actions.
pub fn tried(state: &IncidentState) -> Vec<String> {
    let mut lines = Vec::new();
    for plan in &state.plans {
        lines.push(format!("plan {}: {}", plan.hash.short(), plan.plan.describe()));
        lines.extend(
            state
                .approvals
                .iter()
                .filter(|approval| approval.request.plan == plan.hash)
                .flat_map(approval_lines),
        );
        lines.extend(plan.voided.iter().map(|reason| format!("the plan became void: {reason}")));
        lines.extend(action_lines(plan));
    }
    if let Some(status) = state.verification.status {
        lines.push(format!("verification {}: {}", status.as_str(), state.verification.summary));
    }
    lines
}

fn approval_lines(approval: &Approval) -> Vec<String> {
    let mut lines: Vec<String> = approval
        .signatures
        .iter()
        .map(|signature| {
            format!(
                "{} ({}) approved at {}",
                signature.email,
                signature.role.as_str(),
                clock(signature.at)
            )
        })
        .collect();
    match &approval.state {
        ApprovalState::Rejected { by, reason, at } => {
            lines.push(format!("{by} rejected at {}: {reason}", clock(*at)));
        }
        ApprovalState::Expired { at } => {
            lines.push(format!("nobody answered until {}", clock(*at)));
        }
        ApprovalState::Voided { reason, .. } => {
            lines.push(format!("the request became void: {reason}"));
        }
        ApprovalState::Pending | ApprovalState::Granted => {}
    }
    lines
}

fn action_lines(plan: &PlanState) -> Vec<String> {
    let line = |what: String, progress: &ActionProgress| {
        Some(match progress {
            ActionProgress::Planned => return None,
            ActionProgress::Intended | ActionProgress::UndoIntended => format!("{what}: begun"),
            ActionProgress::Applied { note } => format!("{what}: applied. {note}"),
            ActionProgress::Failed { error } => format!("{what}: not applied: {error}"),
            ActionProgress::Unknown { note } => {
                format!("{what}: it cannot be told whether it was applied. {note}")
            }
            ActionProgress::Undone { note } => format!("{what}: applied and taken back. {note}"),
            ActionProgress::UndoFailed { error } => {
                format!("{what}: applied, and could not be taken back: {error}")
            }
        })
    };
    let actions = plan.plan.actions.iter();
    actions
        .filter_map(|action| {
            line(action.call.describe(&action.target.object), plan.progress_of(action))
        })
        .collect()
}

/// The whole story as Markdown.
pub fn postmortem(state: &IncidentState) -> String {
    let mut text = format!("# {}\n\n{}\n\n", one_line(&state.title), ending(state));
    section(&mut text, "Facts", || {
        let mut lines = vec![
            format!("Incident: `{}`", state.id),
            format!("Cluster: {} ({})", state.cluster_name, state.environment.as_str()),
            format!("Severity: {}", state.severity.as_str()),
            format!("Began: {}", full(state.onset())),
            format!("Opened: {}", full(state.opened_at)),
        ];
        lines.extend(state.closed_at.map(|at| format!("Closed: {}", full(at))));
        lines.extend(state.hypotheses.first().map(|best| match best.cause {
            CauseCode::Unknown => format!("About: {}", best.object),
            _ => format!("At fault: {}", best.object),
        }));
        lines.extend(facts(state).into_iter().map(|(name, value)| format!("{name}: {value}")));
        lines
    });
    section(&mut text, "Alerts", || {
        state
            .alerts
            .iter()
            .map(|alert| format!("{} since {}", alert.name(), full(alert.starts_at)))
            .collect()
    });
    if let Some(best) = state.hypotheses.first() {
        section(&mut text, "Cause", || {
            vec![format!("{} ({})", best.summary, best.confidence_word())]
        });
        section(&mut text, "What speaks for it", || claims(&best.claims));
        section(&mut text, "What speaks against it", || claims(&best.against));
    }
    section(&mut text, "What could not be seen", || {
        state.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why)).collect()
    });
    section(&mut text, "What was done", || {
        let tried = tried(state);
        if tried.is_empty() { vec!["Nothing was changed.".to_owned()] } else { tried }
    });
    section(&mut text, "Before and after", || {
        let figures = figures(state);
        figures
            .iter()
            .map(|f| {
                format!(
                    "{}: {} → {}",
                    f.label,
                    words::measured(&f.before, &f.unit),
                    words::measured(&f.after, &f.unit)
                )
            })
            .collect()
    });
    section(&mut text, "Timeline (UTC)", || {
        state
            .phases
            .iter()
            .map(|entered| format!("{} {}", clock(entered.at), entered.phase.as_str()))
            .collect()
    });
    text
}

fn claims(claims: &[Claim]) -> Vec<String> {
    claims
        .iter()
        .map(|claim| match claim.status {
            ClaimStatus::Supported => claim.text.clone(),
            ClaimStatus::Unsupported => format!("{} (not found in the evidence)", claim.text),
        })
        .collect()
}

fn section(text: &mut String, title: &str, lines: impl FnOnce() -> Vec<String>) {
    let lines = lines();
    if lines.is_empty() {
        return;
    }
    write!(text, "## {title}\n\n").ok();
    for line in lines {
        writeln!(text, "- {}", one_line(&line)).ok();
    }
    text.push('\n');
}

/// What came from outside must not end a list or begin a heading.
fn one_line(text: &str) -> String {
    evenkeel_domain::text::normalise(text)
}

fn full(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}
