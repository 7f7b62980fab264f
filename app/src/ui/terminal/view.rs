//! The terminal around the lines.

use leptos::{html::Div, prelude::*};

use super::{Entry, Unfold, entry::EntryLine};
use crate::{
    icons::{Glyph, Icon},
    ui::{FilterChips, LinkItem, browser},
};

/// The terminal: filters by agent, lines, and a scroll position that follows the newest line until one scrolls up.
#[component]
pub fn Terminal(
    /// The entries, oldest first. Grows while the stream is live.
    #[prop(into)]
    entries: Signal<Vec<Entry>>,
    /// The agent whose lines are shown; all if absent. Comes from the URL.
    #[prop(optional, into)]
    agent: Signal<Option<String>>,
    /// What the links of the filter begin with, e.g. `?tab=mission`; the agent is added as `&agent=`.
    #[prop(into)]
    base: String,
    /// Whether more lines are to come.
    #[prop(into)]
    live: Signal<bool>,
    /// What else folds open beneath lines that record evidence.
    #[prop(optional)]
    unfold: Option<Unfold>,
) -> impl IntoView {
    let scroller = NodeRef::<Div>::new();
    let following = RwSignal::new(true);
    let to_end = move || {
        if let Some(scroller) = scroller.get_untracked() {
            browser::scroll_to_end(&scroller);
        }
    };
    let shown = Memo::new(move |_| {
        let agent = agent.get();
        entries.with(|entries| {
            let wanted = |entry: &&Entry| agent.as_ref().is_none_or(|agent| *agent == entry.agent);
            entries.iter().filter(wanted).cloned().collect::<Vec<_>>()
        })
    });
    Effect::new(move |_| {
        shown.track();
        if following.get_untracked() {
            request_animation_frame(to_end);
        }
    });
    let follow = move |_| {
        following
            .set(scroller.get_untracked().is_none_or(|scroller| browser::is_at_end(&scroller)));
    };
    let spoken = move || {
        entries.with(|entries| {
            entries.iter().rev().find(|entry| entry.critical).map(|entry| entry.text.clone())
        })
    };
    let chips = move || view! { <FilterChips label="Filter by agent" items=agent_links(&entries.read(), agent.get().as_deref(), &base) /> };
    view! {
        <section class="term" aria-label="Mission Control">
            <header class="term__head">
                <Icon glyph=Glyph::Terminal />
                <h2 class="term__title">"Mission Control"</h2>
                <span class="term__state">{move || if live.get() { "● live · UTC" } else { "○ not live · UTC" }}</span>
                {chips}
            </header>
            <div class="term__lines" role="log" aria-live="off" tabindex="0" aria-label="Journal entries" node_ref=scroller on:scroll=follow>
                <For each=move || shown.get() key=|entry| entry.sequence children=move |entry| view! { <EntryLine entry=entry unfold=unfold.clone() /> } />
                {move || shown.with(Vec::is_empty).then(|| view! { <p class="term__empty">"No entries yet."</p> })}
            </div>
            <p class="unseen" aria-live="assertive">{spoken}</p>
            {move || {
                (live.get() && !following.get())
                    .then(|| {
                        let jump = move |_| {
                            following.set(true);
                            to_end();
                        };
                        view! { <button class="term__jump" type="button" on:click=jump><Icon glyph=Glyph::ToEnd />"Jump to live"</button> }
                    })
            }}
        </section>
    }
    .into_any()
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
