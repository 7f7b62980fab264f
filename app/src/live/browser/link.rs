//! Links to other views of the same page (another tab, filter or moment) keep one's place.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlAnchorElement, MouseEvent};

use super::{
    dom::{around, here, listen, listen_at},
    page,
};

/// Listens to every link, and to Back and Forward.
pub fn start() {
    listen("click", |event: MouseEvent| {
        if let Some(address) = another_view(&event) {
            event.prevent_default();
            page::open(address, true);
        }
    });
    listen_at(&window(), "popstate", move |_: Event| {
        // A step between two places of the same view is the browser's business.
        if page::view() != here() {
            page::open(here(), false);
        }
    });
}

fn another_view(event: &MouseEvent) -> Option<String> {
    let modified = event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
        || event.button() != 0;
    if modified || event.default_prevented() {
        return None;
    }
    let link: HtmlAnchorElement = around(event, "a[href]")?.dyn_into().ok()?;
    if !page::holds(&link) || !link.target().is_empty() || link.has_attribute("download") {
        return None;
    }
    let location = window().location();
    let same_page =
        link.origin() == location.origin().ok()? && link.pathname() == location.pathname().ok()?;
    let same_view = link.search() == location.search().ok()?;
    // A place on this very view: the browser goes there, and `reveal` opens it.
    (same_page && !(same_view && !link.hash().is_empty())).then(|| link.href())
}
