//! The Action Deck: what Evenkeel wants to do, what the policy says, the buttons, and what became of it.

mod decide;
mod goals;
mod step;
mod verified;

pub use verified::{Compared, figures};

use evenkeel_domain::{IncidentState, policy::Verdict, stage::Stage};
use leptos::prelude::*;

use self::{decide::Decide, goals::Goals, step::Step, verified::Verified};
use super::Icc;
use crate::{
    icons::{Glyph, Icon},
    pages::words,
    ui::{Panel, Tone},
};

/// The column.
#[component]
pub fn Deck(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let hash = icc.read(|state| state.plan().map(|plan| plan.hash.clone()));
    let plan = hash.map(|hash| {
            view! {
                <Plan icc=icc />
                <p class="small muted">"Plan "<span class="mono" title=hash.to_string()>{hash.short().to_owned()}</span></p>
            }
        });
    view! {
        <Panel title="Action deck" class="deck">
            <div class="stack">
                <Standing icc=icc />
                <Verified icc=icc />
                {plan}
            </div>
            <Decide icc=icc />
        </Panel>
    }
    .into_any()
}

/// Where things stand, in a sentence: what is awaited, why nothing can be pressed, how it ended.
#[component]
fn Standing(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let (tone, text) = icc.read(standing);
    view! { <p class=format!("standing standing--{}", tone.suffix())><Icon glyph=tone.glyph() /><span>{text}</span></p> }
}

fn standing(state: &IncidentState) -> (Tone, String) {
    let denied = || {
        let reasons = state.plan().and_then(|plan| plan.decision.as_ref()).map(|decision| {
            let sentences = decision
                .actions
                .iter()
                .filter(|action| action.verdict == Verdict::Deny)
                .flat_map(|action| &action.reasons);
            sentences.map(|reason| reason.sentence.clone()).collect::<Vec<_>>().join(" ")
        });
        format!(
            "The policy denies this plan, so it cannot be approved. {}",
            reasons.unwrap_or_default()
        )
    };
    match &state.stage {
        Stage::Observing { .. } => (
            Tone::Running,
            "Specialists are looking. A plan follows once a cause is found.".to_owned(),
        ),
        Stage::Orienting { .. } => (Tone::Running, "Hypotheses are being ranked.".to_owned()),
        Stage::Planning => (Tone::Running, "A plan is being made and dry-run.".to_owned()),
        Stage::Judging { .. } => (Tone::Running, "The policy is asked.".to_owned()),
        Stage::Judged { verdict: Verdict::Deny, .. } => (Tone::Danger, denied()),
        Stage::Judged { .. } => (Tone::Running, "The policy has answered.".to_owned()),
        Stage::AwaitingApproval { .. } => {
            (Tone::Waiting, "Waits for a person. Nothing is changed until then.".to_owned())
        }
        Stage::Unapproved { rejected, .. } => (
            Tone::Neutral,
            if *rejected {
                "The plan was rejected.".to_owned()
            } else {
                "Nobody answered in time.".to_owned()
            },
        ),
        Stage::Acting { .. } => (
            Tone::Running,
            "The approved steps are being carried out, exactly as planned.".to_owned(),
        ),
        Stage::Verifying { .. } => (Tone::Running, "The fix is being verified.".to_owned()),
        Stage::Verified { status, .. } => {
            (Tone::Running, format!("Verification concluded: {}.", status.as_str()))
        }
        Stage::Undoing { .. } => {
            (Tone::Danger, "The fix did not work and is being taken back.".to_owned())
        }
        Stage::Halted { .. } => {
            (Tone::Danger, "Emergency Stop holds this run before its next write.".to_owned())
        }
        Stage::Closed { resolution } => words::ending(state, *resolution),
    }
}

#[component]
fn Plan(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let plan = icc.read(|state| {
        state.plan().map(|plan| {
            // The heading of the step says what; said again is only why.
            let (what, summary) = (plan.plan.describe(), &plan.plan.summary);
            let why = summary.strip_prefix(&what).and_then(|rest| rest.strip_prefix(": "));
            (why.unwrap_or(summary).to_owned(), plan.plan.actions.clone())
        })
    });
    let voided = icc.read(|state| state.plan().and_then(|plan| plan.voided.clone()));
    let void = voided.map(|reason| {
            view! { <p class="standing standing--danger"><Icon glyph=Glyph::Failed /><span>"This plan is void: "{reason}</span></p> }
        });
    let steps = plan.map(|(summary, actions)| {
        let many = actions.len() > 1;
        let steps = (1..).zip(actions).map(|(number, action)| view! { <Step number=many.then_some(number) action=action icc=icc /> }).collect_view();
        view! { <ol class="deck__steps">{steps}</ol><p class="measure small"><strong>"Why: "</strong>{words::sentence(&summary)}</p> }
    });
    view! { {void} {steps} <Goals icc=icc /> }.into_any()
}
