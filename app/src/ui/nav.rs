//! Moving between things: tabs, breadcrumbs, pages of a list, filters. All are links, so Back and no-JavaScript work.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// One of several views of the same thing, or one filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkItem {
    /// The words.
    pub label: String,
    /// Where it leads, e.g. `?tab=findings`.
    pub href: String,
    /// Whether this is the one shown.
    pub active: bool,
    /// How many there are, if that is worth knowing.
    pub count: Option<u64>,
}

impl LinkItem {
    /// An item without a count.
    #[must_use]
    pub fn new(label: impl Into<String>, href: impl Into<String>, active: bool) -> Self {
        Self { label: label.into(), href: href.into(), active, count: None }
    }
}

/// Tabs as links with `?tab=`.
#[component]
pub fn Tabs(
    /// What they are tabs of.
    #[prop(into)]
    label: String,
    /// The tabs.
    items: Vec<LinkItem>,
) -> impl IntoView {
    view! { <nav class="tabs" aria-label=label>{links(items, "tabs__tab", "page")}</nav> }
        .into_any()
}

/// Filters as chips; an active one leads to the list without it.
#[component]
pub fn FilterChips(
    /// What is filtered.
    #[prop(into)]
    label: String,
    /// The filters.
    items: Vec<LinkItem>,
) -> impl IntoView {
    view! { <nav class="chips" aria-label=label>{links(items, "chip", "true")}</nav> }.into_any()
}

fn links(items: Vec<LinkItem>, class: &'static str, current: &'static str) -> impl IntoView {
    items
        .into_iter()
        .map(|item| {
            view! {
                <a class=class href=item.href aria-current=item.active.then_some(current) data-noscroll="true">
                    {item.label}
                    {item.count.map(|count| view! { <span class="count number">{count}</span> })}
                </a>
            }
        })
        .collect_view()
}

/// Where this page is.
#[component]
pub fn Breadcrumbs(
    /// Words and link of each page above this one.
    parents: Vec<(String, String)>,
    /// This page.
    #[prop(into)]
    here: String,
) -> impl IntoView {
    let parents = parents
        .into_iter()
        .map(|(label, href)| view! { <li><a href=href>{label}</a><Icon glyph=Glyph::Right /></li> })
        .collect_view();
    view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{parents}<li aria-current="page">{here}</li></ol></nav> }.into_any()
}

/// Keyset paging: newer and older, no page numbers, because lists grow while one reads.
#[component]
pub fn Pager(
    /// Link to newer entries, if there are any.
    newer: Option<String>,
    /// Link to older entries, if there are any.
    older: Option<String>,
) -> impl IntoView {
    (newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {newer.map(|href| view! { <a class="btn" rel="prev" href=href><Icon glyph=Glyph::Left />"Newer"</a> })}
                {older.map(|href| view! { <a class="btn" rel="next" href=href>"Older"<Icon glyph=Glyph::Right /></a> })}
            </nav>
        }
    })
}
