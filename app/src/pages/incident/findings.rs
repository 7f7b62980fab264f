//! What was found, by whom, and what it may mean.

use evenkeel_domain::{
    evidence::Specialist,
    finding::{Finding, FindingKind},
    hypothesis::{Claim, ClaimStatus, Hypothesis},
};
use leptos::prelude::*;

use super::{
    Icc,
    context::GapLine,
    foreign::{self, ForeignWords},
};
use crate::{
    pages::words,
    ui::{Badge, ClaimLine, EmptyState, HypothesisCard, KeyValue, Panel, Time, Tone},
};

/// Hypotheses, best first; then what each specialist found; then what nobody could see.
#[component]
pub fn Findings(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let hypotheses = icc.read(|state| state.hypotheses.clone());
    let orientation = icc.read(|state| state.orientation.clone());
    let ranked = if hypotheses.is_empty() {
        view! { <EmptyState title="No hypothesis yet" text="The Reflector ranks causes once the specialists have looked." glyph=crate::icons::Glyph::Orient /> }.into_any()
    } else {
        let cards = (1..)
            .zip(hypotheses)
            .map(|(rank, hypothesis)| view! { <Ranked rank=rank hypothesis=hypothesis icc=icc /> })
            .collect_view();
        view! { <div class="stack">{cards}</div> }.into_any()
    };
    let why = Some(orientation)
        .filter(|text| !text.is_empty())
        .map(|text| view! { <p class="muted measure">{words::sentence(&text)}</p> });
    view! {
        <div class="stack">
            <section class="stack stack--tight" aria-label="Hypotheses"><h2 class="unseen">"Hypotheses"</h2>{why}{ranked}</section>
            <Found icc=icc of=Specialist::Kubernetes />
            <Found icc=icc of=Specialist::Metrics />
            <Found icc=icc of=Specialist::Logs />
            <Found icc=icc of=Specialist::Runbooks />
            <Found icc=icc of=Specialist::Github />
            <NotSeen icc=icc />
        </div>
    }
    .into_any()
}

#[component]
fn Ranked(
    /// 1 is the best.
    rank: u32,
    /// The hypothesis.
    hypothesis: Hypothesis,
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let lines = |claims: &[Claim]| claims.iter().map(|claim| line(claim, icc)).collect::<Vec<_>>();
    let unseen = hypothesis
        .unseen
        .iter()
        .map(|gap| format!("{}: {}", words::sentence(&gap.what), gap.why))
        .collect();
    view! {
        <HypothesisCard
            rank=rank
            cause=words::sentence(&hypothesis.summary)
            confidence=hypothesis.confidence
            supports=lines(&hypothesis.claims)
            against=lines(&hypothesis.against)
            unseen=unseen
        />
    }
    .into_any()
}

fn line(claim: &Claim, icc: Icc) -> ClaimLine {
    let text = match claim.status {
        ClaimStatus::Supported => words::sentence(&claim.text),
        ClaimStatus::Unsupported => format!(
            "{} (not found in the recorded evidence: counts for nothing)",
            words::sentence(&claim.text)
        ),
    };
    ClaimLine { text, evidence: icc.cite_all(&claim.citations) }
}

#[component]
fn Found(
    /// The incident.
    icc: Icc,
    /// By whom.
    of: Specialist,
) -> impl IntoView {
    let findings = icc.read(move |state| {
        state
            .findings
            .iter()
            .filter(|finding| finding.specialist == of)
            .cloned()
            .collect::<Vec<_>>()
    });
    let asked = icc
        .read(move |state| state.assignments.iter().any(|assignment| assignment.specialist == of));
    asked.then(|| {
            let content = if findings.is_empty() {
                view! { <p class="panel__note muted">"Nothing found so far."</p> }.into_any()
            } else {
                let cards = findings.into_iter().map(|finding| view! { <Card finding=finding icc=icc /> }).collect_view();
                view! { <ul class="rows">{cards}</ul> }.into_any()
            };
            view! { <Panel title=format!("{} findings", words::specialist_name(of)) class="panel--flush">{content}</Panel> }
        })
}

#[component]
fn Card(
    /// The finding.
    finding: Finding,
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let cites = icc
        .cite_all(&finding.evidence)
        .into_iter()
        .map(|(label, href)| view! { <a class="cite" href=href>{label}</a> })
        .collect_view();
    let open = opens(&finding)
        .map(|(words, href)| view! { " "<a href=href rel="noopener noreferrer">{words}</a> });
    let foreign = (finding.kind == FindingKind::ForeignAnswer)
        .then(|| view! { <ForeignWords finding=finding.clone() /> });
    let facts: Vec<(String, String)> = finding
        .facts
        .into_iter()
        .filter(|(name, _)| foreign.is_none() || name != foreign::SAYS)
        .map(|(name, value)| (name.replace('_', " "), value))
        .collect();
    let healthy = finding.kind == FindingKind::Healthy;
    let badge = if healthy {
        view! { <Badge text=words::finding_words(finding.kind) tone=Tone::Ok /> }.into_any()
    } else {
        view! { {words::severity_badge(finding.severity)}<strong>{words::finding_words(finding.kind)}</strong> }.into_any()
    };
    view! {
        <li class="finding">
            <div class="row">
                {badge}
                <span class="mono muted">{finding.object.to_string()}</span>
                {finding.since.map(|since| view! { <span class="small muted">"since "<Time at=since absolute=true /></span> })}
            </div>
            <p>{words::sentence(&finding.summary)}" "{cites}{open}</p>
            {foreign}
            {(!facts.is_empty()).then(|| view! { <details class="small"><summary class="muted">"Values"</summary><KeyValue items=facts mono=true /></details> })}
        </li>
    }
    .into_any()
}

/// Where a finding that only informs leads: the incident it speaks of, or the runbook's own address.
fn opens(finding: &Finding) -> Option<(&'static str, String)> {
    match finding.kind {
        FindingKind::SimilarIncident => {
            let id = finding.facts.get("incident")?;
            // It comes from a tool's answer: only what is an id becomes an address.
            let id = evenkeel_domain::id::IncidentId::parse(id).ok()?;
            Some(("Open the incident", format!("/incidents/{id}")))
        }
        FindingKind::Runbook => {
            let address = finding.facts.get("address").filter(|url| url.starts_with("https://"))?;
            Some(("Open the runbook", address.clone()))
        }
        _ => None,
    }
}

#[component]
fn NotSeen(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let gaps = icc.read(|state| state.gaps.clone());
    (!gaps.is_empty()).then(|| {
            let lines = gaps.into_iter().map(|gap| view! { <GapLine gap=gap icc=icc /> }).collect_view();
            view! { <Panel title="Could not be seen" class="panel--gap"><ul class="gaps">{lines}</ul></Panel> }
        })
}
