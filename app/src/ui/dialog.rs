//! Asking before doing.

use leptos::{html::Dialog as DialogElement, prelude::*};

use super::{ButtonKind, browser, field::TextInput};
use crate::icons::{Glyph, Icon};

/// A button that opens a question in place: a native `<details>`, so it asks without JavaScript too. Put a form inside.
#[component]
pub fn Confirm(
    /// The words on the button.
    #[prop(into)]
    label: String,
    /// What the button is for.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon on the button.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// The keyboard shortcut that opens it.
    #[prop(optional, into)]
    shortcut: Option<String>,
    /// The question, with the form that answers it.
    children: Children,
) -> impl IntoView {
    let class = match kind {
        ButtonKind::Secondary => "btn",
        ButtonKind::Primary => "btn btn--primary",
        ButtonKind::Approve => "btn btn--approve",
        ButtonKind::Danger => "btn btn--danger",
        ButtonKind::Ghost => "btn btn--ghost",
    };
    view! {
        <details class="confirm">
            <summary class=class data-shortcut=shortcut>
                {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
                <span>{label}</span>
            </summary>
            <div class="confirm__body">{children()}</div>
        </details>
    }
    .into_any()
}

/// A field in which one must type a name before the browser submits the form: for what cannot be taken back.
#[component]
pub fn TypeToConfirm(
    /// Name of the field in the form.
    #[prop(into)]
    name: String,
    /// What must be typed.
    #[prop(into)]
    expected: String,
) -> impl IntoView {
    let label = format!("Type {expected} to confirm");
    view! { <TextInput name=name label=label pattern=escape(&expected) required=true autocomplete="off" /> }.into_any()
}

/// Makes a text match itself in an HTML pattern.
fn escape(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        // No others: browsers read patterns with the `v` flag, which refuses needless escapes.
        if r"\^$.|?*+()[]{}/".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// A modal dialog of the browser, opened by a signal; needs JavaScript, so nothing indispensable may live in it.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its name for screen readers.
    #[prop(into)]
    label: String,
    /// Further classes.
    #[prop(optional, into)]
    class: String,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<DialogElement>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            browser::show_dialog(&element, open.get());
        }
    });
    view! {
        <dialog class=format!("dialog {class}") aria-label=label node_ref=element on:close=move |_| open.set(false)>
            {children()}
        </dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_pattern_matches_the_name_and_nothing_else() {
        assert_eq!(escape("shop.eu (1)"), r"shop\.eu \(1\)");
        assert_eq!(escape("shop-eu"), "shop-eu");
    }
}
