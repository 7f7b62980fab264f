//! What is open, what was, who did what, and how the connections do.

use evenkeel_domain::access::Permission;
use leptos::prelude::*;

use super::Here;
use crate::{
    api::TestConnections,
    icons::Glyph,
    pages::{
        audit::AuditRows,
        load::Outcome,
        overview::tile::{ConnectionLine, blind},
        row::IncidentRows,
        words,
    },
    ui::{Button, EmptyState, Panel, Time},
};

/// Open incidents, or that there is none, with the time that was looked.
#[component]
pub fn OpenIncidents(
    /// The room.
    here: Here,
) -> impl IntoView {
    let (open, at) = here.read(|room| (room.open.clone(), room.at));
    let blind = here.read(|room| blind(&room.tile.connections).map(words::sentence));
    let content = if let (true, Some(system)) = (open.is_empty(), blind) {
        let text = format!(
            "No incident is open here, but {system} does not answer: what happens is not seen."
        );
        view! {
            <EmptyState title="Not seen" text=text glyph=Glyph::Offline>
                <p class="small muted">"Last checked "<Time at=at /></p>
            </EmptyState>
        }
        .into_any()
    } else if open.is_empty() {
        view! {
            <EmptyState title="System nominal" text="No incident is open here.">
                <p class="small muted">"Last checked "<Time at=at /></p>
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <IncidentRows incidents=open with_cluster=false /> }.into_any()
    };
    view! { <Panel title="Open incidents" class="panel--flush">{content}</Panel> }.into_any()
}

/// The latest closed ones.
#[component]
pub fn RecentIncidents(
    /// The room.
    here: Here,
) -> impl IntoView {
    let recent = here.read(|room| room.recent.clone());
    let all = format!("/incidents?cluster={}", here.id());
    (!recent.is_empty()).then(|| {
        view! {
            <Panel title="Recently closed" class="panel--flush" aside=move || view! { <a href=all.clone()>"All of this cluster"</a> }>
                <IncidentRows incidents=recent with_cluster=false />
            </Panel>
        }
    })
}

/// The latest audit records of this cluster.
#[component]
pub fn AuditPanel(
    /// The room.
    here: Here,
) -> impl IntoView {
    let records = here.read(|room| room.audit.clone());
    let all = format!("/audit?cluster={}", here.id());
    let content = if records.is_empty() {
        view! { <p class="panel__note muted">"Nobody has done anything here yet."</p> }.into_any()
    } else {
        view! { <AuditRows records=records /> }.into_any()
    };
    view! { <Panel title="Audit trail" class="panel--flush" aside=move || view! { <a href=all.clone()>"All records"</a> }>{content}</Panel> }
        .into_any()
}

/// How the cluster's systems do, and a button that asks them now.
#[component]
pub fn Connections(
    /// The room.
    here: Here,
) -> impl IntoView {
    let test = ServerAction::<TestConnections>::new();
    let known = here.read(|room| room.tile.connections.clone());
    let lines = known
        .into_iter()
        .map(|connection| view! { <ConnectionLine connection=connection /> })
        .collect_view();
    let ask = here.may(Permission::Investigate).then(|| {
        view! {
            <ActionForm action=test>
                <input type="hidden" name="cluster" value=here.id().to_string() />
                <Button r#type="submit" glyph=Glyph::Retry>"Test now"</Button>
            </ActionForm>
        }
    });
    view! {
        <Panel title="Connections">
            <div class="stack stack--tight">
                <ul class="tile__connections">{lines}</ul>
                <Outcome of=test.value() />
                {ask}
            </div>
        </Panel>
    }
    .into_any()
}
