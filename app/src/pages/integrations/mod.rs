//! Integrations: what is connected, how it does, which tools it has and who may use them.

mod add;
mod change;
mod connection;
mod tools;

use evenkeel_domain::{
    access::Permission, connection::ConnectionKind, id::ConnectionId, integrations::Integrations,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::{add::AddForm, change::ChangeForm, connection::Connection};
use super::{
    load::{Outcome, load},
    signed::use_signed,
    url,
};
use crate::{
    api::{
        self, AddConnection, ApproveTool, ChangeConnection, RemoveConnection, TestIntegration,
        WithdrawTool,
    },
    icons::{Glyph, Icon},
    ui::{ButtonLink, EmptyState, Panel},
};

/// The forms of the page.
#[derive(Clone, Copy)]
struct Actions {
    add: ServerAction<AddConnection>,
    change: ServerAction<ChangeConnection>,
    remove: ServerAction<RemoveConnection>,
    test: ServerAction<TestIntegration>,
    approve: ServerAction<ApproveTool>,
    withdraw: ServerAction<WithdrawTool>,
}

/// What the page's address asks for.
#[derive(Clone, Copy)]
struct Asked {
    /// The kind that is being added.
    add: Option<ConnectionKind>,
    /// The connection that is being changed.
    change: Option<ConnectionId>,
}

/// The page; `?add=loki` shows what a new connection of that kind needs, `?change=<id>` what can be changed of one.
#[component]
pub fn IntegrationsPage() -> impl IntoView {
    let may_manage = use_signed().may(Permission::ManageClusters);
    let map = use_query_map();
    let asked = map.with_untracked(|map| Asked {
        add: url::value(map, "add").and_then(|kind| kind.parse().ok()),
        change: url::value(map, "change").and_then(|id| ConnectionId::parse(&id).ok()),
    });
    let actions = Actions {
        add: ServerAction::new(),
        change: ServerAction::new(),
        remove: ServerAction::new(),
        test: ServerAction::new(),
        approve: ServerAction::new(),
        withdraw: ServerAction::new(),
    };
    let found = Resource::new_blocking(|| (), |()| api::integrations());
    view! {
        <Title text="Integrations" />
        <div class="stack">
            <h1>"Integrations"</h1>
            <Outcome of=actions.add.value() />
            <Outcome of=actions.change.value() />
            <Outcome of=actions.remove.value() />
            <Outcome of=actions.test.value() />
            <Outcome of=actions.approve.value() />
            <Outcome of=actions.withdraw.value() />
            {load(found, "integrations", 6, move |found| {
                view! { <Found found=found actions=actions may_manage=may_manage asked=asked /> }.into_any()
            })}
        </div>
    }
    .into_any()
}

#[component]
fn Found(
    /// What there is.
    found: Integrations,
    /// The forms.
    actions: Actions,
    /// Whether the person may add, remove and approve.
    may_manage: bool,
    /// What the address asks for.
    asked: Asked,
) -> impl IntoView {
    let Integrations { connections, clusters, networks } = found;
    let waiting: usize =
        connections.iter().map(evenkeel_domain::integrations::Integration::waiting).sum();
    let note = (waiting > 0).then(|| {
        let words = match waiting {
            1 => {
                "1 tool waits for an administrator's approval and is denied until then.".to_owned()
            }
            many => format!(
                "{many} tools wait for an administrator's approval and are denied until then."
            ),
        };
        view! { <p role="status"><Icon glyph=Glyph::Warning />" "{words}</p> }
    });
    let empty = connections.is_empty().then(|| {
        view! { <EmptyState title="Nothing is connected" text="Connect a cluster, or add what all clusters share." glyph=Glyph::Tool /> }
    });
    let changing = asked.change.and_then(|id| {
        connections.iter().find(|one| one.id == Some(id)).map(|one| (id, one.clone()))
    });
    let panels = connections
        .into_iter()
        .map(|one| view! { <Connection one=one actions=actions may_manage=may_manage /> })
        .collect_view();
    let adder = may_manage.then(|| match (changing, asked.add) {
        (Some((id, one)), _) => {
            view! { <ChangeForm id=id one=one networks=networks action=actions.change /> }
                .into_any()
        }
        (None, Some(kind)) => {
            view! { <AddForm kind=kind clusters=clusters networks=networks action=actions.add /> }
                .into_any()
        }
        (None, None) => choices(),
    });
    view! { {note} {adder} {empty} {panels} }.into_any()
}

/// One link a kind.
fn choices() -> AnyView {
    let links = ConnectionKind::ALL
        .into_iter()
        .map(|kind| {
            let href = format!("/integrations?add={}", kind.as_str());
            view! { <ButtonLink href=href glyph=Glyph::Add>{kind.label()}</ButtonLink> }
        })
        .collect_view();
    view! {
        <Panel title="Add a connection">
            <div class="row">{links}</div>
            <p class="small muted">"A server that has to be started as a program is written into the operator's file (EVENKEEL_SERVERS), never here."</p>
        </Panel>
    }
    .into_any()
}
