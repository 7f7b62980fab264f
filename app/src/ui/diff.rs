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
    let only = only_change(&diff).map(|(name, old, new)| {
        view! {
            <p class="diff__only">
                <span class="muted">{name}</span>
                <del>{old}</del>
                <span aria-hidden="true">"→"</span>
                <span class="unseen">"becomes"</span>
                <ins>{new}</ins>
            </p>
        }
    });
    view! {
        <figure class="diff">
            <figcaption class="diff__head"><span>{label.clone()}</span><CopyButton text=diff.clone() what="the diff" /></figcaption>
            {only}
            <pre class="diff__body" tabindex="0" aria-label=format!("Changes to {label}")><code>{lines}</code></pre>
            {(cut > 0).then(|| view! { <p class="small muted">{cut}" more lines are not shown; copying takes them all."</p> })}
        </figure>
    }
    .into_any()
}

/// The change in a few words, where it is one value: its name, and what differs in it.
fn only_change(diff: &str) -> Option<(String, String, String)> {
    let of = |sign: char, file: &'static str| {
        let mut lines =
            diff.lines().filter(move |line| line.starts_with(sign) && !line.starts_with(file));
        lines.next().filter(|_| lines.next().is_none()).map(|line| line[1..].trim())
    };
    let (old, new) = (of('-', "---")?, of('+', "+++")?);
    let ((name, old), (other, new)) = (old.split_once(": ")?, new.split_once(": ")?);
    if name != other {
        return None;
    }
    // What both begin with says nothing about the change: the address of an image up to its tag.
    let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
    let (mut at, mut cut) = (0, 0);
    for (character, _) in same {
        at += character.len_utf8();
        if "/:@".contains(character) {
            cut = at;
        }
    }
    let name = name.trim_start_matches("- ").to_owned();
    Some((name, old[cut..].to_owned(), new[cut..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::only_change;

    #[test]
    fn one_changed_value_is_told_by_what_differs() {
        let diff = "--- before\n+++ after\n@@ -1 +1 @@\n-  image: r.local/shop/checkout:1.5.0\n+  image: r.local/shop/checkout:1.4.2\n";
        let told = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(only_change(diff), told("image", "1.5.0", "1.4.2"));
        assert_eq!(only_change("-replicas: 2\n+replicas: 4\n"), told("replicas", "2", "4"));
        assert_eq!(only_change("-a: 1\n-b: 1\n+a: 2\n"), None);
        assert_eq!(only_change("-a: 1\n+b: 1\n"), None);
    }
}
