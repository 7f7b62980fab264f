//! What a page shows when it has nothing, cannot, may not, or does not know yet.

use leptos::prelude::*;

use super::{Button, ButtonKind};
use crate::icons::{Glyph, Icon};

/// There is nothing. Say what will appear here and offer the next step as children.
#[component]
pub fn EmptyState(
    /// In a few words.
    #[prop(into)]
    title: String,
    /// What will appear here, or why nothing does.
    #[prop(into)]
    text: String,
    /// An icon for the eye.
    #[prop(default = Glyph::Ok)]
    glyph: Glyph,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="state">
            <Icon glyph=glyph class="icon--xl" />
            <p class="state__title">{title}</p>
            <p class="state__text">{text}</p>
            {children.map(|children| view! { <div class="state__actions">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// It failed: what, what it means, what to do, and a reference to quote.
#[component]
pub fn ErrorState(
    /// The stable code, e.g. `prometheus-unreachable`.
    #[prop(into)]
    code: String,
    /// What failed and what it means, in a sentence.
    #[prop(into)]
    message: String,
    /// What to do now.
    #[prop(into)]
    next_step: String,
    /// Finds the cause in the server's log.
    #[prop(optional_no_strip)]
    reference: Option<String>,
    /// Where to try again; the same page if absent.
    #[prop(optional, into)]
    retry: Option<String>,
) -> impl IntoView {
    view! {
        <div class="state state--error" role="alert">
            <Icon glyph=Glyph::Failed class="icon--xl" />
            <p class="state__title">{message}</p>
            <p class="state__text">{next_step}</p>
            <form class="state__actions" method="get" action=retry.unwrap_or_default()>
                <Button r#type="submit" kind=ButtonKind::Secondary glyph=Glyph::Retry>"Try again"</Button>
            </form>
            <p class="state__reference">
                <span class="mono">{code}</span>
                {reference.map(|reference| view! { <span>"Reference "<span class="mono">{reference}</span></span> })}
            </p>
        </div>
    }
    .into_any()
}

/// A problem beside what caused it, e.g. a form.
#[component]
pub fn ProblemNote(
    /// The stable code.
    #[prop(into)]
    code: String,
    /// What failed, in a sentence.
    #[prop(into)]
    message: String,
    /// What to do now.
    #[prop(into)]
    next_step: String,
    /// Finds the cause in the server's log.
    #[prop(optional_no_strip)]
    reference: Option<String>,
) -> impl IntoView {
    let reference =
        reference.map(|reference| view! { " · reference "<span class="mono">{reference}</span> });
    view! {
        <div class="outcome" role="alert">
            <Icon glyph=Glyph::Failed />
            <div>
                <p><strong>{message}</strong></p>
                <p>{next_step}</p>
                <p class="small muted"><span class="mono">{code}</span>{reference}</p>
            </div>
        </div>
    }
    .into_any()
}

/// Signed in, but not allowed. Says which role would be.
#[component]
pub fn Forbidden(
    /// What was wanted, e.g. "approve plans in production".
    #[prop(into)]
    action: String,
    /// The role it needs.
    #[prop(into)]
    needs: String,
) -> impl IntoView {
    view! {
        <div class="state state--error">
            <Icon glyph=Glyph::Denied class="icon--xl" />
            <p class="state__title">"You may not " {action}"."</p>
            <p class="state__text">"This needs the role "<strong>{needs}</strong>". An administrator of your organisation can grant it."</p>
        </div>
    }
    .into_any()
}

/// Grey lines where content is on its way.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 3)]
    lines: usize,
    /// What is loading, for screen readers.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="unseen">"Loading " {label}</span>
            {(0..lines).map(|_| view! { <span class="skeleton__line"></span> }).collect_view()}
        </div>
    }
    .into_any()
}
