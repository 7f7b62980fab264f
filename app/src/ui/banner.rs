//! Thin lines above everything, and short messages after something was done.

use leptos::prelude::*;

use super::Tone;
use crate::icons::{Glyph, Icon};

/// A banner across the page: Emergency Stop, lost connection, practice range.
#[component]
pub fn Banner(
    /// What it means.
    tone: Tone,
    /// Another icon than the tone's own.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// The sentence, perhaps with a link.
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Danger { "alert" } else { "status" };
    view! {
        <div class=format!("banner banner--{}", tone.suffix()) role=role>
            <Icon glyph=glyph.unwrap_or(tone.glyph()) />
            <span>{children()}</span>
        </div>
    }
    .into_any()
}

/// Everything is halted.
#[component]
pub fn StopBanner(
    /// What is halted, e.g. the cluster's name.
    #[prop(into)]
    scope: String,
    /// Who pressed it.
    #[prop(into)]
    by: String,
    /// Since when, in words or as `<Time>`.
    #[prop(into)]
    since: ViewFn,
) -> impl IntoView {
    view! {
        <Banner tone=Tone::Danger glyph=Glyph::Stop>
            <strong>"Emergency Stop: "{scope}</strong>
            ". Nothing is written until it is released. Pressed by "{by}", "{since.run()}"."
        </Banner>
    }
    .into_any()
}

/// The live stream broke; it reconnects by itself and says when it was last live.
#[island]
pub fn ConnectionBanner() -> impl IntoView {
    let lost_since = crate::live::lost_since();
    move || {
        lost_since.get().map(|since| {
            view! {
                <Banner tone=Tone::Waiting glyph=Glyph::Offline>
                    "Connection lost, trying again. This page was last live "<span data-ago=since>{super::time::clock(since)}</span>"."
                </Banner>
            }
        })
    }
}

/// This cluster is the practice range.
#[component]
pub fn PracticeBanner() -> impl IntoView {
    view! {
        <Banner tone=Tone::Practice>
            <strong>"Practice range"</strong>" – its faults are real, its customers are not."
        </Banner>
    }
    .into_any()
}
