//! The War Room: one cluster, its vital signs, what is open, and the switches.

mod header;
mod investigate;
mod lists;
mod stop;
mod token;
mod vitals;

pub mod signals;

use std::time::Duration;

use evenkeel_domain::{
    access::Permission,
    cluster::Cluster,
    id::ClusterId,
    view::{Vitals, WarRoom},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use self::{
    header::Header,
    investigate::Investigate,
    lists::{AuditPanel, Connections, OpenIncidents, QuarantinePanel, RecentIncidents},
    token::TokenPanel,
    vitals::VitalSigns,
};
use super::{again, load::load, signed::use_signed};
use crate::{
    api::{self, ApiError},
    live::follow_incidents,
};

/// How often the lists are asked for again, stream or not: connections and the audit trail have none.
const REFRESH: Duration = Duration::from_secs(30);

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

/// The room's data as it is now, and how to ask for it again.
#[derive(Clone, Copy)]
pub struct Here {
    room: RwSignal<WarRoom>,
    refresh: Callback<()>,
}

impl Here {
    /// The cluster.
    pub fn cluster(self) -> Memo<Cluster> {
        Memo::new(move |_| self.room.with(|room| room.tile.cluster.clone()))
    }

    /// Its id.
    pub fn id(self) -> ClusterId {
        self.room.with_untracked(|room| room.tile.cluster.id)
    }

    /// Part of the data; what depends on it is touched only when that part changes.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&WarRoom) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.room.with(&part))
    }

    /// Why the person may not do this here, if they may not.
    pub fn refused(
        self,
        permission: Permission,
        action: &'static str,
        needs: &'static str,
    ) -> Signal<Option<String>> {
        let allowed = self.part(move |room| room.permissions.contains(&permission));
        Signal::derive(move || {
            (!allowed.get()).then(|| format!("You may not {action}: this needs the role {needs}."))
        })
    }

    /// Asks again once an action has succeeded.
    pub fn refresh_after<T: Send + Sync + 'static>(
        self,
        value: impl Into<Signal<Option<Result<T, ApiError>>>>,
    ) {
        let value = value.into();
        Effect::new(move |_| {
            if value.with(|value| matches!(value, Some(Ok(_)))) {
                self.refresh.run(());
            }
        });
    }
}

#[component]
fn Room(
    /// As it was when the page was asked for.
    room: WarRoom,
    /// Its vital signs, asked for at the same time: what is made in here must not ask for itself.
    vitals: Resource<Result<Vitals, ApiError>>,
) -> impl IntoView {
    let signed = use_signed();
    let id = room.tile.cluster.id;
    let name = room.tile.cluster.name.clone();
    let room = RwSignal::new(room);
    let refresh = again::debounced(move || {
        leptos::task::spawn_local(async move {
            if let Ok(fresh) = api::war_room(id).await {
                room.try_set(fresh);
            }
        });
        signed.refresh();
    });
    let here = Here { room, refresh };
    follow_incidents(signed.lost_since, move |incident| {
        if incident.is_none_or(|incident| incident.cluster == id) {
            refresh.run(());
        }
    });
    again::every(REFRESH, move || refresh.run(()));
    view! {
        <Title text=name />
        <div class="stack">
            <Header here=here />
            <VitalSigns vitals=vitals />
            <div class="grid grid--room">
                <div class="stack">
                    <OpenIncidents here=here />
                    <RecentIncidents here=here />
                    <AuditPanel here=here />
                </div>
                <div class="stack">
                    <Investigate here=here />
                    <Connections here=here />
                    <TokenPanel here=here />
                    <QuarantinePanel here=here />
                </div>
            </div>
        </div>
    }
    .into_any()
}
