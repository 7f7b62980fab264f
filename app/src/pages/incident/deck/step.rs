//! One step of the plan: what, on which object, how risky, what the policy says, what will change, how it is undone.

use evenkeel_domain::{
    action::ActionProgress,
    id::ActionId,
    plan::{PlannedAction, Undo},
    policy::ActionDecision,
};
use leptos::prelude::*;

use crate::{
    icons::{Glyph, Icon},
    pages::{incident::Icc, words},
    ui::{Badge, DiffView, RiskMeter, Tone},
};

/// The step.
#[component]
pub fn Step(
    /// Its number, where there are several.
    number: Option<u32>,
    /// The action.
    action: PlannedAction,
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let id = action.id;
    let what = words::sentence(&action.call.describe(&action.target.object));
    let what = number.map_or(what.clone(), |number| format!("{number}. {what}"));
    let object = action.target.object.to_string();
    let (dry_run, dry_run_href) = icc.cite(action.dry_run);
    let undo = match &action.undo {
        Undo::By { call } => format!("Undo: {}.", call.describe(&action.target.object)),
        Undo::None { reason } => format!("No undo: {reason}"),
    };
    let risk_parts =
        action.risk.reasons.into_iter().map(|part| view! { <li>{part}</li> }).collect_view();
    view! {
        <li class="step">
            <h3 class="step__what">{what}</h3>
            <p class="row"><span class="mono muted">{object.clone()}</span><Progress of=id icc=icc /></p>
            <details class="step__risk"><summary><RiskMeter risk=action.risk.score /></summary><ul class="small muted">{risk_parts}</ul></details>
            <Policy of=id icc=icc />
            <DiffView diff=action.diff label=object />
            <p class="small muted"><Icon glyph=Glyph::Undo />" "{undo}" Dry run: "<a class="cite" href=dry_run_href>{dry_run}</a></p>
        </li>
    }
    .into_any()
}

#[component]
fn Progress(
    /// Of which action.
    of: ActionId,
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let progress =
        icc.read(move |state| state.plan().and_then(|plan| plan.progress.get(&of)).cloned());
    let shown = progress.and_then(|progress| match progress {
        ActionProgress::Planned => None,
        ActionProgress::Intended => Some(("Being applied", Tone::Running, String::new())),
        ActionProgress::Applied { note } => Some(("Applied", Tone::Ok, note)),
        ActionProgress::Failed { error } => Some(("Not applied", Tone::Danger, error)),
        ActionProgress::Unknown { note } => Some(("Unknown whether applied", Tone::Danger, note)),
        ActionProgress::UndoIntended => Some(("Being taken back", Tone::Running, String::new())),
        ActionProgress::Undone { note } => Some(("Taken back", Tone::Waiting, note)),
        ActionProgress::UndoFailed { error } => {
            Some(("Could not be taken back", Tone::Danger, error))
        }
    });
    shown.map(|(word, tone, note)| {
        view! { <Badge text=word tone=tone /><span class="small muted">{note}</span> }
    })
}

#[component]
fn Policy(
    /// About which action.
    of: ActionId,
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let decision = icc.read(move |state| {
        let decision = state.plan()?.decision.as_ref()?;
        decision.actions.iter().find(|action| action.action == of).cloned()
    });
    decision.map(|ActionDecision { verdict, reasons, .. }| {
            let (word, tone) = words::verdict_words(verdict);
            let reasons = reasons
                .into_iter()
                .map(|reason| {
                    let href = format!("/policies#rule-{}", reason.rule);
                    view! { <li>{reason.sentence}" "<a class="cite" href=href>{reason.rule}</a></li> }
                })
                .collect_view();
            view! { <div class="step__policy"><Badge text=word tone=tone glyph=Glyph::Policies /><ul class="small">{reasons}</ul></div> }
        })
}
