//! Short words for what the other files do to the document.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, EventTarget};

/// Seconds since 1970.
pub fn now() -> f64 {
    js_sys::Date::now() / 1000.0
}

/// Whether nobody looks: the page is in a tab behind others.
pub fn hidden() -> bool {
    document().hidden()
}

/// All elements that fit, in the order of the document.
pub fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// The nearest element around what an event happened to.
pub fn around(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok().flatten()
}

/// Listens on the whole document, and hears events that do not bubble as well.
pub fn listen<E: JsCast + 'static>(name: &str, heard: impl Fn(E) + 'static) {
    listen_at(&document(), name, heard);
}

/// Listens for as long as the page lives.
pub fn listen_at<E: JsCast + 'static>(
    target: &EventTarget,
    name: &str,
    heard: impl Fn(E) + 'static,
) {
    let listener =
        Closure::<dyn FnMut(Event)>::new(move |event: Event| heard(event.unchecked_into()));
    target
        .add_event_listener_with_callback_and_bool(name, listener.as_ref().unchecked_ref(), true)
        .ok();
    listener.forget();
}

/// Path and query of the page that is shown.
pub fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Replaces the text of an element, if it is another.
pub fn set_text(element: &Element, text: &str) {
    if element.text_content().as_deref() == Some(text) {
        return;
    }
    // The same text node: who rendered it may hold on to it.
    match element.first_child() {
        Some(node) if element.child_nodes().length() == 1 && node.node_type() == 3 => {
            node.set_node_value(Some(text));
        }
        _ => element.set_text_content(Some(text)),
    }
}
