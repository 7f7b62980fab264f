//! Did the fix work: the curve around the action, the line it must cross, and the same as a table.

use leptos::prelude::*;

use super::{
    Points,
    plot::{Plot, percent},
    scale::{Window, with_unit},
    sparkline::NoData,
};
use crate::ui::time::clock;

/// How many rows the table has at most: a screen reader's user wants the course, not every scrape.
const TABLE_ROWS: usize = 24;

/// The curve before and after an action, with threshold and moment of the action.
#[component]
pub fn VerificationChart(
    /// What is measured, e.g. "Share of failed requests".
    #[prop(into)]
    title: String,
    /// Its unit.
    #[prop(into)]
    unit: String,
    /// The curve.
    points: Points,
    /// The value it must reach, if there is one.
    #[prop(default = None, into)]
    threshold: Option<f64>,
    /// How the threshold is meant, e.g. "below 5%".
    #[prop(into)]
    goal: String,
    /// When Evenkeel acted, in seconds since 1970.
    #[prop(default = None, into)]
    acted_at: Option<f64>,
    /// Why there is nothing.
    #[prop(optional, into)]
    reason: Option<String>,
) -> impl IntoView {
    let Some(window) = Window::around(&points, threshold.as_slice()) else {
        return view! { <NoData reason=reason.unwrap_or_else(|| "no samples around the action".to_owned()) /> }.into_any();
    };
    let idle = if goal.is_empty() { String::new() } else { format!("Goal: {goal}") };
    let axis = [window.value.1, f64::midpoint(window.value.0, window.value.1), window.value.0];
    let axis = axis.map(|value| view! { <span>{with_unit(value, &unit)}</span> }).collect_view();
    let times = [window.time.0, f64::midpoint(window.time.0, window.time.1), window.time.1];
    let times = times.map(|time| view! { <span>{clock(time)}</span> }).collect_view();
    let label = if goal.is_empty() { title.clone() } else { format!("{title}, goal {goal}") };
    let overlay = move || marks(&window, threshold, acted_at);
    view! {
        <figure class="verify">
            <figcaption class="verify__head"><h3>{title}</h3><p class="verify__read number" data-read="">{idle}</p></figcaption>
            <div class="verify__grid">
                <div class="verify__axis number" aria-hidden="true">{axis}</div>
                <Plot points=points.clone() window=window label=label unit=unit.clone() overlay=overlay />
                <div class="verify__times number" aria-hidden="true">{times}</div>
            </div>
            <details class="verify__data">
                <summary>"As a table"</summary>
                <SampleTable points=points unit=unit acted_at=acted_at />
            </details>
        </figure>
    }
    .into_any()
}

fn marks(window: &Window, threshold: Option<f64>, acted_at: Option<f64>) -> impl IntoView + use<> {
    let goal = threshold.map(|threshold| {
        let y = percent(window.y(threshold));
        view! { <line class="plot__threshold" x1="0" x2="100%" y1=y.clone() y2=y></line> }
    });
    let action = acted_at.map(|time| {
        let x = percent(window.x(time));
        // The words stay inside the plot whichever side the moment is on.
        let (anchor, shift) = if window.x(time) > 0.6 { ("end", "-6") } else { ("start", "6") };
        view! {
            <line class="plot__action" x1=x.clone() x2=x.clone() y1="0" y2="100%"></line>
            <text class="plot__label" x=x y="14" dx=shift text-anchor=anchor>{format!("acted {}", clock(time))}</text>
        }
    });
    view! {
        {goal}
        {action}
    }
}

#[component]
fn SampleTable(
    /// The curve.
    points: Points,
    /// Its unit.
    unit: String,
    /// When Evenkeel acted.
    acted_at: Option<f64>,
) -> impl IntoView {
    let step = points.len().div_ceil(TABLE_ROWS).max(1);
    let rows = points
        .into_iter()
        .step_by(step)
        .map(|(time, value)| {
            let side = match acted_at {
                Some(acted) if time >= acted => "after",
                Some(_) => "before",
                None => "",
            };
            let value = value.map_or_else(|| "no data".to_owned(), |value| with_unit(value, &unit));
            view! { <tr><th scope="row">{clock(time)}</th><td>{value}</td><td>{side}</td></tr> }
        })
        .collect_view();
    view! {
        <table class="table table--tight">
            <thead><tr><th scope="col">"Time (UTC)"</th><th scope="col">"Value"</th><th scope="col">"Action"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
