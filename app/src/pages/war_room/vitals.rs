//! The four golden signals.

use evenkeel_domain::view::Vitals;
use leptos::prelude::*;

use super::signals::VitalReading;
use crate::{
    api::ApiError,
    icons::{Glyph, Icon},
    pages::load::load,
    ui::{CopyButton, Time, VitalCard},
};

/// Four cards; each has its number, its curve, and the PromQL behind it.
#[component]
pub fn VitalSigns(
    /// As the page asked for them.
    vitals: Resource<Result<Vitals, ApiError>>,
) -> impl IntoView {
    view! {
        <section aria-label="Vital signs" class="vitals">
            <h2 class="unseen">"Vital signs"</h2>
            {load(vitals, "vital signs", 4, |vitals| view! { <Cards vitals=vitals /> }.into_any())}
        </section>
    }
    .into_any()
}

#[component]
fn Cards(
    /// As they were read.
    vitals: Vitals,
) -> impl IntoView {
    let Vitals { signals, marks, at } = vitals;
    let signals: Vec<VitalReading> = signals.into_iter().map(VitalReading::from).collect();
    let queries = signals
        .iter()
        .filter_map(|signal| Some((signal.title.clone(), signal.query.clone()?)))
        .map(|(title, query)| {
            view! {
                <div class="secret">
                    <pre tabindex="0"><code>{format!("# {title}\n{query}")}</code></pre>
                    <CopyButton text=query what=format!("the query of {title}") />
                </div>
            }
        })
        .collect_view();
    let cards = signals
        .into_iter()
        .map(|signal| {
            let VitalReading { vital, title, value, unit, change, points, reason, .. } = signal;
            view! { <VitalCard vital=vital title=title value=value unit=unit change=change points=points alerts=marks.clone() reason=reason /> }
        })
        .collect_view();
    view! {
        <div class="grid grid--vitals">{cards}</div>
        <details class="vitals__how">
            <summary><Icon glyph=Glyph::Info />"The last hour, against the hour before. Read "<Time at=at />". How it is measured"</summary>
            <div class="stack stack--tight">{queries}</div>
        </details>
    }
    .into_any()
}
