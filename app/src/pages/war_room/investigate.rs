//! Having something looked at without an alert.

use evenkeel_domain::access::Permission;
use leptos::prelude::*;

use super::Here;
use crate::{
    api::StartInvestigation,
    icons::Glyph,
    pages::load::Outcome,
    ui::{Button, ButtonKind, Confirm, TextInput},
};

/// The button and the form beneath it; it leads to the incident it opens.
#[component]
pub fn Investigate(
    /// The room.
    here: Here,
) -> impl IntoView {
    let action = ServerAction::<StartInvestigation>::new();
    let refused = here.refused(Permission::Investigate, "start investigations", "responder");
    if let Some(reason) = refused {
        return view! { <Button glyph=Glyph::Trigger disabled_because=Some(reason)>"Trigger investigation"</Button> }.into_any();
    }
    view! {
        <div class="drop">
            <Confirm label="Trigger investigation" glyph=Glyph::Trigger>
                <ActionForm action=action>
                    <div class="form" id="investigate">
                        <input type="hidden" name="cluster" value=here.id().to_string() />
                        <TextInput name="what[reason]" label="What have you noticed" required=true autocomplete="off" placeholder="checkout feels slow since noon" />
                        <TextInput name="what[namespace]" label="Namespace" autocomplete="off" hint="Empty: everything that can be seen." />
                        <TextInput name="what[workload]" label="Deployment" autocomplete="off" hint="Empty: all of the namespace." />
                        <Button r#type="submit" kind=ButtonKind::Primary glyph=Glyph::Trigger>"Investigate"</Button>
                    </div>
                </ActionForm>
            </Confirm>
            <Outcome of=action.value() />
        </div>
    }
    .into_any()
}
