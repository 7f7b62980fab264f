//! What will change, as a unified diff.

use leptos::prelude::*;

use super::CopyButton;

/// More lines than this are cut, with a remark; the whole text can still be copied.
const MAX_LINES: usize = 600;

/// A unified diff: added lines green with `+`, removed ones red with `-`.
#[component]
pub fn DiffView(
    /// The diff as text, as `similar` or `diff -u` write it.
    #[prop(into)]
    diff: String,
    /// What it is the diff of, e.g. "Deployment shop/checkout".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    if diff.trim().is_empty() {
        return view! { <p class="muted small">"The dry run changed nothing."</p> }.into_any();
    }
    let total = diff.lines().count();
    let lines = diff
        .lines()
        .take(MAX_LINES)
        .map(|line| {
            let (class, word) = match line.as_bytes() {
                [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => {
                    ("diff__line diff__line--file", None)
                }
                [b'@', ..] => ("diff__line diff__line--hunk", None),
                [b'+', ..] => ("diff__line diff__line--added", Some("added ")),
                [b'-', ..] => ("diff__line diff__line--removed", Some("removed ")),
                _ => ("diff__line", None),
            };
            view! {
                <span class=class>
                    {word.map(|word| view! { <span class="unseen">{word}</span> })}
                    {line.to_owned()}
                    "\n"
                </span>
            }
        })
        .collect_view();
    let cut = total.saturating_sub(MAX_LINES);
    view! {
        <figure class="diff">
            <figcaption class="diff__head"><span>{label.clone()}</span><CopyButton text=diff.clone() what="the diff" /></figcaption>
            <pre class="diff__body" tabindex="0" aria-label=format!("Changes to {label}")><code>{lines}</code></pre>
            {(cut > 0).then(|| view! { <p class="small muted">{cut}" more lines are not shown; copying takes them all."</p> })}
        </figure>
    }
    .into_any()
}
