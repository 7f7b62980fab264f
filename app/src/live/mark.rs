//! How a page says what it follows.

use leptos::prelude::*;

/// A request with this header refreshes a page that is shown already. What is shown only once is not spent on it.
pub const REFRESH_HEADER: &str = "x-evenkeel-refresh";

/// Says what a page follows; one per page. Shows nothing.
#[component]
pub fn Live(
    /// The stream of server-sent events; none for a page that follows nothing more.
    #[prop(optional, into)]
    stream: Option<String>,
    /// The events that matter there.
    #[prop(default = "incident")]
    event: &'static str,
    /// The last record this page shows, where events are numbered. The stream begins behind it.
    #[prop(optional_no_strip)]
    after: Option<u64>,
    /// Only events that mention this id.
    #[prop(optional_no_strip)]
    only: Option<String>,
    /// Seconds after which the page is asked for again, stream or not.
    #[prop(optional_no_strip)]
    every: Option<u32>,
    /// The address to ask, where it is not the page's own.
    #[prop(optional_no_strip)]
    refresh: Option<String>,
) -> impl IntoView {
    view! {
        <div
            id="live"
            hidden=true
            data-stream=stream
            data-event=event
            data-after=after
            data-only=only
            data-every=every
            data-refresh=refresh
        ></div>
    }
    .into_any()
}
