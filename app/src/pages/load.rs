//! From a resource to a page: what is seen while it loads, and what if it cannot be shown.

use evenkeel_domain::view::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Redirect, hooks::use_location};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    url::escape,
    words::{sentence, without_tokens},
};
use crate::{
    api::{ApiError, page_status},
    icons::{Glyph, Icon},
    ui::{ButtonLink, ErrorState, ProblemNote, Skeleton},
};

/// Shows what a resource brings, or the problem if there is one. The page is sent when it is there.
pub fn load<T>(
    resource: Resource<Result<T, ApiError>>,
    label: &'static str,
    lines: usize,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let content = move || {
        let show = show.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(content) => show(content),
                Err(error) => view! { <ProblemView problem=error.0 /> }.into_any(),
            }
        })
    };
    view! { <Transition fallback=move || view! { <Skeleton label=label lines=lines /> }>{content}</Transition> }.into_any()
}

/// Why there is nothing to show: not signed in (leads to the sign-in page), not allowed, not there, or failed.
#[component]
pub fn ProblemView(
    /// The problem.
    problem: Problem,
) -> impl IntoView {
    page_status(problem.status);
    let Problem { status, code, message, next, reference, .. } = problem;
    let message = sentence(&without_tokens(&message));
    match status {
        401 => view! { <ToSignIn /> }.into_any(),
        403 => view! {
            <div class="state state--error">
                <Icon glyph=Glyph::Denied class="icon--xl" />
                <p class="state__title">{message}</p>
                <p class="state__text">{next}</p>
                <p class="state__reference"><span class="mono">{code}</span></p>
            </div>
        }
        .into_any(),
        404 => {
            let (href, words) = list_of(&message);
            view! {
                <Title text="Not found" />
                <div class="state">
                    <Icon glyph=Glyph::Search class="icon--xl" />
                    <h1 class="state__title">{message}</h1>
                    <p class="state__text">{next}</p>
                    <div class="state__actions"><ButtonLink href=href>{words}</ButtonLink></div>
                    <p class="state__reference"><span class="mono">{code}</span></p>
                </div>
            }
            .into_any()
        }
        _ => view! { <ErrorState code=code message=message next_step=next reference=reference /> }
            .into_any(),
    }
}

/// Where what is absent would be listed, and the words that lead there.
fn list_of(message: &str) -> (&'static str, &'static str) {
    if message.contains("incident") || message.contains("evidence") {
        ("/incidents", "To the incidents")
    } else if message.contains("cluster") {
        ("/clusters", "To the clusters")
    } else {
        ("/", "To the Overview")
    }
}

/// Leads to the sign-in page, and from there back here.
#[component]
pub fn ToSignIn() -> impl IntoView {
    let location = use_location();
    let path = location.pathname.get_untracked();
    let search = location.search.get_untracked();
    let here = if search.is_empty() { path } else { format!("{path}?{search}") };
    let sign_in = format!("/login?next={}", escape(&here));
    view! {
        <Redirect path=sign_in.clone() />
        <p class="state"><a href=sign_in>"Sign in to see this page"</a></p>
    }
    .into_any()
}

/// What became of a form that was posted: the problem, if there was one. It travels in the address the form leads to.
#[component]
pub fn Outcome<T: Clone + Send + Sync + 'static>(
    /// The action's value.
    #[prop(into)]
    of: Signal<Option<Result<T, ApiError>>>,
) -> impl IntoView {
    let shown = move || {
        let problem = of.with(|value| {
            value.as_ref().and_then(|result| result.as_ref().err()).map(|error| error.0.clone())
        });
        problem.map(|Problem { code, message, next, reference, .. }| {
            let message = sentence(&without_tokens(&message));
            view! { <ProblemNote code=code message=message next_step=next reference=reference /> }
        })
    };
    view! { {shown} }.into_any()
}
