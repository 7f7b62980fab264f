//! The War Room: one cluster, its vital signs, what is open, and the switches.

mod header;
mod investigate;
mod lists;
mod quarantine;
mod queue;
mod stop;
mod token;
mod vitals;

pub mod signals;

use evenkeel_domain::{
    access::Permission,
    id::ClusterId,
    view::{Vitals, WarRoom},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{
    header::Header,
    lists::{AuditPanel, Connections, OpenIncidents, RecentIncidents},
    quarantine::QuarantinePanel,
    queue::QueuePanel,
    token::TokenPanel,
    vitals::VitalSigns,
};
use super::{load::load, overview::tile::Curves};
use crate::{
    api::{self, ApiError},
    live::Live,
};

/// Seconds after which the page is asked for again: about Prometheus' usual scrape interval. Connections, the audit
/// trail and vital signs have no stream.
const REFRESH_S: u32 = 15;

/// The page.
#[component]
pub fn WarRoomPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let room = Resource::new_blocking(
        move || id.get(),
        |id| async move { api::war_room(parse(&id)?).await },
    );
    let vitals =
        Resource::new(move || id.get(), |id| async move { api::vitals(parse(&id)?).await });
    // Asked for by tiles, which show them small.
    if use_query_map().with(|query| query.get("only").as_deref() == Some("curves")) {
        return load(vitals, "vital signs", 4, |vitals| {
            view! { <Curves vitals=vitals /> }.into_any()
        });
    }
    load(room, "the War Room", 10, move |room| {
        view! { <Room room=room vitals=vitals /> }.into_any()
    })
}

fn parse(id: &str) -> Result<ClusterId, ApiError> {
    ClusterId::parse(id).map_err(|_| {
        ApiError::new(
            404,
            "cluster.absent",
            "There is no such cluster.",
            "Choose one of those in the list.",
        )
    })
}

/// The room's data.
#[derive(Clone, Copy)]
pub struct Here(StoredValue<WarRoom>);

impl Here {
    /// Its cluster's id.
    pub fn id(self) -> ClusterId {
        self.read(|room| room.tile.cluster.id)
    }

    /// Reads the data.
    pub fn read<T>(self, read: impl FnOnce(&WarRoom) -> T) -> T {
        self.0.with_value(read)
    }

    /// Whether the person may do this here.
    pub fn may(self, permission: Permission) -> bool {
        self.read(|room| room.permissions.contains(&permission))
    }

    /// Why the person may not do this here, if they may not.
    pub fn refused(self, permission: Permission, action: &str, needs: &str) -> Option<String> {
        (!self.may(permission))
            .then(|| format!("You may not {action}: this needs the role {needs}."))
    }
}

#[component]
fn Room(
    /// As it was when the page was asked for.
    room: WarRoom,
    /// Its vital signs, asked for at the same time: what is made in here must not ask for itself.
    vitals: Resource<Result<Vitals, ApiError>>,
) -> impl IntoView {
    let id = room.tile.cluster.id.to_string();
    let name = room.tile.cluster.name.clone();
    let here = Here(StoredValue::new(room));
    view! {
        <Title text=name />
        <Live stream="/api/v1/events" only=Some(id) every=Some(REFRESH_S) />
        <div class="stack">
            <Header here=here />
            <VitalSigns vitals=vitals />
            <div class="grid grid--room">
                <div class="stack">
                    <OpenIncidents here=here />
                    <QueuePanel here=here />
                    <RecentIncidents here=here />
                    <AuditPanel here=here />
                </div>
                <div class="stack">
                    <Connections here=here />
                    <TokenPanel here=here />
                    <QuarantinePanel here=here />
                </div>
            </div>
        </div>
    }
    .into_any()
}
