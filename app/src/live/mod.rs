//! What is alive in the browser: pages that follow what happens, and the small helps of the page.
//!
//! The server renders every page whole, and all that is known of incidents, plans and policies stays there. A page that
//! can grow says so with one [`Live`] element: which stream tells that something happened, and how far the page is.
//! When the stream brings a record the page does not show yet, the page is asked for once more and what differs is
//! taken over (`morph`): what one has opened, typed or focused stays. So nothing is missed and nothing is shown twice,
//! whatever happened to the connection: what is shown is always what the server said last. Links to other views of
//! the same page, and forms, go the same way, so they keep one's place.
//!
//! Everything else reads marks that components leave in the page, with listeners on the document, because elements come
//! and go: `data-ago`, `data-until` and `data-since` (times), `data-copy`, `data-plot` (read-out of charts), `data-from`
//! (content fetched from another page), `role="log"` (stays at its end), `data-key` (the same thing in both versions of a
//! page), `data-keep` (stays although the newer page has it no more). On the server all of this does nothing; without
//! scripts every page works as it was rendered.

mod mark;

#[cfg(feature = "hydrate")]
mod browser;

pub use mark::{Live, REFRESH_HEADER};

#[cfg(feature = "hydrate")]
pub use browser::{lost_since, start};

/// Since when the page's stream is broken. On the server there is none.
#[cfg(not(feature = "hydrate"))]
pub fn lost_since() -> leptos::prelude::ArcRwSignal<Option<f64>> {
    leptos::prelude::ArcRwSignal::new(None)
}
