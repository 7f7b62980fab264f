//! The last seven days in figures.

use evenkeel_domain::view::WeekFigures;
use leptos::prelude::*;

use crate::ui::time::took as short;

/// Incidents, how many closed without a person, how long things took, what was taken back.
#[component]
pub fn Week(
    /// The figures.
    figures: WeekFigures,
) -> impl IntoView {
    let took = |seconds: Option<f64>| seconds.map_or_else(|| "–".to_owned(), short);
    view! {
        <section class="figures" aria-label="The last 7 days">
            <h2 class="panel__title figures__title">"Last 7 days"</h2>
            <dl class="figures__list">
                <Figure name="Incidents" value=figures.opened.to_string() />
                <Figure name="Resolved" value=figures.resolved.to_string() />
                <Figure name="Without a person" value=figures.without_person.to_string() />
                <Figure name="Median to plan" value=took(figures.median_to_plan_s) />
                <Figure name="Median to recovery" value=took(figures.median_to_recovery_s) />
                <Figure name="Fixes taken back" value=figures.undone.to_string() />
            </dl>
        </section>
    }
    .into_any()
}

#[component]
fn Figure(
    /// What it counts.
    name: &'static str,
    /// The figure with its unit.
    value: String,
) -> impl IntoView {
    view! { <div class="figures__item"><dt>{name}</dt><dd class="number">{value}</dd></div> }
        .into_any()
}
