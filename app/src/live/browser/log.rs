//! A log follows its newest line until one scrolls up, and then offers to jump back to it.

use leptos::prelude::request_animation_frame;
use web_sys::{Element, Event, MouseEvent};

use super::dom::{all, around, listen};

/// Less than a line from the end is at the end.
const LINE_PX: i32 = 24;

/// Scrolls the logs of this page to their end, and follows them.
pub fn start() {
    settle();
    listen("scroll", |event: Event| {
        if let Some(log) = around(&event, "[role=log]") {
            offer(&log);
        }
    });
    listen("click", |event: MouseEvent| {
        if around(&event, "[data-to-end]").is_some() {
            settle();
        }
    });
}

/// Those that are at their end now, to be kept there while lines are added.
pub fn at_end() -> Vec<Element> {
    all("[role=log]").into_iter().filter(is_at_end).collect()
}

/// Scrolls logs to their end.
pub fn follow(logs: Vec<Element>) {
    request_animation_frame(move || {
        for log in logs {
            log.set_scroll_top(log.scroll_height());
            offer(&log);
        }
    });
}

fn settle() {
    follow(all("[role=log]"));
}

fn is_at_end(log: &Element) -> bool {
    log.scroll_height() - log.scroll_top() - log.client_height() < LINE_PX
}

fn offer(log: &Element) {
    let button =
        log.parent_element().and_then(|term| term.query_selector("[data-to-end]").ok().flatten());
    if let Some(button) = button {
        button.toggle_attribute_with_force("hidden", is_at_end(log)).ok();
    }
}
