//! Content that another page has: `data-from` names it, its element `#part` is put into `[data-into]`, at once or when a
//! fold is opened. A slow system behind it holds up nothing else.

use leptos::task::spawn_local;
use web_sys::{Element, Event};

use super::{
    clock,
    dom::{all, around, hidden, listen, now, set_text},
    page::ask,
};

/// After how many seconds content that changes is fetched again.
const STALE_S: f64 = 15.0;

/// Fetches what this page wants, and later what is unfolded.
pub fn start() {
    fill();
    listen("toggle", |event: Event| {
        if let Some(fold) =
            around(&event, "details[data-from]").filter(|fold| fold.has_attribute("open"))
        {
            fetch(fold);
        }
    });
}

/// Fetches everything that is seen and not there, or old.
pub fn fill() {
    if hidden() {
        return;
    }
    all("[data-from]:not(details)").into_iter().for_each(fetch);
}

fn fetch(place: Element) {
    let (Some(from), Ok(Some(into))) =
        (place.get_attribute("data-from"), place.query_selector("[data-into]"))
    else {
        return;
    };
    let filled: Option<f64> = into.get_attribute("data-filled").and_then(|at| at.parse().ok());
    let fresh = place.tag_name() == "DETAILS" || filled.is_some_and(|at| now() - at < STALE_S);
    if filled.is_some() && fresh {
        return;
    }
    into.set_attribute("data-filled", &now().to_string()).ok();
    spawn_local(async move {
        let part =
            ask(&from).await.ok().and_then(|answer| answer.document.get_element_by_id("part"));
        match part {
            Some(part) => {
                into.replace_children_with_node_0();
                while let Some(child) = part.first_child() {
                    into.append_child(&child).ok();
                }
                clock::tick();
            }
            None => {
                // The next try may do.
                into.remove_attribute("data-filled").ok();
                set_text(&into, "The server did not answer.");
            }
        }
    });
}
