//! A cluster that was just connected, or whose token was just renewed.

use evenkeel_domain::view::ConnectedCluster;
use leptos::prelude::*;

use crate::{
    icons::{Glyph, Icon},
    pages::overview::tile::ConnectionLine,
    ui::{ButtonKind, ButtonLink, CopyButton, Panel},
};

/// Its token, shown this once, the lines to paste, and what was seen at each of its systems.
#[component]
pub fn Connected(
    /// What the server answered.
    connected: ConnectedCluster,
) -> impl IntoView {
    let ConnectedCluster { cluster, token, snippet, connections } = connected;
    let seen = connections
        .into_iter()
        .map(|connection| view! { <ConnectionLine connection=connection /> })
        .collect_view();
    view! {
        <div class="stack" role="status" data-key="connected" data-keep="">
            <Panel title="Its token">
                <div class="stack stack--tight">
                    <p><Icon glyph=Glyph::Warning />" Copy this token now: it is shown this once. If it is lost, make a new one on the cluster's page."</p>
                    <div class="secret"><code>{token}</code><CopyButton what="the token" /></div>
                </div>
            </Panel>
            <Panel title="Paste into alertmanager.yml">
                <div class="stack stack--tight">
                    <div class="secret"><pre tabindex="0"><code>{snippet}</code></pre><CopyButton what="the lines" /></div>
                    <p class="small muted">"Then reload Alertmanager. Its next notification appears on the cluster's page."</p>
                </div>
            </Panel>
            <Panel title="What was found there"><ul class="tile__connections">{seen}</ul></Panel>
            <div class="row"><ButtonLink href=format!("/clusters/{}", cluster.id) kind=ButtonKind::Primary>{format!("To the War Room of {}", cluster.name)}</ButtonLink></div>
        </div>
    }
    .into_any()
}
