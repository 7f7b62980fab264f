//! Taking text along: `data-copy` holds it, or is empty and means the code beside the button.

use std::time::Duration;

use leptos::prelude::{set_timeout, window};
use web_sys::{Element, MouseEvent};

use super::dom::{around, listen, set_text};
use crate::ui::browser::has_clipboard;

/// How long a button says that it worked.
const SAID: Duration = Duration::from_secs(2);

/// Listens to every such button.
pub fn start() {
    listen("click", |event: MouseEvent| {
        let Some(button) = around(&event, "[data-copy]") else { return };
        let Some(text) = text_of(&button) else { return };
        let allowed = has_clipboard();
        if allowed {
            drop(window().navigator().clipboard().write_text(&text));
        }
        say(&button, if allowed { "Copied" } else { "Not allowed here" });
        set_timeout(move || say(&button, "Copy"), SAID);
    });
}

fn text_of(button: &Element) -> Option<String> {
    let held = button.get_attribute("data-copy").filter(|text| !text.is_empty());
    held.or_else(|| button.parent_element()?.query_selector("code").ok().flatten()?.text_content())
}

fn say(button: &Element, words: &str) {
    if let Ok(Some(place)) = button.query_selector("[aria-live]") {
        set_text(&place, words);
    }
}
