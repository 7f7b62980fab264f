//! Taking text along.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// Copies the code that stands beside it, or a given text; says whether it worked. Hidden where no script runs.
#[component]
pub fn CopyButton(
    /// What it is, for the button's name: "Copy the query".
    #[prop(into)]
    what: String,
    /// The text, where none stands beside the button.
    #[prop(optional, into)]
    text: String,
) -> impl IntoView {
    view! {
        <button class="btn btn--ghost btn--small needs-js" type="button" data-copy=text>
            <Icon glyph=Glyph::Copy />
            <span aria-live="polite">"Copy"</span>
            <span class="unseen">" "{what}</span>
        </button>
    }
    .into_any()
}
