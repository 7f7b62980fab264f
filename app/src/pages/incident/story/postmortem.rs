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

/// The whole story as Markdown. What others wrote (titles, log lines, reasons, names) stands in it as
/// plain text or as code, whatever it says.
pub fn postmortem(state: &IncidentState) -> String {
    let mut text = format!("# {}\n\n{}\n\n", plain(&state.title), plain(&ending(state)));
    section(&mut text, "Facts", || {
        let mut lines = vec![
            format!("Incident: {}", state.id),
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
    let unseen = state.gaps.iter().map(|gap| format!("{}: {}", plain(&gap.what), code(&gap.why)));
    written(&mut text, "What could not be seen", unseen.collect());
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
    written(text, title, lines().iter().map(|line| plain(line)).collect());
}

/// A section of lines that are Markdown already.
fn written(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    write!(text, "## {title}\n\n").ok();
    for line in lines {
        writeln!(text, "- {line}").ok();
    }
    text.push('\n');
}

/// What came from outside must not end a list or begin a heading.
fn one_line(text: &str) -> String {
    evenkeel_domain::text::normalise(text)
}

/// A text as Markdown that shows just that text: no link, no picture, no heading, nobody mentioned.
fn plain(text: &str) -> String {
    let text = one_line(text);
    let mut plain = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at..]);
        let begins = match c {
            // A list in the list.
            '-' | '+' | '=' => before.is_empty(),
            '.' => {
                !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit())
                    || before.to_ascii_lowercase().ends_with("www")
            }
            // An address becomes a link by itself.
            ':' => after.starts_with("://"),
            c => r"\`*_[](){}<>!@#|~&$".contains(c),
        };
        if begins {
            plain.push('\\');
        }
        plain.push(c);
        if c == '@' {
            // Some read mentions out of the shown text; this joins two words without a space.
            plain.push('\u{2060}');
        }
    }
    plain
}

/// The words of others, as code: fenced by more backticks than stand together in it.
fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

fn full(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use evenkeel_domain::{
        Entry, Event,
        alert::{Alert, AlertStatus, Trigger},
        cluster::Environment,
        evidence::{Agent, Gap},
        id::{ClusterId, IncidentId, OrganisationId},
        journal::Opening,
        severity::Severity,
    };

    use super::*;

    const HOSTILE: &str = "down](https://evil.test) ![x](https://evil.test/x.png) <img src=x> `\n\n# Fixed\n@everyone #1 **all** is well www.evil.test";

    fn incident() -> IncidentState {
        let at = Timestamp::UNIX_EPOCH;
        let alert = Alert {
            fingerprint: "f".into(),
            status: AlertStatus::Firing,
            labels: BTreeMap::from([("alertname".into(), HOSTILE.into())]),
            annotations: BTreeMap::new(),
            starts_at: at,
            ends_at: None,
            generator_url: None,
        };
        let opening = Opening {
            organisation: OrganisationId::from_parts(1, 1),
            cluster: ClusterId::from_parts(1, 1),
            cluster_name: "test".into(),
            environment: Environment::Production,
            trigger: Trigger::Alert,
            group_key: "g".into(),
            title: HOSTILE.into(),
            severity: Severity::Critical,
            alerts: vec![alert],
        };
        let event = Event::Opened { opening: Box::new(opening) };
        let incident = IncidentId::from_parts(1, 1);
        let mut state =
            IncidentState::open(&Entry { incident, seq: 1, at, event, hash: "0".into() }).unwrap();
        state.gaps.push(Gap {
            agent: Agent::Logs,
            what: format!("lines {HOSTILE}"),
            why: format!("tool.failed: {HOSTILE}"),
            evidence: None,
        });
        state
    }

    #[test]
    fn words_of_others_are_no_markdown() {
        let text = postmortem(&incident());
        let code = "``tool.failed: down](https://evil.test) ![x](https://evil.test/x.png) <img src=x> ` # Fixed @everyone #1 **all** is well www.evil.test``";
        assert!(text.contains(&format!(": {code}\n")), "{text}");
        let outside = text.replace(code, "");
        // Without what is escaped: nothing that means anything is left.
        let mut parts = outside.split('\\');
        let first = parts.next().unwrap().to_owned();
        let outside = parts.fold(first, |text, part| text + &part[1..]);
        for sign in ["](", "<img", "![", "https://", "www.", "**", "# Fixed", "#1", "@e"] {
            assert!(!outside.contains(sign), "{sign} in {outside}");
        }
        let headings = outside.lines().filter(|line| line.starts_with('#')).count();
        let own = ["Facts", "Alerts", "What could not be seen", "What was done", "Timeline (UTC)"];
        assert_eq!(headings, 1 + own.len(), "{outside}");
    }

    #[test]
    fn plain_text_begins_no_list_and_stays_readable() {
        for (text, expected) in [
            ("- a", r"\- a"),
            ("+ a", r"\+ a"),
            ("1. a", r"1\. a"),
            ("1) a", r"1\) a"),
            ("front-1 0.5 is 50 %: fine", "front-1 0.5 is 50 %: fine"),
        ] {
            assert_eq!(plain(text), expected);
        }
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(code("a"), "`a`");
    }
}
