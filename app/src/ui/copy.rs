//! Taking text along.

use leptos::prelude::*;

use super::browser;
use crate::icons::{Glyph, Icon};

/// Copies a text; says whether it worked. Hidden where no script runs.
#[component]
pub fn CopyButton(
    /// The text.
    #[prop(into)]
    text: String,
    /// What it is, for the button's name: "Copy the query".
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let outcome = RwSignal::new(None::<bool>);
    let copy = move |_| {
        outcome.set(Some(browser::copy(&text)));
        set_timeout(move || outcome.set(None), std::time::Duration::from_secs(2));
    };
    let words = move || match outcome.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Not allowed here",
    };
    view! {
        <button class="btn btn--ghost btn--small needs-js" type="button" on:click=copy>
            <Icon glyph=Glyph::Copy />
            <span aria-live="polite">{words}</span>
            <span class="unseen">" "{what}</span>
        </button>
    }
    .into_any()
}
