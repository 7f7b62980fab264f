//! The audit trail: who did what, when, and how far that is proved. Filters and place are in the address.

mod proof;

use evenkeel_domain::{
    audit::AuditKind,
    id::{AuditId, ClusterId, IncidentId},
    view::{AuditLine, AuditPage as Records, AuditQuery},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use serde_json::Value;

use self::proof::Proof;
use super::{load::load, signed::use_signed, url};
use crate::{
    api,
    icons::Glyph,
    ui::{ButtonLink, EmptyState, FilterChips, JsonView, LinkItem, Pager, Panel, Table, Time},
};

/// How many records are on a page.
const PAGE: u32 = 50;

/// The page.
#[component]
pub fn AuditPage() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| map.with(from_address));
    let records = Resource::new_blocking(move || query.get(), api::audit_trail);
    view! {
        <Title text="Audit trail" />
        <div class="stack">
            <h1>"Audit trail"</h1>
            <Proof />
            {move || view! { <Filters query=query.get() /> }}
            <Panel title="Newest first" class="panel--flush">
                {load(records, "the audit trail", 8, move |page| list(page, &query.get_untracked()))}
            </Panel>
        </div>
    }
    .into_any()
}

fn list(page: Records, query: &AuditQuery) -> AnyView {
    let Records { records, next } = page;
    if records.is_empty() {
        let filtered = AuditQuery { limit: query.limit, ..AuditQuery::default() } != *query;
        let (title, text) = if filtered {
            ("No record fits these filters", "Others may.")
        } else {
            ("Nothing was done yet", "Every sign-in, approval, stop and change appears here.")
        };
        return view! {
            <EmptyState title=title text=text glyph=Glyph::Audit>
                {filtered.then(|| view! { <ButtonLink href="/audit">"Show all"</ButtonLink> })}
            </EmptyState>
        }
        .into_any();
    }
    let newer = query.before.map(|_| address(&AuditQuery { before: None, ..query.clone() }));
    let older = next.map(|next| address(&AuditQuery { before: Some(next), ..query.clone() }));
    view! {
        <AuditRows records=records />
        <Pager newer=newer older=older />
    }
    .into_any()
}

/// Records as a table.
#[component]
pub fn AuditRows(
    /// The records, newest first.
    records: Vec<AuditLine>,
) -> impl IntoView {
    let rows = records
        .into_iter()
        .map(|record| {
            let AuditLine { at, actor, action, subject, incident, detail, .. } = record;
            let subject = match incident {
                Some(incident) => view! { <a href=format!("/incidents/{incident}")>{subject}</a> }.into_any(),
                None => subject.into_any(),
            };
            let detail = has_content(&detail).then(|| view! { <details class="small"><summary>"Details"</summary>{details(detail)}</details> });
            view! {
                <tr>
                    <td class="number nowrap" data-label="When"><Time at=at dated=true /></td>
                    <td class="who-cell" data-label="Who">{actor}</td>
                    <td class="mono nowrap" data-label="What">{action}</td>
                    <td data-label="To what">{subject}{detail}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption="Audit records" columns=vec!["When (UTC)", "Who", "What", "To what"] cards=true>{rows}</Table> }.into_any()
}

/// Characters of a record's details that a page shows: a record that keeps where a hundred journals ended is thirty
/// times as long, and the page has a hundred records.
const DETAILS_MAX: usize = 1_000;

fn details(value: Value) -> AnyView {
    let text = value.to_string();
    if text.len() <= DETAILS_MAX {
        return view! { <JsonView value=value /> }.into_any();
    }
    let text = evenkeel_domain::text::clip(&text, DETAILS_MAX);
    view! { <p class="mono">{text}</p><p class="muted">"The whole of it is in the export."</p> }
        .into_any()
}

fn has_content(detail: &Value) -> bool {
    match detail {
        Value::Null => false,
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    }
}

#[component]
fn Filters(
    /// What is asked for now.
    query: AuditQuery,
) -> impl IntoView {
    let first = AuditQuery { before: None, ..query };
    let mut items: Vec<LinkItem> = AuditKind::ALL
        .iter()
        .map(|kind| {
            let action = kind.prefix();
            let active = first.action.as_deref() == Some(action);
            let with = AuditQuery { action: (!active).then(|| action.to_owned()), ..first.clone() };
            LinkItem::new(kind.label(), address(&with), active)
        })
        .collect();
    items.extend(use_signed().clusters().get_untracked().into_iter().map(|tile| {
        let active = first.cluster == Some(tile.cluster.id);
        let with = AuditQuery { cluster: (!active).then_some(tile.cluster.id), ..first.clone() };
        LinkItem::new(tile.cluster.name, address(&with), active)
    }));
    if first.incident.is_some() {
        let without = AuditQuery { incident: None, ..first.clone() };
        items.push(LinkItem::new("One incident", address(&without), true));
    }
    view! { <FilterChips label="Filters" items=items /> }.into_any()
}

fn from_address(map: &ParamsMap) -> AuditQuery {
    let value = |name| url::value(map, name);
    AuditQuery {
        cluster: value("cluster").and_then(|text| ClusterId::parse(&text).ok()),
        incident: value("incident").and_then(|text| IncidentId::parse(&text).ok()),
        action: value("action"),
        before: value("before").and_then(|text| AuditId::parse(&text).ok()),
        limit: PAGE,
    }
}

fn address(query: &AuditQuery) -> String {
    let pairs = [
        ("action", query.action.clone()),
        ("cluster", query.cluster.map(|id| id.to_string())),
        ("incident", query.incident.map(|id| id.to_string())),
        ("before", query.before.map(|id| id.to_string())),
    ];
    format!("/audit{}", url::query(&pairs))
}
