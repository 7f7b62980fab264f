//! What waits for people.

use evenkeel_domain::incident::IncidentSummary;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{load::load, row::IncidentRows};
use crate::{
    api,
    live::Live,
    ui::{ButtonLink, EmptyState, Panel},
};

/// The page: plans that wait, oldest first, with the time that is left.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let waiting = Resource::new_blocking(|| (), |()| api::approvals());
    view! {
        <Title text="Approvals" />
        <div class="stack">
            <Live stream="/api/v1/events" />
            <h1>"Approvals"</h1>
            <Panel title="Waiting, oldest first" class="panel--flush">{load(waiting, "approvals", 4, list)}</Panel>
        </div>
    }
    .into_any()
}

fn list(waiting: Vec<IncidentSummary>) -> AnyView {
    if waiting.is_empty() {
        return view! {
            <EmptyState title="Nothing waits for you" text="A plan appears here when the policy asks for a person before it may be carried out.">
                <ButtonLink href="/incidents?open=true">"Open incidents"</ButtonLink>
                <ButtonLink href="/policies">"Which plans ask"</ButtonLink>
            </EmptyState>
        }
        .into_any();
    }
    view! { <IncidentRows incidents=waiting /> }.into_any()
}
