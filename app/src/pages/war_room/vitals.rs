//! The four golden signals.

use evenkeel_domain::view::Vitals;
use leptos::prelude::*;

use super::signals::VitalReading;
use crate::{
    api::ApiError,
    icons::{Glyph, Icon},
    pages::{load::load, words},
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
    // One failure behind all four is said once, in words.
    let first = signals.first().and_then(|signal| signal.reason.clone());
    let same =
        first.filter(|reason| signals.iter().all(|signal| signal.reason.as_ref() == Some(reason)));
    let once = same.is_some();
    let why = same.map(|reason| {
        let words = if reason.contains(" failed: ") { words::unreachable("prometheus", &reason) } else { format!("{}.", words::sentence(&reason)) };
        let said = reason.contains(" failed: ").then(|| view! { <details class="small muted"><summary>"The error"</summary><span class="mono">{reason}</span></details> });
        view! { <div class="standing standing--danger"><Icon glyph=Glyph::Offline /><div><p><strong>"No data. "</strong>{words}</p>{said}</div></div> }
    });
    let cards = signals
        .into_iter()
        .map(|signal| {
            let VitalReading { vital, title, value, unit, change, points, reason, .. } = signal;
            let reason = if once { Some(String::new()) } else { reason };
            view! { <VitalCard vital=vital title=title value=value unit=unit change=change points=points alerts=marks.clone() reason=reason /> }
        })
        .collect_view();
    view! {
        {why}
        <div class="grid grid--vitals">{cards}</div>
        <details class="vitals__how">
            <summary><Icon glyph=Glyph::Info /><span>"The last hour, against the hour before. Read "<Time at=at />". How it is measured"</span></summary>
            <div class="stack stack--tight">{queries}</div>
        </details>
    }
    .into_any()
}
