//! What a third-party server said: shown as its words, and as nobody else's.

use evenkeel_domain::finding::Finding;
use leptos::prelude::*;

/// The fact that holds the words.
pub(super) const SAYS: &str = "says";

/// The words of an answer, and what they are worth.
#[component]
pub(super) fn ForeignWords(
    /// The finding that holds them.
    finding: Finding,
) -> impl IntoView {
    let fact = |name: &str| finding.facts.get(name).cloned().unwrap_or_default();
    let (server, says) = (fact("server"), fact(SAYS));
    let cut = finding.facts.contains_key("cut");
    let words = (!says.is_empty()).then(|| {
        view! { <pre tabindex="0" class="foreign__words"><code>{says}</code></pre> }
    });
    let more = cut.then_some(" This is its beginning; the whole stands in the evidence.");
    view! {
        <figure class="foreign">
            <figcaption class="small muted">
                "Said by "<strong>{server}</strong>", a third-party server. Nobody has checked it, and no conclusion or plan rests on it."
                {more}
            </figcaption>
            {words}
        </figure>
    }
    .into_any()
}
