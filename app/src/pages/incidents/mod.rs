//! The list of incidents. Filters and place are in the address.

mod filters;

use evenkeel_domain::{
    id::{ClusterId, IncidentId},
    severity::Severity,
    view::{IncidentPage, IncidentQuery},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use self::filters::Filters;
use super::{load::load, row::IncidentRows, url};
use crate::{
    api,
    icons::Glyph,
    live::Live,
    ui::{ButtonLink, EmptyState, Pager, Panel},
};

/// How many are on a page.
const PAGE: u32 = 50;

/// The page.
#[component]
pub fn IncidentsPage() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| map.with(from_address));
    let page = Resource::new_blocking(move || query.get(), api::incidents);
    // Whoever reads further back is not to lose their place.
    let follows = move || {
        query
            .with(|query| query.before.is_none())
            .then(|| view! { <Live stream="/api/v1/events" /> })
    };
    view! {
        <Title text="Incidents" />
        <div class="stack">
            {follows}
            <h1>"Incidents"</h1>
            {move || view! { <Filters query=query.get() /> }}
            <Panel title="Newest first" class="panel--flush">
                {load(page, "incidents", 8, move |page| view! { <List page=page query=query.get_untracked() /> }.into_any())}
            </Panel>
        </div>
    }
    .into_any()
}

#[component]
fn List(
    /// The page.
    page: IncidentPage,
    /// What was asked for.
    query: IncidentQuery,
) -> impl IntoView {
    let IncidentPage { incidents, next } = page;
    if incidents.is_empty() {
        let filtered = IncidentQuery { limit: query.limit, ..IncidentQuery::default() } != query;
        return if filtered {
            view! {
                <EmptyState title="No incident fits these filters" text="Others may." glyph=Glyph::Search>
                    <ButtonLink href="/incidents">"Show all"</ButtonLink>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <EmptyState title="No incident yet" text="Alerts of your clusters appear here, and what became of them.">
                    <ButtonLink href="/clusters">"To the clusters"</ButtonLink>
                </EmptyState>
            }
            .into_any()
        };
    }
    let newer = query.before.map(|_| address(&IncidentQuery { before: None, ..query.clone() }));
    let older = next.map(|next| address(&IncidentQuery { before: Some(next), ..query.clone() }));
    view! {
        <IncidentRows incidents=incidents />
        <Pager newer=newer older=older />
    }
    .into_any()
}

/// Reads the query from the address; what is nonsense there does not filter.
fn from_address(map: &ParamsMap) -> IncidentQuery {
    let value = |name| url::value(map, name);
    IncidentQuery {
        cluster: value("cluster").and_then(|text| ClusterId::parse(&text).ok()),
        status: value("status"),
        severity: value("severity").and_then(|text| severity(&text)),
        open: value("open").and_then(|text| text.parse().ok()),
        text: value("q"),
        before: value("before").and_then(|text| IncidentId::parse(&text).ok()),
        limit: PAGE,
    }
}

fn severity(text: &str) -> Option<Severity> {
    [Severity::Info, Severity::Warning, Severity::Critical]
        .into_iter()
        .find(|severity| severity.as_str() == text)
}

/// The address of a query.
fn address(query: &IncidentQuery) -> String {
    let pairs = [
        ("open", query.open.map(|open| open.to_string())),
        ("status", query.status.clone()),
        ("severity", query.severity.map(|severity| severity.as_str().to_owned())),
        ("cluster", query.cluster.map(|cluster| cluster.to_string())),
        ("q", query.text.clone()),
        ("before", query.before.map(|before| before.to_string())),
    ];
    format!("/incidents{}", url::query(&pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let query = IncidentQuery {
            open: Some(true),
            severity: Some(Severity::Critical),
            status: Some("awaiting_approval".into()),
            limit: PAGE,
            ..IncidentQuery::default()
        };
        assert_eq!(
            address(&query),
            "/incidents?open=true&status=awaiting_approval&severity=critical"
        );
        let map: ParamsMap = [
            ("open", "true"),
            ("status", "awaiting_approval"),
            ("severity", "critical"),
            ("before", "x"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        assert_eq!(from_address(&map), query);
    }
}
