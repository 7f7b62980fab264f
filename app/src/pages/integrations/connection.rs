//! One connection: where it leads, how it does, and what one can do with it.

use evenkeel_domain::{
    connection::ConnectionKind,
    integrations::{Change, ClusterHealth, Integration, Origin},
};
use leptos::prelude::*;

use super::{Actions, tools::Tools};
use crate::{
    icons::Glyph,
    pages::overview::tile::ConnectionLine,
    ui::{Badge, Button, ButtonKind, ButtonLink, Confirm, KeyValue, Panel, Time, Tone},
};

/// A panel.
#[component]
pub fn Connection(
    /// Which.
    one: Integration,
    /// The forms.
    actions: Actions,
    /// Whether the person may test, remove and approve.
    may_manage: bool,
) -> impl IntoView {
    let place = one.cluster.as_ref().map_or("All clusters".to_owned(), |c| c.name.clone());
    let title = format!("{}: {place}", one.server);
    let waiting = one.waiting();
    let badge = move || {
        (waiting > 0)
            .then(|| view! { <Badge text=format!("{waiting} to approve") tone=Tone::Waiting /> })
    };
    let health = health(&one.health);
    let about = about(&one);
    let changed = one.changed.clone().map(|Change { at, by }| {
        view! { <p class="small muted">"Changed "<Time at=at />" by "{by}</p> }
    });
    let buttons = may_manage.then(|| buttons(&one, actions));
    let key = one.source.clone();
    view! {
        <div data-key=key>
            <Panel title=title aside=badge>
                <div class="stack stack--tight">
                    {health}
                    <KeyValue items=about mono=true />
                    {changed}
                    {buttons}
                    <Tools one=one actions=actions may_manage=may_manage />
                </div>
            </Panel>
        </div>
    }
    .into_any()
}

/// How it did for each cluster, with what to do where it fails.
fn health(all: &[ClusterHealth]) -> AnyView {
    if all.is_empty() {
        return view! { <p class="muted">"No cluster uses it: there is none, or each has a nearer one of this name."</p> }.into_any();
    }
    let lines = all
        .iter()
        .map(|ClusterHealth { cluster, state }| {
            let line = evenkeel_domain::view::Connection {
                name: cluster.name.clone(),
                state: state.clone(),
                seen: None,
            };
            view! { <ConnectionLine connection=line /> }
        })
        .collect_view();
    view! { <ul class="tile__connections">{lines}</ul> }.into_any()
}

fn about(one: &Integration) -> Vec<(String, String)> {
    let origin = match one.origin {
        Origin::Cluster => "with the cluster, when it was connected",
        Origin::Registry => "here",
        Origin::Operator => "in the operator's file",
    };
    let mut items = vec![
        ("Kind".to_owned(), one.kind.label().to_owned()),
        ("Written down".to_owned(), origin.to_owned()),
    ];
    for field in one.kind.fields() {
        if let Some(value) = one.settings.get(field.name) {
            items.push((field.label.to_owned(), value.clone()));
        }
    }
    if one.kind != ConnectionKind::Mcp || one.origin == Origin::Registry {
        let kept = if one.has_secret { "kept encrypted" } else { "none" };
        items.push(("Credentials".to_owned(), kept.to_owned()));
    }
    if !one.allowed_networks.is_empty() {
        items.push(("Networks".to_owned(), one.allowed_networks.join(", ")));
    }
    items
}

fn buttons(one: &Integration, actions: Actions) -> AnyView {
    let source = one.source.clone();
    let (test_words, remove_words) =
        (format!("Test {}", one.server), format!("Remove {}", one.server));
    let change = one.id.map(|id| {
        let href = format!("/integrations?change={id}");
        view! { <ButtonLink href=href glyph=Glyph::Settings>{format!("Change {}", one.server)}</ButtonLink> }
    });
    let remove = one.id.map(|id| {
        view! {
            <Confirm label="Remove" kind=ButtonKind::Danger glyph=Glyph::Close>
                <ActionForm action=actions.remove>
                    <p>"Its credentials and the approvals of its tools go with it. What was recorded of its answers stays."</p>
                    <input type="hidden" name="connection" value=id.to_string() />
                    <Button r#type="submit" kind=ButtonKind::Danger>{remove_words}</Button>
                </ActionForm>
            </Confirm>
        }
    });
    view! {
        <div class="row">
            <ActionForm action=actions.test>
                <input type="hidden" name="source" value=source />
                <Button r#type="submit" glyph=Glyph::Retry>{test_words}</Button>
            </ActionForm>
            {change}
            {remove}
        </div>
    }
    .into_any()
}
