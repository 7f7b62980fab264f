//! Whether it worked: the curve around the fix, and every predicate before and after.

use evenkeel_domain::{
    IncidentState,
    plan::Figure,
    verification::{BeforeAfter, VerificationStatus},
};
use leptos::prelude::*;

use super::goals::goal_words;
use crate::{
    icons::{Glyph, Icon},
    pages::{incident::Icc, words},
    ui::{Badge, Tone, VerificationChart, chart::scale::with_unit, time::unix},
};

/// Shown once the Verifier has concluded.
#[component]
pub fn Verified(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let concluded = icc.read(|state| {
        state
            .verification
            .status
            .map(|status| (status, state.verification.summary.clone(), figures(state)))
    });
    let curve = icc.read(|state| {
        let plan = state.plan()?;
        let series = state.verification.series.clone();
        plan.plan.figure.clone().map(|figure| (figure, series, plan.acted_at))
    });
    let chart = curve.map(|(figure, series, acted_at)| {
            let Figure { label, unit, threshold, .. } = figure;
            let label = words::measure(&label);
            let largest = series.iter().filter_map(|sample| sample.value).chain(threshold).fold(0.0_f64, |a, b| a.max(b.abs()));
            let (factor, unit) = words::people_scale(Some(largest), &unit);
            let threshold = threshold.map(|threshold| threshold * factor);
            let goal = threshold.map(|threshold| format!("the alert's threshold, {}", with_unit(threshold, &unit))).unwrap_or_default();
            let points = series.into_iter().map(|sample| (sample.at, sample.value.map(|value| value * factor))).collect();
            view! { <VerificationChart title=label unit=unit points=points threshold=threshold goal=goal acted_at=acted_at.map(unix) /> }
        });
    concluded.map(|(status, summary, figures)| {
            let tone = match status {
                VerificationStatus::Resolved => Tone::Ok,
                VerificationStatus::Partial | VerificationStatus::Unknown => Tone::Waiting,
                VerificationStatus::Failed => Tone::Danger,
            };
            view! {
                <section class="stack stack--tight" aria-label="Verification">
                    <div class="row"><h3 class="claims__title">"Verification"</h3><Badge text=status.as_str() tone=tone /></div>
                    <p>{words::sentence(&summary)}</p>
                    {chart}
                    <Compared figures=figures />
                </section>
            }
        })
}

/// Every predicate before the fix and after it, in people's words and units.
pub fn figures(state: &IncidentState) -> Vec<BeforeAfter> {
    let predicates = state.plan().map(|plan| plan.plan.predicates.clone()).unwrap_or_default();
    let in_words = |figure: &BeforeAfter| {
        let mut figure = figure.clone();
        let of = predicates.iter().find(|predicate| predicate.describe() == figure.label);
        if let Some(predicate) = of {
            figure.label = goal_words(predicate);
        }
        figure
    };
    state.verification.figures.iter().map(in_words).collect()
}

/// Every predicate before the fix and after it.
#[component]
pub fn Compared(
    /// Predicate by predicate.
    figures: Vec<BeforeAfter>,
) -> impl IntoView {
    let lines = figures
        .into_iter()
        .map(|BeforeAfter { label, unit, before, after, fulfilled }| {
            let (glyph, class, word) = if fulfilled { (Glyph::Ok, "goal__ok", "holds") } else { (Glyph::Failed, "goal__failed", "does not hold") };
            view! {
                <li class="goal">
                    <Icon glyph=glyph class=class />
                    <div>
                        <p>{words::sentence(&label)}<span class="unseen">": "{word}</span></p>
                        <p class="small muted number">"before: "{words::measured(&before, &unit)}</p>
                        <p class="small number">"after: "{words::measured(&after, &unit)}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="compared" aria-label="Before and after the fix">{lines}</ul> }.into_any()
}
