//! Changing a connection: what is known of it to be written over, what is secret to be entered anew or left.

use evenkeel_domain::{connection::Shape, id::ConnectionId, integrations::Integration};
use leptos::prelude::*;

use super::add::{ending, entry, reach};
use crate::{
    api::ChangeConnection,
    icons::Glyph,
    ui::{Checkbox, Panel},
};

/// The form.
#[component]
pub fn ChangeForm(
    /// What is changed.
    id: ConnectionId,
    /// As it is.
    one: Integration,
    /// Networks that the operator allows.
    networks: String,
    /// Changes it.
    action: ServerAction<ChangeConnection>,
) -> impl IntoView {
    let place = one.cluster.as_ref().map_or("All clusters".to_owned(), |c| c.name.clone());
    let known = |name: &str| one.settings.get(name).map_or("", String::as_str);
    let fields = one.kind.fields().iter().filter(|field| field.shape != Shape::Address);
    let fields = fields
        .map(|field| {
            let name = format!("change[fields][{}]", field.name);
            let secret = field.shape.is_secret();
            let hint = if secret && one.has_secret {
                format!("{} Left empty, what is kept stays.", field.hint)
            } else {
                field.hint.to_owned()
            };
            entry(field, name, hint.trim(), known(field.name), field.required && !secret)
        })
        .collect_view();
    let leads = one.kind.fields().iter().filter(|field| field.shape == Shape::Address);
    let leads: Vec<_> =
        leads.map(|field| known(field.name)).filter(|url| !url.is_empty()).collect();
    let stays = (!leads.is_empty()).then(|| {
        let words = format!(
            "It leads to {}, and that stays: what is kept is told to nobody else. For another address, add another connection.",
            leads.join(" and ")
        );
        view! { <p class="small muted">{words}</p> }
    });
    let forget = one.has_secret.then(|| {
        view! { <Checkbox name="change[forget_credentials]" label="Forget the credentials that are kept and not entered here" /> }
    });
    let reached = reach("change[allowed_networks]", one.allowed_networks.join(", "), &networks);
    view! {
        <Panel title=format!("Change: {} ({place})", one.server)>
            <ActionForm action=action>
                <div class="form">
                    <input type="hidden" name="connection" value=id.to_string() />
                    {stays}
                    {fields}
                    {reached}
                    {forget}
                    {ending("Save", Glyph::Ok)}
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
