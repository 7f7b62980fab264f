//! The value under the pointer. A plot holds its window and its points (see `ui::chart`); the words stand in the
//! read-out beside it, and return to what they were when the pointer leaves.

use std::cell::RefCell;

use leptos::prelude::document;
use web_sys::{Element, PointerEvent};

use super::dom::{around, listen, set_text};
use crate::ui::chart::{
    hover::{Plotted, read_out},
    plot::percent,
};

const SVG: &str = "http://www.w3.org/2000/svg";

struct Hovered {
    plot: Element,
    idle: String,
    marks: Vec<Element>,
}

thread_local! {
    static HOVERED: RefCell<Option<Hovered>> = const { RefCell::new(None) };
}

/// Follows the pointer.
pub fn start() {
    listen("pointermove", |event: PointerEvent| {
        let plot = around(&event, "[data-plot]");
        let left = HOVERED.with_borrow(|hovered| {
            hovered.as_ref().is_some_and(|hovered| plot.as_ref() != Some(&hovered.plot))
        });
        if left {
            leave();
        }
        if let Some(plot) = plot {
            show(&plot, f64::from(event.client_x()));
        }
    });
    // The pointer may leave the window without a last move.
    listen("pointerleave", |event: PointerEvent| {
        if around(&event, "[data-plot]").is_some_and(|plot| event.target() == Some(plot.into())) {
            leave();
        }
    });
}

fn read_out_of(plot: &Element) -> Option<Element> {
    plot.closest(".spark, .verify").ok().flatten()?.query_selector("[data-read]").ok().flatten()
}

fn leave() {
    let Some(Hovered { plot, idle, marks }) = HOVERED.take() else { return };
    marks.iter().for_each(Element::remove);
    if let Some(place) = read_out_of(&plot) {
        set_text(&place, &idle);
    }
}

fn show(plot: &Element, x: f64) -> Option<()> {
    let plotted = Plotted::parse(&plot.get_attribute("data-plot")?)?;
    let area = plot.get_bounding_client_rect();
    if area.width() <= 0.0 {
        return None;
    }
    let (time, value) = plotted.nearest(((x - area.left()) / area.width()).clamp(0.0, 1.0))?;
    let place = read_out_of(plot);
    HOVERED.with_borrow_mut(|hovered| {
        let hovered = hovered.get_or_insert_with(|| Hovered {
            plot: plot.clone(),
            idle: place.as_ref().and_then(|place| place.text_content()).unwrap_or_default(),
            marks: Vec::new(),
        });
        // A page that was refreshed meanwhile has lost them.
        if hovered.marks.iter().any(|mark| !mark.is_connected()) {
            hovered.marks.iter().for_each(Element::remove);
            hovered.marks.clear();
        }
        if hovered.marks.is_empty() {
            hovered.marks = marks(plot).unwrap_or_default();
        }
        let (x, y) = (percent(plotted.window.x(time)), percent(plotted.window.y(value)));
        if let [line, dot] = hovered.marks.as_slice() {
            line.set_attribute("x1", &x).ok();
            line.set_attribute("x2", &x).ok();
            dot.set_attribute("cx", &x).ok();
            dot.set_attribute("cy", &y).ok();
        }
    });
    if let Some(place) = place {
        set_text(&place, &read_out(time, value, &plotted.unit));
    }
    Some(())
}

/// The upright line and the dot, not yet placed.
fn marks(plot: &Element) -> Option<Vec<Element>> {
    let svg = plot.query_selector("svg").ok().flatten()?;
    let make = |tag: &str, attributes: &[(&str, &str)]| {
        let element = document().create_element_ns(Some(SVG), tag).ok()?;
        for (name, value) in attributes {
            element.set_attribute(name, value).ok();
        }
        svg.append_child(&element).ok()?;
        Some(element)
    };
    let line = make("line", &[("class", "plot__cursor"), ("y1", "0"), ("y2", "100%")])?;
    let dot = make("circle", &[("class", "plot__dot"), ("r", "3")])?;
    Some(vec![line, dot])
}
