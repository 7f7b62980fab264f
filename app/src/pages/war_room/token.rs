//! The cluster's webhook token: a lost one is replaced, never shown again.

use evenkeel_domain::access::Permission;
use leptos::prelude::*;

use super::Here;
use crate::{
    api::{Once, RenewToken, Secret},
    icons::Glyph,
    pages::{clusters::Connected, load::Outcome},
    ui::{Button, ButtonKind, Confirm, Panel},
};

/// Makes a new token, after asking.
#[component]
pub fn TokenPanel(
    /// The room.
    here: Here,
) -> impl IntoView {
    let action = ServerAction::<RenewToken>::new();
    let renewed = match Once::here() {
        Some(Secret::Cluster(connected)) => Some(view! { <Connected connected=connected /> }),
        _ => None,
    };
    here.may(Permission::ManageClusters).then(|| {
        view! {
            {renewed}
            <Panel title="Webhook token">
                <Outcome of=action.value() />
                <Confirm label="Make a new token" kind=ButtonKind::Secondary glyph=Glyph::Retry>
                    <ActionForm action=action>
                        <p>"The token in use stops working at once: until the new one is in alertmanager.yml, alerts of this cluster are refused."</p>
                        <input type="hidden" name="cluster" value=here.id().to_string() />
                        <Button r#type="submit" kind=ButtonKind::Danger>"Replace the token"</Button>
                    </ActionForm>
                </Confirm>
            </Panel>
        }
    })
}
