//! An incident as a row, the same in every list.

use evenkeel_domain::incident::IncidentSummary;
use leptos::prelude::*;

use super::{signed::use_signed, words};
use crate::{
    icons::{Glyph, Icon},
    ui::{Badge, Countdown, PhaseTag, Time, Tone},
};

/// A list of incidents; each row is one link.
#[component]
pub fn IncidentRows(
    /// The incidents, in the order they are shown.
    incidents: Vec<IncidentSummary>,
    /// Whether to name the cluster, which its own page need not.
    #[prop(default = true)]
    with_cluster: bool,
) -> impl IntoView {
    let rows = incidents
        .into_iter()
        .map(|incident| {
            let key = incident.id.to_string();
            view! { <li data-key=key><IncidentRow incident=incident with_cluster=with_cluster /></li> }
        })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

/// One incident.
#[component]
pub fn IncidentRow(
    /// Which.
    incident: IncidentSummary,
    /// Whether to name the cluster.
    with_cluster: bool,
) -> impl IntoView {
    let status = words::status_badge(&incident);
    let place = with_cluster.then(|| {
        view! { <span class="row__place">{incident.cluster_name.clone()}" "{words::environment_badge(incident.environment)}</span> }
    });
    let object = incident
        .object
        .as_ref()
        .map(|object| view! { <span class="mono row__object">{words::object(object)}</span> });
    let awaiting = incident.awaiting.as_ref().map(|awaiting| {
        view! {
            <span class="row__awaiting">
                <Icon glyph=Glyph::Decide />
                {words::sentence(&awaiting.what)}
                " · "
                <Countdown to=awaiting.expires_at />
            </span>
        }
    });
    let locked = incident.closed_at.is_none()
        && use_signed().clusters().with_untracked(|clusters| {
            let mut here = clusters.iter().filter(|tile| tile.cluster.id == incident.cluster);
            here.any(|tile| tile.cluster.stop.is_some())
        });
    let locked = locked.then(
        || view! { <Badge text="Locked by Emergency Stop" tone=Tone::Danger glyph=Glyph::Stop /> },
    );
    let (when_label, when) = match incident.closed_at {
        Some(at) => ("closed ", at),
        None => ("began ", incident.opened_at),
    };
    view! {
        <a class="rows__link incident-row" href=format!("/incidents/{}", incident.id) data-row="">
            {words::severity_badge(incident.severity)}
            <span class="incident-row__main">
                <span class="incident-row__title">{incident.title.clone()}</span>
                <span class="incident-row__facts small muted">{object}{place}{(incident.alerts > 1).then(|| format!("{} alerts", incident.alerts))}</span>
                {awaiting}
            </span>
            <span class="incident-row__state">
                {incident.drill.then(|| view! { <Badge text="Drill" tone=Tone::Practice /> })}
                {locked}
                {status}
                {incident.closed_at.is_none().then(|| view! { <PhaseTag phase=words::phase(incident.phase) /> })}
                <span class="small muted number">{when_label}<Time at=when /></span>
            </span>
        </a>
    }
    .into_any()
}
