//! Whether it worked: the curve around the fix, and every predicate before and after.

use evenkeel_domain::{
    plan::Figure,
    verification::{BeforeAfter, VerificationStatus},
};
use leptos::prelude::*;

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
    let concluded = icc.part(|state| state.verification.status.map(|status| (status, state.verification.summary.clone(), state.verification.figures.clone())));
    let curve = icc.part(|state| {
        let plan = state.plan()?;
        let series = state.verification.series.clone();
        plan.plan.figure.clone().map(|figure| (figure, series, plan.acted_at))
    });
    let chart = move || {
        curve.get().map(|(figure, series, acted_at)| {
            let Figure { label, unit, threshold, .. } = figure;
            let largest = series.iter().filter_map(|sample| sample.value).chain(threshold).fold(0.0_f64, |a, b| a.max(b.abs()));
            let (factor, unit) = words::people_scale(Some(largest), &unit);
            let threshold = threshold.map(|threshold| threshold * factor);
            let goal = threshold.map(|threshold| format!("the alert's threshold, {}", with_unit(threshold, &unit))).unwrap_or_default();
            let points = series.into_iter().map(|sample| (sample.at, sample.value.map(|value| value * factor))).collect();
            view! { <VerificationChart title=words::sentence(&label) unit=unit points=points threshold=threshold goal=goal acted_at=acted_at.map(unix) /> }
        })
    };
    move || {
        concluded.get().map(|(status, summary, figures)| {
            let tone = match status {
                VerificationStatus::Resolved => Tone::Ok,
                VerificationStatus::Partial | VerificationStatus::Unknown => Tone::Waiting,
                VerificationStatus::Failed => Tone::Danger,
            };
            view! {
                <section class="stack stack--tight" aria-label="Verification">
                    <div class="row"><h3 class="claims__title">"Verification"</h3><Badge text=status.as_str() tone=tone /></div>
                    <p>{summary}</p>
                    {chart}
                    <Compared figures=figures />
                </section>
            }
        })
    }
}

/// Every predicate before the fix and after it.
#[component]
pub fn Compared(
    /// Predicate by predicate.
    figures: Vec<BeforeAfter>,
) -> impl IntoView {
    let rows = figures
        .into_iter()
        .map(|BeforeAfter { label, unit, before, after, fulfilled }| {
            let (glyph, word) = if fulfilled { (Glyph::Ok, "holds") } else { (Glyph::Failed, "does not hold") };
            view! {
                <tr>
                    <th scope="row">{words::sentence(&label)}</th>
                    <td class="number">{words::measured(&before, &unit)}</td>
                    <td class="number">{words::measured(&after, &unit)}</td>
                    <td><Icon glyph=glyph /><span class="unseen">{word}</span></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table table--tight">
            <caption class="unseen">"Before and after the fix"</caption>
            <thead><tr><th scope="col">"What"</th><th scope="col">"Before"</th><th scope="col">"After"</th><th scope="col"><span class="unseen">"Holds"</span></th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
