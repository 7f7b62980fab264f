//! Rows and pairs.

use leptos::prelude::*;

/// A table in a box that scrolls sideways on narrow screens. Rows are the caller's `<tr>`; put `data-row` on the link
/// of each row so that `j` and `k` walk through them.
#[component]
pub fn Table(
    /// What the table lists, for screen readers.
    #[prop(into)]
    caption: String,
    /// Column headings.
    columns: Vec<&'static str>,
    /// Whether each row becomes a card where the window is narrow. Say of each cell which column it is: `data-label`.
    #[prop(optional)]
    cards: bool,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let heads =
        columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view();
    let label = caption.clone();
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label=label>
            <table class=if cards { "table table--cards" } else { "table" }>
                <caption class="unseen">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Names and values, such as an alert's labels.
#[component]
pub fn KeyValue(
    /// Name and value of each.
    items: Vec<(String, String)>,
    /// Whether the values are code: names of objects, labels, hashes.
    #[prop(optional)]
    mono: bool,
) -> impl IntoView {
    let rows = items
        .into_iter()
        .map(|(name, value)| {
            view! { <div class="kv__row"><dt>{name}</dt><dd class=if mono { "mono" } else { "" }>{value}</dd></div> }
        })
        .collect_view();
    view! { <dl class="kv">{rows}</dl> }.into_any()
}
