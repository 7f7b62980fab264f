//! Small labels: a word with an icon.

use leptos::prelude::*;

use super::Tone;
use crate::icons::{Glyph, Icon};

/// A label with a meaning: icon, word, colour.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    text: String,
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// Another icon than the tone's own.
    #[prop(optional)]
    glyph: Option<Glyph>,
) -> impl IntoView {
    view! {
        <span class=format!("badge badge--{}", tone.suffix())>
            <Icon glyph=glyph.unwrap_or(tone.glyph()) />
            {text}
        </span>
    }
    .into_any()
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// People are affected now.
    Critical,
    /// It will become worse.
    Warning,
    /// Worth knowing.
    Info,
}

/// The severity of an alert or incident.
#[component]
pub fn SeverityBadge(
    /// Which.
    severity: Severity,
) -> impl IntoView {
    let (text, tone, glyph) = match severity {
        Severity::Critical => ("Critical", Tone::Danger, Glyph::Critical),
        Severity::Warning => ("Warning", Tone::Waiting, Glyph::Warning),
        Severity::Info => ("Info", Tone::Running, Glyph::Info),
    };
    view! { <Badge text=text tone=tone glyph=glyph /> }.into_any()
}

/// The environment of a cluster; production stands out because other rules hold there.
#[component]
pub fn EnvironmentBadge(
    /// Its name, e.g. `production` or `staging`.
    #[prop(into)]
    name: String,
    /// Whether production's rules hold.
    production: bool,
) -> impl IntoView {
    let class = if production { "tag tag--production" } else { "tag" };
    view! { <span class=class><span class="unseen">"Environment "</span>{name}</span> }.into_any()
}
