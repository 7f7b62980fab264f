//! Adding a connection: the fields of its kind.

use evenkeel_domain::{
    connection::{ConnectionKind, Field, Shape},
    integrations::ClusterName,
};
use leptos::prelude::*;

use crate::{
    api::AddConnection,
    icons::Glyph,
    ui::{Button, ButtonKind, ButtonLink, Panel, Select, TextArea, TextInput},
};

/// The form.
#[component]
pub fn AddForm(
    /// What is added.
    kind: ConnectionKind,
    /// The clusters it can be for.
    clusters: Vec<ClusterName>,
    /// Networks that the operator allows.
    networks: String,
    /// Adds it.
    action: ServerAction<AddConnection>,
) -> impl IntoView {
    let mut places = vec![(String::new(), "All clusters of the organisation".to_owned())];
    places.extend(clusters.into_iter().map(|cluster| (cluster.id.to_string(), cluster.name)));
    let name = (!kind.is_shipped()).then(|| {
        view! { <TextInput name="new[name]" label="Name" pattern="[a-z0-9]([a-z0-9\\-]{0,61}[a-z0-9])?" hint="As in the operator's list of who may use its tools. Lower-case letters, digits and hyphens." required=true /> }
    });
    let fields = kind.fields().iter().map(control).collect_view();
    view! {
        <Panel title=format!("Add: {}", kind.label())>
            <ActionForm action=action>
                <div class="form">
                    <input type="hidden" name="new[kind]" value=kind.as_str() />
                    <Select name="new[cluster]" label="For" options=places />
                    {name}
                    {fields}
                    {reach("new[allowed_networks]", String::new(), &networks)}
                    {ending("Add", Glyph::Add)}
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}

fn control(field: &'static Field) -> AnyView {
    let name = format!("new[fields][{}]", field.name);
    let hint = if field.shape.is_secret() {
        format!("{} It is kept encrypted and never shown again.", field.hint)
    } else {
        field.hint.to_owned()
    };
    entry(field, name, hint.trim(), "", field.required)
}

/// Which networks a connection may reach, within those that the operator allows.
pub(super) fn reach(name: &'static str, value: String, operator: &str) -> AnyView {
    let hint = format!(
        "CIDR, with commas between them. It then reaches no others. The operator allows: {operator}."
    );
    view! { <TextInput name=name label="Networks it may reach" value=value hint=hint /> }.into_any()
}

/// How a form ends: what it does, or nothing.
pub(super) fn ending(words: &'static str, glyph: Glyph) -> AnyView {
    view! {
        <div class="row">
            <Button r#type="submit" kind=ButtonKind::Primary glyph=glyph>{words}</Button>
            <ButtonLink href="/integrations">"Cancel"</ButtonLink>
        </div>
    }
    .into_any()
}

/// The control of a field.
pub(super) fn entry(
    field: &'static Field,
    name: String,
    hint: &str,
    value: &str,
    required: bool,
) -> AnyView {
    let label = field.label;
    match field.shape {
        Shape::Address => {
            view! { <TextInput name=name label=label r#type="url" value=value hint=hint required=required /> }.into_any()
        }
        Shape::Line => {
            view! { <TextInput name=name label=label value=value hint=hint required=required autocomplete="off" /> }.into_any()
        }
        Shape::Secret => {
            view! { <TextInput name=name label=label r#type="password" hint=hint required=required autocomplete="new-password" /> }.into_any()
        }
        Shape::Lines => {
            view! { <TextArea name=name label=label value=value rows=4 hint=hint required=required /> }.into_any()
        }
        Shape::SecretLines => {
            view! { <TextArea name=name label=label rows=6 hint=hint required=required /> }.into_any()
        }
    }
}
