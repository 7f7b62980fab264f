//! Which cluster this is, whether it is locked, and the switches.

use evenkeel_domain::access::Permission;
use leptos::prelude::*;

use super::{Here, investigate::Investigate, stop::StopSwitch};
use crate::{
    api::Drill,
    icons::{Glyph, Icon},
    pages::{load::Outcome, words},
    ui::{Badge, Button, Time, Tone},
};

/// Name, environment, ● ACTIVE or ⛔ LOCKED, and the switches.
#[component]
pub fn Header(
    /// The room.
    here: Here,
) -> impl IntoView {
    let cluster = here.read(|room| room.tile.cluster.clone());
    let drill = ServerAction::<Drill>::new();
    let state = match cluster.stop {
        None => view! { <span class="alive"><span class="alive__dot" aria-hidden="true">"●"</span>"ACTIVE"</span> }.into_any(),
        Some(stop) => view! {
            <span class="alive alive--locked">
                <Icon glyph=Glyph::Stop />
                "LOCKED"
                <span class="alive__who">" by "{words::without_tokens(&stop.by)}", "<Time at=stop.at />": "{stop.reason}</span>
            </span>
        }
        .into_any(),
    };
    let refused = here.refused(Permission::Investigate, "start drills", "responder");
    view! {
        <header class="room-head">
            <div class="room-head__name">
                <h1>{cluster.name}</h1>
                {words::environment_badge(cluster.environment)}
                {cluster.practice_range.then(|| view! { <Badge text="Practice range" tone=Tone::Practice /> })}
                {state}
            </div>
            <div class="room-head__switches">
                <Investigate here=here />
                <ActionForm action=drill>
                    <input type="hidden" name="cluster" value=here.id().to_string() />
                    <Button r#type="submit" glyph=Glyph::Practice disabled_because=refused>"Drill"</Button>
                </ActionForm>
                <StopSwitch here=here />
            </div>
            <Outcome of=drill.value() />
        </header>
    }
    .into_any()
}
