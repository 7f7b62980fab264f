//! The Overview: first what needs people, then what is open, then how the clusters do.

mod figures;
mod first_steps;
pub mod tile;

use evenkeel_domain::view::Overview;
use leptos::prelude::*;
use leptos_meta::Title;

use self::{figures::Week, first_steps::FirstSteps, tile::Tile};
use super::{load::load, row::IncidentRows};
use crate::{
    api,
    live::Live,
    ui::{ButtonLink, EmptyState, Panel, Time},
};

/// The page.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let overview = Resource::new_blocking(|| (), |()| api::overview());
    view! {
        <Title text="Overview" />
        <Live stream="/api/v1/events" />
        <h1 class="unseen">"Overview"</h1>
        {load(overview, "the overview", 8, |overview| view! { <Content overview=overview /> }.into_any())}
    }
    .into_any()
}

#[component]
fn Content(
    /// As it was when the page was asked for.
    overview: Overview,
) -> impl IntoView {
    let shown = RwSignal::new(overview);
    let has_clusters = Memo::new(move |_| shown.with(|shown| !shown.clusters.is_empty()));
    move || {
        if has_clusters.get() {
            view! { <Sections shown=shown /> }.into_any()
        } else {
            view! { <FirstSteps /> }.into_any()
        }
    }
}

#[component]
fn Sections(
    /// The overview as it is now.
    shown: RwSignal<Overview>,
) -> impl IntoView {
    let awaiting = Memo::new(move |_| shown.with(|shown| shown.awaiting.clone()));
    let open = Memo::new(move |_| {
        // What waits for people stands above and need not be said twice.
        shown.with(|shown| {
            shown
                .open
                .iter()
                .filter(|incident| incident.awaiting.is_none())
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let clusters = Memo::new(move |_| shown.with(|shown| shown.clusters.clone()));
    let week = Memo::new(move |_| shown.with(|shown| shown.week));
    let at = Memo::new(move |_| shown.with(|shown| shown.at));
    let waiting_panel = move || {
        let awaiting = awaiting.get();
        (!awaiting.is_empty()).then(|| {
            view! { <Panel title="Needs you" class="panel--flush panel--waiting"><IncidentRows incidents=awaiting /></Panel> }
        })
    };
    let open_panel = move || {
        let open = open.get();
        if !open.is_empty() {
            return view! { <IncidentRows incidents=open /> }.into_any();
        }
        if awaiting.with(Vec::is_empty) {
            return view! { <EmptyState title="Nothing is open" text="Evenkeel watches the alerts of your clusters."><p class="small muted">"Last checked "{move || view! { <Time at=at.get() /> }}</p></EmptyState> }
                .into_any();
        }
        view! { <p class="panel__note muted">"Nothing else is open."</p> }.into_any()
    };
    let tiles =
        move || clusters.get().into_iter().map(|tile| view! { <Tile tile=tile /> }).collect_view();
    view! {
        <div class="stack">
            {waiting_panel}
            <Panel title="Open incidents" class="panel--flush" aside=|| view! { <a href="/incidents">"All incidents"</a> }>{open_panel}</Panel>
            {move || view! { <Week figures=week.get() /> }}
            <section class="stack" aria-label="Clusters">
                <div class="row row--apart"><h2 class="panel__title">"Clusters"</h2><ButtonLink href="/clusters/new">"Connect a cluster"</ButtonLink></div>
                <div class="grid">{tiles}</div>
            </section>
        </div>
    }
    .into_any()
}
