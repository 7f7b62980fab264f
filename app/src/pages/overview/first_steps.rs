//! What a newcomer sees: three steps to the first incident.

use leptos::prelude::*;

use crate::{
    icons::Glyph,
    ui::{ButtonKind, ButtonLink, Panel},
};

/// Three steps, each with its button.
#[component]
pub fn FirstSteps() -> impl IntoView {
    view! {
        <Panel title="Three steps to the first incident">
            <ol class="steps">
                <li class="steps__item">
                    <h3>"Connect a cluster"</h3>
                    <p class="muted">"Name it, say which environment it is, and where its Prometheus and its Kubernetes API are. Each connection is tested and you see what was found."</p>
                    <ButtonLink href="/clusters/new" kind=ButtonKind::Primary glyph=Glyph::Add>"Connect a cluster"</ButtonLink>
                </li>
                <li class="steps__item">
                    <h3>"Point its Alertmanager here"</h3>
                    <p class="muted">"You get a token and the lines to paste into alertmanager.yml. From then on, alerts open incidents by themselves."</p>
                    <ButtonLink href="/clusters">"See your clusters"</ButtonLink>
                </li>
                <li class="steps__item">
                    <h3>"Try it with a drill"</h3>
                    <p class="muted">"A drill is a marked practice alert: everything but the alert is real, and nothing is changed without the policy's leave."</p>
                    <ButtonLink href="/policies">"Read the policies"</ButtonLink>
                </li>
            </ol>
        </Panel>
    }
    .into_any()
}
