//! What must be true afterwards, for how long, and how it stands.

use evenkeel_domain::{plan::VerificationWindow, predicate::Predicate, verification::Reading};
use leptos::prelude::*;

use crate::{
    icons::{Glyph, Icon},
    pages::{incident::Icc, words},
    ui::{CopyButton, Time, time::duration},
};

/// The predicates, each with what was read last.
#[component]
pub fn Goals(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let plan =
        icc.read(|state| state.plan().map(|plan| (plan.plan.predicates.clone(), plan.plan.window)));
    let latest = icc.read(|state| {
        let verification = &state.verification;
        if verification.latest.is_empty() {
            verification.baseline.clone()
        } else {
            verification.latest.clone()
        }
    });
    let holding = icc.read(|state| {
        state.verification.holding_since.filter(|_| state.verification.status.is_none())
    });
    plan.filter(|(predicates, _)| !predicates.is_empty()).map(|(predicates, window)| {
            let lines = (0..)
                .zip(predicates)
                .map(|(at, predicate)| {
                    let reading = latest.iter().find(|reading| reading.predicate == at).cloned();
                    view! { <Goal predicate=predicate reading=reading /> }
                })
                .collect_view();
            view! {
                <section class="goals" aria-label="What must be true afterwards">
                    <h3 class="claims__title">"It worked when"</h3>
                    <ul>{lines}</ul>
                    <p class="small muted">{terms(window)}{holding.map(|since| view! { " All hold since "<Time at=since />"." })}</p>
                </section>
            }
        })
}

fn terms(window: VerificationWindow) -> String {
    format!(
        "All for {} without a break, within {}; read every {}. Otherwise it is taken back.",
        duration(f64::from(window.hold_s)),
        duration(f64::from(window.within_s)),
        duration(f64::from(window.every_s)),
    )
}

#[component]
fn Goal(
    /// What must be true.
    predicate: Predicate,
    /// What was read last, if anything was.
    reading: Option<Reading>,
) -> impl IntoView {
    let (unit, query) = match &predicate {
        Predicate::Metric { query, unit, .. } => (unit.clone(), Some(query.clone())),
        _ => (String::new(), None),
    };
    let glyph = match &reading {
        None => view! { <Icon glyph=Glyph::Target /> },
        Some(reading) if reading.fulfilled => view! { <Icon glyph=Glyph::Ok class="goal__ok" /> },
        Some(_) => view! { <Icon glyph=Glyph::Failed class="goal__failed" /> },
    };
    let now =
        reading.map(|reading| format!(" – now {}", words::measured(&reading.measured, &unit)));
    let query = query.map(|query| {
        view! {
            <details class="small"><summary class="muted">"Query"</summary>
                <div class="secret"><pre tabindex="0"><code>{query}</code></pre><CopyButton what="the query" /></div>
            </details>
        }
    });
    view! { <li class="goal">{glyph}<div><span>{goal_words(&predicate)}<span class="muted number">{now}</span></span>{query}</div></li> }.into_any()
}

/// The predicate in words, in people's units.
pub fn goal_words(predicate: &Predicate) -> String {
    match predicate {
        Predicate::Metric { label, comparison, threshold, unit, .. } => {
            let name = words::measure(label);
            let (value, unit) = words::in_people_units(*threshold, unit);
            format!(
                "{name} {} {}",
                comparison.sign(),
                crate::ui::chart::scale::with_unit(value, &unit)
            )
        }
        other => other.describe(),
    }
}
