//! A titled box.

use leptos::prelude::*;

/// A panel: a mono upper-case title, optionally controls beside it, and content.
#[component]
pub fn Panel(
    /// The title, in normal case; the style sheet makes it upper case.
    #[prop(into)]
    title: String,
    /// Controls or figures at the right of the title.
    #[prop(optional, into)]
    aside: ViewFn,
    /// Further classes, e.g. `panel--flush` for tables and rows that touch the border.
    #[prop(optional, into)]
    class: String,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let label = title.clone();
    view! {
        <section class=format!("panel {class}") aria-label=label>
            <header class="panel__head">
                <h2 class="panel__title">{title}</h2>
                <div class="panel__aside">{aside.run()}</div>
            </header>
            <div class="panel__body">{children()}</div>
        </section>
    }
    .into_any()
}
