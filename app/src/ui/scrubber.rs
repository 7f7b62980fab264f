//! Going back and forth in a journal.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// A moment with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The record.
    pub seq: u64,
    /// What began with it.
    pub name: &'static str,
}

/// Steps through an incident's moments: to the record before or after, to where a phase began, or to any. Links and a
/// plain form, so it works without JavaScript and from the keyboard; the page reads `?at=`.
#[component]
pub fn Scrubber(
    /// The last moment: journal entries are counted from 1.
    last: u64,
    /// The moment shown; equal to `last` when live.
    at: u64,
    /// Moments with names, in order.
    #[prop(optional)]
    marks: Vec<Mark>,
    /// What else the address keeps, e.g. the tab that is open.
    #[prop(optional)]
    kept: Vec<(&'static str, String)>,
) -> impl IntoView {
    let hidden = kept
        .clone()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let address = move |seq: u64| {
        let at = (seq < last).then(|| ("at", seq.to_string()));
        let pairs: Vec<_> = at
            .into_iter()
            .chain(kept.clone())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("?{}", pairs.join("&"))
    };
    let step = |to: Option<u64>, glyph: Glyph, word: &'static str, rel: &'static str| {
        match to {
        Some(to) => view! { <a class="btn btn--ghost btn--small" href=address(to) rel=rel><Icon glyph=glyph /><span>{word}</span></a> }.into_any(),
        None => view! { <span class="btn btn--ghost btn--small scrub__none" aria-hidden="true"><Icon glyph=glyph /><span>{word}</span></span> }.into_any(),
    }
    };
    let before = step(at.checked_sub(1).filter(|to| *to >= 1), Glyph::Left, "Previous", "prev");
    let after = step(Some(at + 1).filter(|to| *to <= last), Glyph::Right, "Next", "next");
    let ticks = marks.iter().map(|mark| view! { <option value=mark.seq></option> }).collect_view();
    let current = marks.iter().rposition(|mark| mark.seq <= at);
    let links = marks
        .into_iter()
        .enumerate()
        .map(|(n, Mark { seq, name })| {
            let here = (current == Some(n)).then_some("step");
            view! { <li><a href=address(seq) aria-current=here>{name}" "<span class="number muted">{seq}</span></a></li> }
        })
        .collect_view();
    // Another moment is another form: what the browser keeps of the old one must not show in it.
    let key = format!("at-{at}");
    view! {
        <nav class="scrub" aria-label="Moments of this incident">
            <div class="scrub__line">
                {before}
                <form class="scrub__form" method="get" data-key=key>
                    {hidden.collect_view()}
                    <label class="small" for="at">"Record"</label>
                    <input id="at" name="at" type="range" min="1" max=last value=at list="moments" />
                    <datalist id="moments">{ticks}</datalist>
                    <span class="small muted number">{at}" / "{last}</span>
                    <button class="btn btn--ghost btn--small" type="submit">"Show"</button>
                </form>
                {after}
            </div>
            <ol class="scrub__marks small" aria-label="Where phases began">{links}</ol>
        </nav>
    }
    .into_any()
}
