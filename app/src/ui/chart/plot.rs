//! The drawing area shared by every chart: a curve that scales with its box while its line keeps its width.

use std::fmt::Write as _;

use leptos::prelude::*;

use super::{Points, hover::Plotted, scale::Window};

/// Positions are drawn on a grid of this many units each way; the browser stretches it to the box.
const GRID: f64 = 1000.0;

/// The curve as SVG path data; a gap in the data interrupts it, and a lone point becomes a dot.
#[must_use]
pub fn line(points: &Points, window: &Window) -> String {
    let mut path = String::new();
    for run in runs(points) {
        for (at, (time, value)) in run.iter().enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            push(&mut path, command, window.x(*time) * GRID, window.y(*value) * GRID);
        }
        if run.len() == 1 {
            path.push_str("h1");
        }
    }
    path
}

/// Points that stand alone, as dots: a line that begins and ends in one place would hardly be seen.
#[must_use]
pub fn dots(points: &Points, window: &Window) -> String {
    let mut path = String::new();
    for run in runs(points).iter().filter(|run| run.len() == 1) {
        push(&mut path, 'M', window.x(run[0].0) * GRID, window.y(run[0].1) * GRID);
        path.push_str("h0.1");
    }
    path
}

/// The area beneath the curve.
#[must_use]
pub fn area(points: &Points, window: &Window) -> String {
    let floor = window.y(0.0_f64.max(window.value.0)) * GRID;
    let mut path = String::new();
    for run in runs(points).iter().filter(|run| run.len() > 1) {
        push(&mut path, 'M', window.x(run[0].0) * GRID, floor);
        for (time, value) in run {
            push(&mut path, 'L', window.x(*time) * GRID, window.y(*value) * GRID);
        }
        push(&mut path, 'L', window.x(run[run.len() - 1].0) * GRID, floor);
        path.push('Z');
    }
    path
}

fn push(path: &mut String, command: char, x: f64, y: f64) {
    write!(path, "{command}{x:.0} {y:.0}").ok();
}

/// The stretches without a gap.
fn runs(points: &Points) -> Vec<Vec<(f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for (time, value) in points {
        match value.filter(|value| value.is_finite()) {
            Some(value) => {
                if let Some(run) = runs.last_mut() {
                    run.push((*time, value));
                }
            }
            None => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// A curve in a box. Everything that needs words or a fixed size is laid over it by the caller as `overlay`.
#[component]
pub fn Plot(
    /// The curve.
    points: Points,
    /// What part of the world is shown.
    window: Window,
    /// What it shows, for screen readers.
    #[prop(into)]
    label: String,
    /// Moments at which an alert fired.
    #[prop(optional)]
    alerts: Vec<f64>,
    /// Unit of the values, for the read-out.
    #[prop(optional, into)]
    unit: String,
    /// Further SVG, positioned in per cent of the box.
    #[prop(optional, into)]
    overlay: ViewFn,
) -> impl IntoView {
    let (curve, shade) = (line(&points, &window), area(&points, &window));
    let alone = Some(dots(&points, &window)).filter(|path| !path.is_empty());
    let alone = alone.map(
        |path| view! { <path class="plot__dots" d=path vector-effect="non-scaling-stroke"></path> },
    );
    let marks = alerts
        .into_iter()
        .map(|time| {
            let x = percent(window.x(time));
            view! { <line class="plot__alert" x1=x.clone() x2=x y1="0" y2="100%"></line> }
        })
        .collect_view();
    let plotted = Plotted { window, unit, points }.to_string();
    view! {
        <div class="plot" data-plot=plotted>
            <svg class="plot__svg" role="img" aria-label=label width="100%" height="100%">
                <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%">
                    <path class="plot__area" d=shade></path>
                    <path class="plot__line" d=curve vector-effect="non-scaling-stroke"></path>
                    {alone}
                </svg>
                {marks}
                {overlay.run()}
            </svg>
        </div>
    }
    .into_any()
}

/// A fraction as SVG percentage.
#[must_use]
pub fn percent(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_interrupts_the_line_and_is_not_zero() {
        let points = vec![(0.0, Some(1.0)), (1.0, Some(1.0)), (2.0, None), (3.0, Some(1.0))];
        let window = Window { time: (0.0, 3.0), value: (0.0, 2.0) };
        assert_eq!(line(&points, &window), "M0 500L333 500M1000 500h1");
        assert_eq!(dots(&points, &window), "M1000 500h0.1");
        assert_eq!(area(&points, &window), "M0 1000L0 500L333 500L333 1000Z");
    }
}
