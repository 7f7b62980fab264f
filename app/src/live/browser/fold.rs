//! Escape closes what was opened in place: a question, a menu.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::dom::{all, around, listen};

const OPEN: &str = "details.confirm[open], details.menu[open]";

/// Listens to the keyboard.
pub fn start() {
    listen("keydown", |event: KeyboardEvent| {
        // A dialog above the page is closed first, by the browser.
        let dialog = document().query_selector("dialog[open]").ok().flatten();
        if event.key() != "Escape" || dialog.is_some() {
            return;
        }
        let Some(fold) = around(&event, OPEN).or_else(|| all(OPEN).pop()) else { return };
        fold.remove_attribute("open").ok();
        let opener = fold.query_selector("summary").ok().flatten();
        if let Some(opener) = opener.and_then(|opener| opener.dyn_into::<HtmlElement>().ok()) {
            opener.focus().ok();
        }
    });
}
