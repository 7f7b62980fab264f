//! Times as people say them: the server writes absolute ones, here they become "3 min ago" and count on.

use std::time::Duration;

use leptos::prelude::set_interval;
use web_sys::Element;

use super::dom::{all, hidden, now, set_text};
use crate::ui::time::{left, relative, took};

/// Starts the page's one clock.
pub fn start() {
    tick();
    set_interval(
        || {
            if !hidden() {
                tick();
            }
        },
        Duration::from_secs(1),
    );
}

/// Refreshes every time on the page.
pub fn tick() {
    let now = now();
    for element in all("[data-ago]") {
        if let Some(at) = number(&element, "data-ago") {
            set_text(&element, &relative(at - now));
        }
    }
    for element in all("[data-ago-title]") {
        if let Some(at) = number(&element, "data-ago-title") {
            element.set_attribute("title", &relative(at - now)).ok();
        }
    }
    for element in all("[data-until]") {
        if let Some(to) = number(&element, "data-until") {
            set_text(&element, &left(to - now));
            element.class_list().toggle_with_force("countdown--soon", to - now < 120.0).ok();
        }
    }
    for element in all("[data-since]") {
        if let Some(since) = number(&element, "data-since") {
            let before = number(&element, "data-before").unwrap_or_default();
            set_text(&element, &took(before + now - since));
        }
    }
}

fn number(element: &Element, name: &str) -> Option<f64> {
    element.get_attribute(name)?.parse().ok()
}
