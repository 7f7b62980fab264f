//! A cluster in a few square centimetres.

use evenkeel_domain::{
    id::ClusterId,
    view::{ClusterTile, Connection, ConnectionState, Vitals},
};
use leptos::prelude::*;

use crate::{
    icons::{Glyph, Icon},
    pages::{war_room::signals::VitalReading, words},
    ui::{Badge, Sparkline, Time, Tone, chart::scale::with_unit},
};

/// Name, environment, connections, open incidents, and four small curves.
#[component]
pub fn Tile(
    /// The cluster.
    tile: ClusterTile,
) -> impl IntoView {
    let ClusterTile { cluster, connections, open_incidents, last_notification_at } = tile;
    let room = format!("/clusters/{}", cluster.id);
    let open = match open_incidents {
        0 if blind(&connections).is_some() => {
            view! { <Badge text="Not seen" glyph=Glyph::Offline /> }.into_any()
        }
        0 => view! { <Badge text="Nominal" tone=Tone::Ok /> }.into_any(),
        1 => view! { <Badge text="1 open incident" tone=Tone::Waiting /> }.into_any(),
        many => {
            view! { <Badge text=format!("{many} open incidents") tone=Tone::Waiting /> }.into_any()
        }
    };
    let measured = connections.iter().any(|connection| {
        connection.name == "prometheus" && connection.state != ConnectionState::NotConnected
    });
    let connections = connections
        .into_iter()
        .map(|connection| view! { <ConnectionLine connection=connection /> })
        .collect_view();
    let posted = match last_notification_at {
        Some(at) => view! { "Last alert received "<Time at=at /> }.into_any(),
        None => "No alert received yet".into_any(),
    };
    view! {
        <article class="tile" data-key=cluster.id.to_string()>
            <header class="tile__head">
                <h3><a class="tile__link" href=room data-row="">{cluster.name}</a></h3>
                {words::environment_badge(cluster.environment)}
                {cluster.practice_range.then(|| view! { <Badge text="Practice range" tone=Tone::Practice /> })}
                {cluster.stop.is_some().then(|| view! { <Badge text="Locked" tone=Tone::Danger glyph=Glyph::Stop /> })}
                {open}
            </header>
            {measured.then(|| view! { <SmallVitals cluster=cluster.id /> })}
            <ul class="tile__connections">{connections}</ul>
            <p class="small muted">{posted}</p>
        </article>
    }
    .into_any()
}

/// Which system does not answer: what happens there is not seen, so nothing may be called nominal.
pub fn blind(connections: &[Connection]) -> Option<&str> {
    let failing =
        |connection: &&Connection| matches!(connection.state, ConnectionState::Failing { .. });
    connections.iter().find(failing).map(|connection| connection.name.as_str())
}

/// One connection: its name, a word for how it does, when it last answered.
#[component]
pub fn ConnectionLine(
    /// Which.
    connection: Connection,
) -> impl IntoView {
    let Connection { name, state, mut seen } = connection;
    let (glyph, class, shown) = match state {
        ConnectionState::Healthy { last_ok_at, latency_us } => (
            Glyph::Ok,
            "connection connection--ok",
            view! { {evenkeel_domain::view::speed(latency_us)}{if latency_us.is_some() { ", " } else { " " }}<Time at=last_ok_at /> }
                .into_any(),
        ),
        ConnectionState::Failing { failure, last_ok_at } => {
            let before = last_ok_at.map(|at| view! { " It last answered "<Time at=at />"." });
            let next = failure.next.map(|next| view! { <span class="muted">" "{next}</span> });
            let said = view! { <details class="muted"><summary>"The error"</summary><span class="mono">{failure.message.clone()}</span></details> };
            (
                Glyph::Failed,
                "connection connection--failing",
                view! { {words::unreachable(&name, &failure.message)}{before}{next}{said} }
                    .into_any(),
            )
        }
        // Nothing is asked of what posts by itself: what was seen of it says it all.
        ConnectionState::Unknown if seen.is_some() => {
            (Glyph::Dot, "connection", seen.take().into_any())
        }
        ConnectionState::Unknown => (Glyph::Dot, "connection", "not asked yet".into_any()),
        ConnectionState::NotConnected => (Glyph::Dot, "connection", "not connected".into_any()),
    };
    view! {
        <li class=class>
            <Icon glyph=glyph />
            <span class="connection__name">{words::sentence(&name)}</span>
            <span class="connection__state small">{shown}{seen.map(|seen| view! { <span class="muted">" · "{seen}</span> })}</span>
        </li>
    }
    .into_any()
}

/// Four curves without words, fetched by the browser from the cluster's page: a slow Prometheus must not hold up this one.
#[component]
fn SmallVitals(
    /// Of which cluster.
    cluster: ClusterId,
) -> impl IntoView {
    let from = format!("/clusters/{cluster}?only=curves");
    view! { <div class="needs-js" data-from=from><div class="tile__vitals" data-into=""></div></div> }.into_any()
}

/// The four curves, to be fetched.
#[component]
pub fn Curves(
    /// As they were read.
    vitals: Vitals,
) -> impl IntoView {
    let curves = vitals.signals.into_iter().map(|sign| {
        let VitalReading { vital, title, value, points, unit, reason, .. } = VitalReading::from(sign);
        let now = value.map(|value| with_unit(value, &unit));
        view! {
            <div class=format!("tile__curve {}", vital.class())>
                <span class="tile__signal">{title.clone()}" "<span class="tile__now number">{now}</span></span>
                <Sparkline points=points unit=unit label=title reason=reason.unwrap_or_default() bare=true />
            </div>
        }
    });
    view! { <div id="part" class="tile__vitals">{curves.collect_view()}</div> }.into_any()
}
