//! Having something looked at without an alert.

use evenkeel_domain::access::Permission;
use leptos::prelude::*;

use super::Here;
use crate::{
    api::StartInvestigation,
    icons::Glyph,
    pages::load::Outcome,
    ui::{Button, ButtonKind, Panel, TextInput},
};

/// The form; it leads to the incident it opens.
#[component]
pub fn Investigate(
    /// The room.
    here: Here,
) -> impl IntoView {
    let action = ServerAction::<StartInvestigation>::new();
    let refused = here.refused(Permission::Investigate, "start investigations", "responder");
    view! {
        <div id="investigate">
            <Panel title="Trigger investigation">
                <Outcome of=action.value() />
                <ActionForm action=action>
                    <div class="form">
                        <input type="hidden" name="cluster" value=here.id().to_string() />
                        <TextInput name="what[reason]" label="What have you noticed" required=true autocomplete="off" placeholder="checkout feels slow since noon" />
                        <TextInput name="what[namespace]" label="Namespace" autocomplete="off" hint="Empty: everything that can be seen." />
                        <TextInput name="what[workload]" label="Deployment" autocomplete="off" hint="Empty: all of the namespace." />
                        <Button r#type="submit" kind=ButtonKind::Primary glyph=Glyph::Trigger disabled_because=refused>"Investigate"</Button>
                    </div>
                </ActionForm>
            </Panel>
        </div>
    }
    .into_any()
}
