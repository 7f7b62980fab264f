//! Connecting a cluster.

use evenkeel_domain::access::Permission;
use leptos::prelude::*;
use leptos_meta::Title;

use super::Connected;
use crate::{
    api::{ApiError, ConnectCluster, Once, Secret},
    icons::Glyph,
    pages::{
        load::{Outcome, ProblemView},
        signed::use_signed,
    },
    ui::{Breadcrumbs, Button, ButtonKind, Panel, Select, TextArea, TextInput},
};

/// The form, and after it the token, the lines to paste and what the connection test saw.
#[component]
pub fn ConnectPage() -> impl IntoView {
    let allowed = use_signed().may(Permission::ManageClusters);
    let action = ServerAction::<ConnectCluster>::new();
    let content = if allowed {
        match Once::here() {
            Some(Secret::Cluster(connected)) => {
                view! { <Connected connected=connected /> }.into_any()
            }
            _ => view! { <ConnectForm action=action /> }.into_any(),
        }
    } else {
        let problem = ApiError::new(
            403,
            "policy.denied",
            "You may not connect clusters.",
            "This needs the role admin; an administrator of your organisation can grant it.",
        );
        view! { <ProblemView problem=problem.0 /> }.into_any()
    };
    view! {
        <Title text="Connect a cluster" />
        <div class="stack">
            <Breadcrumbs parents=vec![("Clusters".to_owned(), "/clusters".to_owned())] here="Connect" />
            <h1>"Connect a cluster"</h1>
            {content}
        </div>
    }
    .into_any()
}

#[component]
fn ConnectForm(
    /// Connects it.
    action: ServerAction<ConnectCluster>,
) -> impl IntoView {
    let environments = ["production", "staging", "development"];
    let words = [
        "Production: people depend on it now",
        "Staging: like production, without its users",
        "Development: anything may break here",
    ];
    let options = environments
        .iter()
        .zip(words)
        .map(|(value, words)| ((*value).to_owned(), words.to_owned()))
        .collect();
    view! {
        <Panel title="Where it is">
            <Outcome of=action.value() />
            <ActionForm action=action>
                <div class="form">
                    <TextInput name="new[name]" label="Name" pattern="[a-z0-9]([a-z0-9\\-]{0,61}[a-z0-9])?" placeholder="shop-eu" hint="1 to 63 lower-case letters, digits and hyphens." required=true />
                    <Select name="new[environment]" label="Environment" options=options value="production" hint="Policies depend on it. It can only be set here, never by an alert." />
                    <TextInput name="new[prometheus_url]" label="Prometheus address" r#type="url" placeholder="http://prometheus.example:9090" hint="Needed for vital signs, findings from metrics, and to verify fixes." />
                    <TextInput name="new[alertmanager_url]" label="Alertmanager address" r#type="url" placeholder="http://alertmanager.example:9093" />
                    <TextArea name="new[kubeconfig]" label="Kubeconfig" rows=8 hint="The whole file as YAML, with its own credentials. It is kept encrypted and never shown again." />
                    <Button r#type="submit" kind=ButtonKind::Primary glyph=Glyph::Add>"Connect and test"</Button>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
