//! Filters as chips: each is a link to the list with it, an active one to the list without it.

use evenkeel_domain::{severity::Severity, view::IncidentQuery};
use leptos::prelude::*;

use super::address;
use crate::{
    icons::Glyph,
    pages::signed::use_signed,
    ui::{Button, FilterChips, LinkItem},
};

/// Chips and the search field.
#[component]
pub fn Filters(
    /// What is asked for now.
    query: IncidentQuery,
) -> impl IntoView {
    let first = IncidentQuery { before: None, ..query.clone() };
    let chip = |label: &str, active: bool, with: IncidentQuery| {
        LinkItem::new(label, address(&with), active)
    };
    let open = |label, value: bool| {
        let active = first.open == Some(value);
        chip(label, active, IncidentQuery { open: (!active).then_some(value), ..first.clone() })
    };
    let status = |label, value: &str| {
        let active = first.status.as_deref() == Some(value);
        chip(
            label,
            active,
            IncidentQuery { status: (!active).then(|| value.to_owned()), ..first.clone() },
        )
    };
    let severity = |label, value: Severity| {
        let active = first.severity == Some(value);
        chip(label, active, IncidentQuery { severity: (!active).then_some(value), ..first.clone() })
    };
    let mut items = vec![
        open("Open", true),
        open("Closed", false),
        status("Waits for approval", "awaiting_approval"),
        status("Resolved", "resolved"),
        status("Escalated", "escalated"),
        status("Rejected", "rejected"),
        severity("Critical", Severity::Critical),
        severity("Warning", Severity::Warning),
    ];
    items.extend(use_signed().clusters().get_untracked().into_iter().map(|tile| {
        let active = first.cluster == Some(tile.cluster.id);
        chip(
            &tile.cluster.name,
            active,
            IncidentQuery { cluster: (!active).then_some(tile.cluster.id), ..first.clone() },
        )
    }));
    let kept = [
        ("open", first.open.map(|open| open.to_string())),
        ("status", first.status.clone()),
        ("severity", first.severity.map(|severity| severity.as_str().to_owned())),
        ("cluster", first.cluster.map(|cluster| cluster.to_string())),
    ];
    let kept = kept
        .into_iter()
        .filter_map(|(name, value)| Some(view! { <input type="hidden" name=name value=value? /> }))
        .collect_view();
    view! {
        <div class="row row--apart">
            <FilterChips label="Filters" items=items />
            <form method="get" action="/incidents" class="search" role="search">
                {kept}
                <input class="input" type="search" name="q" value=first.text.clone() placeholder="Title contains" aria-label="Title contains" />
                <Button r#type="submit" glyph=Glyph::Search>"Search"</Button>
            </form>
        </div>
    }
    .into_any()
}
