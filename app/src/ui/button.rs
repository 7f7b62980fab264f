//! Buttons and links that look like buttons.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// What pressing does, which decides how the button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ButtonKind {
    /// One of several things to do.
    #[default]
    Secondary,
    /// The main thing to do on a page.
    Primary,
    /// Lets Evenkeel act.
    Approve,
    /// Stops, rejects or destroys.
    Danger,
    /// Barely visible until wanted.
    Ghost,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Secondary => "btn",
            Self::Primary => "btn btn--primary",
            Self::Approve => "btn btn--approve",
            Self::Danger => "btn btn--danger",
            Self::Ghost => "btn btn--ghost",
        }
    }
}

/// A button. While `busy` it shows that it works and cannot be pressed again; with `disabled_because` it says why it cannot.
#[component]
pub fn Button(
    /// What it is for.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the words.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// `button` by default: inside a form say `submit`.
    #[prop(optional, into)]
    r#type: Option<String>,
    /// Name to submit, for forms with several buttons.
    #[prop(optional, into)]
    name: Option<String>,
    /// Value to submit under that name.
    #[prop(optional, into)]
    value: Option<String>,
    /// Whether the server is working on it. In a form the browser's half sets this by itself.
    #[prop(optional)]
    busy: bool,
    /// Why it cannot be pressed, shown beneath it.
    #[prop(optional, into)]
    disabled_because: Signal<Option<String>>,
    /// The keyboard shortcut that presses it (see [`super::use_shortcuts`]).
    #[prop(optional, into)]
    shortcut: Option<String>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let disabled = move || busy || disabled_because.with(Option::is_some);
    view! {
        <span class="btn-wrap">
            <button
                class=kind.class()
                type=r#type.unwrap_or_else(|| "button".to_owned())
                name=name
                value=value
                disabled=disabled
                aria-busy=busy.then_some("true")
                data-shortcut=shortcut
            >
                {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
                <span>{children()}</span>
            </button>
            {move || {
                disabled_because
                    .get()
                    .map(|reason| view! { <span class="btn__reason"><Icon glyph=Glyph::Lock />{reason}</span> })
            }}
        </span>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// What it is for.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the words.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=href>
            {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
            <span>{children()}</span>
        </a>
    }
    .into_any()
}
