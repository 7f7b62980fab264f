//! What components ask of the browser, in one place. On the server every function does nothing and answers `None`.

use leptos::prelude::*;

/// Seconds since 1970 by the browser's clock, refreshed every second; `None` on the server and in the first render,
/// so that both render the same.
pub fn use_now() -> Signal<Option<f64>> {
    if let Some(Now(now)) = use_context::<Now>() {
        return now.into();
    }
    start_clock().into()
}

/// Starts one clock for everything below; [`super::super::shell::Frame`] calls it so that a page has one timer, not hundreds.
pub fn provide_now() {
    provide_context(Now(start_clock()));
}

#[derive(Clone, Copy)]
struct Now(ReadSignal<Option<f64>>);

fn start_clock() -> ReadSignal<Option<f64>> {
    let (now, set_now) = signal(None);
    Effect::new(move |_| {
        set_now.set(unix_seconds());
        let tick = set_interval_with_handle(
            move || set_now.set(unix_seconds()),
            std::time::Duration::from_secs(1),
        );
        on_cleanup(move || {
            if let Ok(handle) = tick {
                handle.clear();
            }
        });
    });
    now
}

#[cfg(feature = "hydrate")]
mod real {
    use wasm_bindgen::JsCast;

    /// Seconds since 1970.
    pub fn unix_seconds() -> Option<f64> {
        Some(js_sys::Date::now() / 1000.0)
    }

    /// Puts text on the clipboard; false where the browser forbids it.
    pub fn copy(text: &str) -> bool {
        let Some(window) = web_sys::window() else { return false };
        if !js_sys::Reflect::has(&window.navigator(), &"clipboard".into()).unwrap_or(false) {
            return false;
        }
        drop(window.navigator().clipboard().write_text(text));
        true
    }

    /// Opens or closes a native dialog.
    pub fn show_dialog(dialog: &web_sys::HtmlDialogElement, open: bool) {
        if open && !dialog.open() {
            drop(dialog.show_modal());
        } else if !open && dialog.open() {
            dialog.close();
        }
    }

    /// Scrolls an element to its end.
    pub fn scroll_to_end(element: &web_sys::Element) {
        element.set_scroll_top(element.scroll_height());
    }

    /// Whether an element is scrolled to its end, give or take a line.
    pub fn is_at_end(element: &web_sys::Element) -> bool {
        element.scroll_height() - element.scroll_top() - element.client_height() < 24
    }

    /// How far along an element's width a pointer is, 0 to 1.
    pub fn pointer_fraction(element: &web_sys::Element, client_x: f64) -> Option<f64> {
        let rect = element.get_bounding_client_rect();
        (rect.width() > 0.0).then(|| ((client_x - rect.left()) / rect.width()).clamp(0.0, 1.0))
    }

    /// The remembered theme: `light`, `dark`, or nothing.
    pub fn theme() -> Option<String> {
        web_sys::window()?.document()?.document_element()?.get_attribute("data-theme")
    }

    /// Applies and remembers a theme; `None` follows the system.
    pub fn set_theme(theme: Option<&str>) {
        let Some(window) = web_sys::window() else { return };
        let root = window.document().and_then(|document| document.document_element());
        let storage = window.local_storage().ok().flatten();
        if let Some(theme) = theme {
            root.map(|root| root.set_attribute("data-theme", theme).ok());
            storage.map(|storage| storage.set_item("theme", theme).ok());
        } else {
            root.map(|root| root.remove_attribute("data-theme").ok());
            storage.map(|storage| storage.remove_item("theme").ok());
        }
    }

    /// Moves the focus by `step` among the elements marked `data-row`.
    pub fn move_row(step: i32) {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
        let Ok(rows) = document.query_selector_all("[data-row]") else { return };
        let rows: Vec<web_sys::HtmlElement> =
            (0..rows.length()).filter_map(|at| rows.item(at)?.dyn_into().ok()).collect();
        let active = document.active_element();
        let at = rows
            .iter()
            .position(|row| active.as_ref().is_some_and(|active| active.is_same_node(Some(row))));
        let next = match (at, step) {
            (None, _) => rows.first(),
            (Some(at), 1..) => rows.get(at + 1),
            (Some(at), _) => at.checked_sub(1).and_then(|at| rows.get(at)),
        };
        next.map(|row| row.focus().ok());
    }

    /// Clicks the first element marked `data-shortcut="<name>"`; this asks, it never decides.
    pub fn press(name: &str) {
        let found = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| {
                document.query_selector(&format!("[data-shortcut='{name}']")).ok().flatten()
            })
            .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = found {
            element.focus().ok();
            element.click();
        }
    }

    /// Opens everything that folds around the element with this id, and scrolls to it.
    pub fn unfold(id: &str) {
        let found = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.get_element_by_id(id));
        let Some(target) = found else { return };
        let mut above = Some(target.clone());
        while let Some(element) = above {
            if element.tag_name() == "DETAILS" {
                element.set_attribute("open", "").ok();
            }
            above = element.parent_element();
        }
        target.closest("details").ok().flatten().unwrap_or(target).scroll_into_view();
    }

    /// Loads the page anew.
    pub fn reload() {
        if let Some(window) = web_sys::window() {
            window.location().reload().ok();
        }
    }

    /// Whether the page is looked at: not in a tab behind others.
    pub fn is_looked_at() -> bool {
        web_sys::window()
            .and_then(|window| window.document())
            .is_some_and(|document| !document.hidden())
    }

    /// Whether a key press belongs to a control in which one types.
    pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
        let element =
            event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
        element.is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                || element.is_content_editable()
        })
    }
}

#[cfg(feature = "hydrate")]
pub use real::{
    copy, is_at_end, is_looked_at, is_typing, move_row, pointer_fraction, press, reload,
    scroll_to_end, set_theme, show_dialog, theme, unfold, unix_seconds,
};

#[cfg(not(feature = "hydrate"))]
mod absent {
    use leptos::web_sys::{Element, HtmlDialogElement, KeyboardEvent};

    /// No clock for the first render.
    pub fn unix_seconds() -> Option<f64> {
        None
    }
    /// No clipboard.
    pub fn copy(_: &str) -> bool {
        false
    }
    /// No dialog to open.
    pub fn show_dialog(_: &HtmlDialogElement, _: bool) {}
    /// Nothing to scroll.
    pub fn scroll_to_end(_: &Element) {}
    /// A page that was not scrolled is at its end.
    pub fn is_at_end(_: &Element) -> bool {
        true
    }
    /// No pointer.
    pub fn pointer_fraction(_: &Element, _: f64) -> Option<f64> {
        None
    }
    /// The theme is the browser's business.
    pub fn theme() -> Option<String> {
        None
    }
    /// The theme is the browser's business.
    pub fn set_theme(_: Option<&str>) {}
    /// No focus.
    pub fn move_row(_: i32) {}
    /// Nothing to click.
    pub fn press(_: &str) {}
    /// Nothing to load.
    pub fn reload() {}
    /// Nothing to open.
    pub fn unfold(_: &str) {}
    /// Nobody looks.
    pub fn is_looked_at() -> bool {
        false
    }
    /// Nobody types.
    pub fn is_typing(_: &KeyboardEvent) -> bool {
        false
    }
}

#[cfg(not(feature = "hydrate"))]
pub use absent::{
    copy, is_at_end, is_looked_at, is_typing, move_row, pointer_fraction, press, reload,
    scroll_to_end, set_theme, show_dialog, theme, unfold, unix_seconds,
};
