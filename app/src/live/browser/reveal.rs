//! A link to something that is folded away opens it.

use leptos::prelude::{document, request_animation_frame, window};
use web_sys::Event;

use super::dom::listen_at;

/// Looks where the address leads, now and whenever it changes.
pub fn start() {
    reveal();
    listen_at(&window(), "hashchange", |_: Event| reveal());
}

/// Opens everything that folds around the element the address names, and scrolls to it.
pub fn reveal() {
    let hash = window().location().hash().unwrap_or_default();
    let Some(id) = hash.strip_prefix('#').filter(|id| !id.is_empty()).map(str::to_owned) else {
        return;
    };
    // After the logs were scrolled to their end.
    request_animation_frame(move || {
        let Some(target) = document().get_element_by_id(&id) else { return };
        let mut above = Some(target.clone());
        while let Some(element) = above {
            if element.tag_name() == "DETAILS" {
                element.set_attribute("open", "").ok();
            }
            above = element.parent_element();
        }
        target.closest("details").ok().flatten().unwrap_or(target).scroll_into_view();
    });
}
