//! Clusters, and connecting one.

mod connect;
mod connected;

pub use connect::ConnectPage;
pub use connected::Connected;

use evenkeel_domain::access::Permission;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{load::load, overview::tile::Tile, signed::use_signed};
use crate::{
    api,
    icons::Glyph,
    ui::{ButtonKind, ButtonLink, EmptyState},
};

/// All clusters as tiles.
#[component]
pub fn ClustersPage() -> impl IntoView {
    let may_connect = use_signed().may(Permission::ManageClusters);
    let clusters = Resource::new_blocking(|| (), |()| api::clusters());
    let connect = move || {
        may_connect.then(|| view! { <ButtonLink href="/clusters/new" kind=ButtonKind::Primary glyph=Glyph::Add>"Connect a cluster"</ButtonLink> })
    };
    view! {
        <Title text="Clusters" />
        <div class="head"><h1>"Clusters"</h1>{connect()}</div>
        {load(clusters, "clusters", 6, move |clusters| {
            if clusters.is_empty() {
                return view! {
                    <EmptyState title="No cluster is connected" text="Connect one, and its alerts become incidents here." glyph=Glyph::Clusters>
                        {connect()}
                    </EmptyState>
                }
                .into_any();
            }
            let tiles = clusters.into_iter().map(|tile| view! { <Tile tile=tile /> }).collect_view();
            view! { <div class="grid">{tiles}</div> }.into_any()
        })}
    }
    .into_any()
}
