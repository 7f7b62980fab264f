//! A small curve with its extremes, a read-out under the pointer, and an honest answer when there is nothing to draw.

use leptos::prelude::*;

use super::{
    Points,
    plot::Plot,
    scale::{Window, span, with_unit},
};
use crate::icons::{Glyph, Icon};

/// A sparkline. Without a single value it is a hatched card with the reason.
#[component]
pub fn Sparkline(
    /// The curve.
    points: Points,
    /// Unit of the values, e.g. `ms` or `req/s`.
    #[prop(into)]
    unit: String,
    /// What it shows, e.g. "Latency, 95th percentile".
    #[prop(into)]
    label: String,
    /// Why there is nothing, e.g. "Prometheus did not answer".
    #[prop(optional, into)]
    reason: Option<String>,
    /// Moments at which an alert fired.
    #[prop(optional)]
    alerts: Vec<f64>,
    /// Only the curve, for tiles: no line of extremes beneath it.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let Some(window) = Window::around(&points, &[]) else {
        return view! { <NoData reason=reason.unwrap_or_else(|| "no samples in this window".to_owned()) /> }.into_any();
    };
    let (low, high) =
        span(points.iter().filter_map(|point| point.1).filter(|value| value.is_finite()))
            .unwrap_or_default();
    let summary =
        format!("{label}: between {} and {}", with_unit(low, &unit), with_unit(high, &unit));
    let extremes = format!("min {} · max {}", with_unit(low, &unit), with_unit(high, &unit));
    view! {
        <div class="spark">
            <Plot points=points window=window label=summary alerts=alerts unit=unit />
            {(!bare).then(|| view! { <p class="spark__read number" data-read="">{extremes}</p> })}
        </div>
    }
    .into_any()
}

/// "We could not see this", as loudly as what was seen.
#[component]
pub fn NoData(
    /// Why.
    #[prop(into)]
    reason: String,
) -> impl IntoView {
    view! {
        <div class="nodata">
            <span class="nodata__text"><Icon glyph=Glyph::Offline /><strong>"No data"</strong><span>{reason}</span></span>
        </div>
    }
    .into_any()
}
