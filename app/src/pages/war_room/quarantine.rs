//! What was received and could not be read.

use evenkeel_domain::{access::Permission, view::Quarantined};
use leptos::prelude::*;

use super::Here;
use crate::{
    api::RereadQuarantined,
    icons::Glyph,
    pages::{load::Outcome, words},
    ui::{Button, Panel, Time},
};

/// Bodies that were received and kept, but could not be read; each can be read again.
#[component]
pub fn QuarantinePanel(
    /// The room.
    here: Here,
) -> impl IntoView {
    let action = ServerAction::<RereadQuarantined>::new();
    let quarantine = here.read(|room| room.quarantine.clone());
    (!quarantine.is_empty()).then(|| {
        let lines = quarantine
            .into_iter()
            .map(|body| view! { <Unreadable here=here body=body action=action /> })
            .collect_view();
        view! {
            <Panel title="Received but unreadable">
                <div class="stack stack--tight">
                    <p class="small muted">"These bodies were accepted and kept, because Alertmanager never sends again; no incident came of them."</p>
                    <Outcome of=action.value() />
                    <ul class="quarantine">{lines}</ul>
                </div>
            </Panel>
        }
    })
}

#[component]
fn Unreadable(
    /// The room.
    here: Here,
    /// What came.
    body: Quarantined,
    /// Reads it again.
    action: ServerAction<RereadQuarantined>,
) -> impl IntoView {
    let Quarantined { id, at, reason, head, bytes } = body;
    let refused = here.refused(Permission::ManageClusters, "have it read again", "admin");
    let size = words::bytes(bytes);
    let begins = if head.is_empty() {
        view! { <p class="small muted">"It is empty."</p> }.into_any()
    } else {
        view! {
            <details>
                <summary>"How it begins ("{size}")"</summary>
                <pre class="quarantine__body" tabindex="0"><code>{head}</code></pre>
            </details>
        }
        .into_any()
    };
    view! {
        <li class="quarantine__line" data-key=id.to_string()>
            <Time at=at />" "{reason}
            {begins}
            <ActionForm action=action>
                <input type="hidden" name="cluster" value=here.id().to_string() />
                <input type="hidden" name="notification" value=id.to_string() />
                <Button r#type="submit" glyph=Glyph::Retry disabled_because=refused>"Read it again"</Button>
            </ActionForm>
        </li>
    }
    .into_any()
}
