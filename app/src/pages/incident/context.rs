//! The left column: what fires, what is affected, since when, who looks, and how it went last time.

use evenkeel_domain::{
    alert::{Alert, AlertStatus, Trigger},
    evidence::Gap,
    hypothesis::CauseCode,
    incident::Assignment,
};
use leptos::prelude::*;

use super::Icc;
use crate::{
    icons::{Glyph, Icon},
    pages::words,
    ui::{Badge, KeyValue, Panel, Time, Tone},
};

/// The column.
#[component]
pub fn Context(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    view! {
        <div class="stack">
            <Facts icc=icc />
            <Alerts icc=icc />
            <Unseen icc=icc />
            <Similar icc=icc />
        </div>
    }
    .into_any()
}

#[component]
fn Facts(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let object = icc.read(|state| state.object().map(words::object));
    let explained = icc.read(|state| {
        state.hypotheses.first().is_some_and(|best| best.cause != CauseCode::Unknown)
    });
    let onset = icc.read(evenkeel_domain::IncidentState::onset);
    let trigger = icc.read(|state| state.trigger.clone());
    let looking = icc.read(|state| state.assignments.clone());
    let object = object.unwrap_or_else(|| "not known yet".to_owned());
    let trigger = words::without_tokens(&match trigger {
        Trigger::Alert => "Alertmanager".to_owned(),
        Trigger::Manual { by, reason } => format!("{by}: {reason}"),
        Trigger::Drill { by } => format!("a drill by {by}"),
        Trigger::Imported { by, from, .. } => format!("imported by {by}; there it was {from}"),
    });
    let who = looking
        .into_iter()
        .map(|Assignment { specialist, summary }| {
            let glyph = if summary.is_some() { Glyph::Check } else { Glyph::Busy };
            let said = summary.map_or_else(|| "looks".to_owned(), |summary| words::sentence(&summary));
            view! { <li class="who"><Icon glyph=glyph /><span><strong>{words::specialist_name(specialist)}</strong>" "{said}</span></li> }
        })
        .collect_view();
    let opened = icc.read(|state| state.opened_at);
    view! {
        <Panel title="Context">
            <dl class="kv">
                <div class="kv__row"><dt>{if explained { "At fault" } else { "About" }}</dt><dd class="mono">{object}</dd></div>
                <div class="kv__row"><dt>"Since"</dt><dd><Time at=onset /></dd></div>
                <div class="kv__row"><dt>"Opened"</dt><dd><Time at=opened /></dd></div>
                <div class="kv__row"><dt>"By"</dt><dd>{trigger}</dd></div>
            </dl>
            <ul class="whos" aria-label="Who looks">{who}</ul>
        </Panel>
    }
    .into_any()
}

/// Alerts that are shown: more than anybody reads.
const ALERTS_SHOWN: usize = 100;

#[component]
fn Alerts(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let alerts = icc.read(|state| state.alerts.clone());
    let closed = icc.read(|state| state.closed_at.is_some());
    let list = if alerts.is_empty() {
        view! { <p class="muted">"No alert: a person asked for this."</p> }.into_any()
    } else {
        let more = alerts.len().saturating_sub(ALERTS_SHOWN);
        let mut alerts = alerts;
        // In a storm what still fires comes first; the order is otherwise that of the journal.
        if more > 0 {
            alerts.sort_by_key(|alert| alert.status == AlertStatus::Resolved);
        }
        let cards = alerts
            .into_iter()
            .take(ALERTS_SHOWN)
            .map(|alert| view! { <AlertCard alert=alert closed=closed /> })
            .collect_view();
        let rest = (more > 0).then(|| {
            view! { <p class="small muted">{format!("and {more} more; all of them are in the incident's journal")}</p> }
        });
        view! { {cards}{rest} }.into_any()
    };
    view! { <Panel title="Alerts"><div class="stack stack--tight">{list}</div></Panel> }.into_any()
}

#[component]
fn AlertCard(
    /// The alert.
    alert: Alert,
    /// Whether its incident is closed: what became of the alert since is not in its journal.
    closed: bool,
) -> impl IntoView {
    let name = alert.name().to_owned();
    let summary = ["summary", "description", "message"]
        .into_iter()
        .find_map(|key| alert.annotations.get(key).cloned());
    let (word, tone, glyph) = match alert.status {
        AlertStatus::Firing if closed => ("Firing when closed", Tone::Neutral, Glyph::Incidents),
        AlertStatus::Firing => ("Firing", Tone::Danger, Glyph::Incidents),
        AlertStatus::Resolved => ("Ended", Tone::Ok, Glyph::Ok),
    };
    let labels = alert.labels.into_iter().filter(|(key, _)| key != "alertname").collect();
    let source = alert
        .generator_url
        .filter(|address| address.starts_with("http://") || address.starts_with("https://"));
    view! {
        <details class="alert">
            <summary>
                <span class="alert__name">{name}</span>
                <Badge text=word tone=tone glyph=glyph />
                <span class="small muted">"since "<Time at=alert.starts_at /></span>
                {summary.map(|summary| view! { <span class="alert__summary">{summary}</span> })}
            </summary>
            <KeyValue items=labels mono=true />
            {source.map(|address| view! { <a class="small" href=address rel="noreferrer noopener" target="_blank">"The rule in Prometheus "<Icon glyph=Glyph::External /></a> })}
        </details>
    }
    .into_any()
}

/// What could not be seen, said as loudly as what was.
#[component]
fn Unseen(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let gaps = icc.read(|state| state.gaps.clone());
    (!gaps.is_empty()).then(|| {
            let lines = gaps.into_iter().map(|gap| view! { <GapLine gap=gap icc=icc /> }).collect_view();
            view! { <Panel title="Could not be seen" class="panel--gap"><ul class="gaps">{lines}</ul></Panel> }
        })
}

/// One thing that could not be seen, and why.
#[component]
pub fn GapLine(
    /// What.
    gap: Gap,
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let cite = gap.evidence.map(|id| {
        let (label, href) = icc.cite(id);
        view! { " "<a class="cite" href=href>{label}</a> }
    });
    view! {
        <li class="gaps__line">
            <Icon glyph=Glyph::Offline />
            <span><strong>{words::sentence(&gap.what)}</strong>" "{gap.why}{cite}</span>
        </li>
    }
    .into_any()
}

#[component]
fn Similar(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let similar = icc.similar.get_value();
    (!similar.is_empty()).then(|| {
        let lines = similar
            .into_iter()
            .map(|incident| {
                let status = words::status_badge(&incident);
                view! {
                    <li class="similar">
                        <a href=format!("/incidents/{}", incident.id)>{incident.title.clone()}</a>
                        <span class="row">{status}<span class="small muted"><Time at=incident.opened_at /></span></span>
                    </li>
                }
            })
            .collect_view();
        view! { <Panel title="Happened before"><ul class="stack stack--tight">{lines}</ul></Panel> }
    })
}
