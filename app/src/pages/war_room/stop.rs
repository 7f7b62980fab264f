//! Emergency Stop: throwing it and lifting it. Both ask, and say exactly what they do.

use evenkeel_domain::access::Permission;
use leptos::prelude::*;

use super::Here;
use crate::{
    api::{ResumeCluster, StopCluster},
    icons::Glyph,
    pages::load::Outcome,
    ui::{Button, ButtonKind, Confirm, TextInput, TypeToConfirm},
};

/// The switch as it stands: to throw, or to lift.
#[component]
pub fn StopSwitch(
    /// The room.
    here: Here,
) -> impl IntoView {
    let stop = ServerAction::<StopCluster>::new();
    let resume = ServerAction::<ResumeCluster>::new();
    let (key, switch) = if here.read(|room| room.tile.cluster.stop.is_some()) {
        ("lift", view! { <Lift here=here action=resume /> }.into_any())
    } else {
        ("throw", view! { <Throw here=here action=stop /> }.into_any())
    };
    view! {
        <div class="drop switch-stop" id="stop">
            <div data-key=key>{switch}</div>
            <Outcome of=stop.value() />
            <Outcome of=resume.value() />
        </div>
    }
    .into_any()
}

#[component]
fn Throw(
    /// The room.
    here: Here,
    /// Throws it.
    action: ServerAction<StopCluster>,
) -> impl IntoView {
    let refused = here.refused(Permission::Stop, "throw Emergency Stop", "responder");
    let (name, open) = here.read(|room| (room.tile.cluster.name.clone(), room.tile.open_incidents));
    if let Some(reason) = refused {
        return view! { <Button kind=ButtonKind::Danger glyph=Glyph::Stop disabled_because=Some(reason)>"Emergency stop"</Button> }.into_any();
    }
    let runs = match open {
        0 => "no run is open now".to_owned(),
        1 => "1 run is open now".to_owned(),
        many => format!("{many} runs are open now"),
    };
    view! {
        <Confirm label="Emergency stop" kind=ButtonKind::Danger glyph=Glyph::Stop>
            <ActionForm action=action>
                <p>
                    "This halts every run on "<strong>{name.clone()}</strong>" before its next write ("{runs}
                    "), on every replica, and lets no new write begin, undo included. A write that was already sent is not recalled. "
                    "Evenkeel goes on looking and says what it sees. Nothing resumes by itself: a person must lift the stop, and each plan then asks the policy again."
                </p>
                <input type="hidden" name="cluster" value=here.id().to_string() />
                <TextInput name="reason" label="Why" required=true autocomplete="off" />
                <TypeToConfirm name="confirm" expected=name />
                <Button r#type="submit" kind=ButtonKind::Danger glyph=Glyph::Stop>"Stop now"</Button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Lift(
    /// The room.
    here: Here,
    /// Lifts it.
    action: ServerAction<ResumeCluster>,
) -> impl IntoView {
    let refused = here.refused(Permission::Resume, "lift Emergency Stop", "approver");
    if let Some(reason) = refused {
        return view! { <Button glyph=Glyph::Lock disabled_because=Some(reason)>"Resume"</Button> }
            .into_any();
    }
    view! {
        <Confirm label="Resume" kind=ButtonKind::Primary glyph=Glyph::Act>
            <ActionForm action=action>
                <p>"Runs that were halted go through the policy gate again, and ask for approval again where it is needed. Fixes that were being taken back when the stop came are handed to people."</p>
                <input type="hidden" name="cluster" value=here.id().to_string() />
                <TextInput name="reason" label="Why it is safe again" required=true autocomplete="off" />
                <Button r#type="submit" kind=ButtonKind::Primary>"Lift Emergency Stop"</Button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}
