//! The terminal around the lines.

use leptos::prelude::*;

use super::{Entry, Unfold, entry::EntryLine};
use crate::{
    icons::{Glyph, Icon},
    ui::{FilterChips, LinkItem},
};

/// The terminal: filters by agent, lines, and a scroll position that follows the newest line until one scrolls up.
#[component]
pub fn Terminal(
    /// The entries, oldest first.
    entries: Vec<Entry>,
    /// The agent whose lines are shown; all if absent. Comes from the URL.
    #[prop(optional_no_strip)]
    agent: Option<String>,
    /// What the links of the filter begin with, e.g. `?tab=mission`; the agent is added as `&agent=`.
    #[prop(into)]
    base: String,
    /// Whether more lines are to come.
    live: bool,
    /// What else folds open beneath lines that record evidence.
    #[prop(optional)]
    unfold: Option<Unfold>,
) -> impl IntoView {
    let spoken = entries.iter().rev().find(|entry| entry.critical).map(|entry| entry.text.clone());
    let chips = agent_links(&entries, agent.as_deref(), &base);
    let shown: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| agent.as_ref().is_none_or(|agent| *agent == entry.agent))
        .collect();
    let none = shown.is_empty().then(|| view! { <p class="term__empty">"No entries yet."</p> });
    let lines = shown
        .into_iter()
        .map(|entry| view! { <EntryLine entry=entry unfold=unfold.clone() /> })
        .collect_view();
    let jump = live.then(|| {
        view! { <button class="term__jump needs-js" type="button" hidden=true data-to-end=""><Icon glyph=Glyph::ToEnd />"Jump to live"</button> }
    });
    view! {
        <section class="term" aria-label="Mission Control">
            <header class="term__head">
                <Icon glyph=Glyph::Terminal />
                <h2 class="term__title">"Mission Control"</h2>
                <span class="term__state" data-live=live.then_some("")>{state_words(live)}</span>
                <FilterChips label="Filter by agent" items=chips />
            </header>
            <div class="term__lines" role="log" aria-live="off" tabindex="0" aria-label="Journal entries">{lines}{none}</div>
            <p class="unseen" aria-live="assertive">{spoken}</p>
            {jump}
        </section>
    }
    .into_any()
}

/// Whether more lines are to come; where they are (`data-live`), the browser says so when the line is broken.
pub const fn state_words(live: bool) -> &'static str {
    if live { "● live · UTC" } else { "○ not live · UTC" }
}

fn agent_links(entries: &[Entry], chosen: Option<&str>, base: &str) -> Vec<LinkItem> {
    let mut agents: Vec<&str> = entries.iter().map(|entry| entry.agent.as_str()).collect();
    agents.sort_unstable();
    agents.dedup();
    let separator = if base.contains('?') { '&' } else { '?' };
    let mut links = vec![LinkItem::new("all", base, chosen.is_none())];
    links.extend(agents.into_iter().map(|agent| {
        let active = chosen == Some(agent);
        LinkItem::new(
            agent,
            if active { base.to_owned() } else { format!("{base}{separator}agent={agent}") },
            active,
        )
    }));
    links
}
