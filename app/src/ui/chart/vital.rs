//! One of the four golden signals on a card.

use leptos::prelude::*;

use super::{Points, Sparkline, scale::figure};

/// The four golden signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Vital {
    /// How long answers take.
    Latency,
    /// How much is asked.
    Traffic,
    /// How much fails.
    Errors,
    /// How full it is.
    Saturation,
}

impl Vital {
    /// The class of its card, which sets the colour of its curve.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Latency => "vital vital--latency",
            Self::Traffic => "vital vital--traffic",
            Self::Errors => "vital vital--errors",
            Self::Saturation => "vital vital--saturation",
        }
    }
}

/// The change against the hour before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// In per cent of the hour before.
    pub percent: f64,
    /// Whether that is bad news.
    pub worse: bool,
}

/// A vital sign: value, unit, change, curve.
#[component]
pub fn VitalCard(
    /// Which signal.
    vital: Vital,
    /// What exactly, e.g. "Latency p95".
    #[prop(into)]
    title: String,
    /// The last value; `None` is shown as a dash.
    value: Option<f64>,
    /// Its unit.
    #[prop(into)]
    unit: String,
    /// Against the hour before, if that is known.
    #[prop(default = None, into)]
    change: Option<Change>,
    /// The curve.
    points: Points,
    /// Moments at which an alert fired.
    #[prop(optional)]
    alerts: Vec<f64>,
    /// Why there is nothing.
    #[prop(optional_no_strip)]
    reason: Option<String>,
) -> impl IntoView {
    let shown = value.map_or_else(|| "–".to_owned(), figure);
    let change = change.map(|Change { percent, worse }| {
        let (arrow, word) = if percent >= 0.0 { ("▲", "up") } else { ("▼", "down") };
        let class = if worse { "vital__change vital__change--worse" } else { "vital__change" };
        let text = format!("{}%", figure(percent.abs()));
        view! {
            <span class=class title="against the hour before">
                <span aria-hidden="true">{arrow}</span>
                <span class="unseen">{word}" "</span>
                {text}
                <span class="unseen">" against the hour before"</span>
            </span>
        }
    });
    view! {
        <article class=vital.class()>
            <header class="vital__head"><h3 class="vital__title">{title.clone()}</h3>{change}</header>
            <p class="vital__value number">{shown}<span class="vital__unit">{unit.clone()}</span></p>
            <Sparkline points=points unit=unit label=title alerts=alerts reason=reason.unwrap_or_else(unknown_reason) />
        </article>
    }
    .into_any()
}

fn unknown_reason() -> String {
    "no samples in this window".to_owned()
}
