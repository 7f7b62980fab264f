//! What islands ask the browser for. On the server there is none, and every answer is "nothing".

#[cfg(feature = "hydrate")]
mod real {
    use leptos::prelude::{document, window};
    use wasm_bindgen::JsCast;

    /// Whether there is a clipboard: browsers have none on pages that came without encryption.
    pub fn has_clipboard() -> bool {
        js_sys::Reflect::has(&window().navigator(), &"clipboard".into()).unwrap_or(false)
    }

    /// Opens or closes a native dialog.
    pub fn show_dialog(dialog: &web_sys::HtmlDialogElement, open: bool) {
        if open && !dialog.open() {
            drop(dialog.show_modal());
        } else if !open && dialog.open() {
            dialog.close();
        }
    }

    /// Leads to another page.
    pub fn go(href: &str) {
        window().location().assign(href).ok();
    }

    /// The remembered theme: `light`, `dark`, or nothing.
    pub fn theme() -> Option<String> {
        document().document_element()?.get_attribute("data-theme")
    }

    /// Applies and remembers a theme; `None` follows the system.
    pub fn set_theme(theme: Option<&str>) {
        let root = document().document_element();
        let storage = window().local_storage().ok().flatten();
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
        let Ok(rows) = document().query_selector_all("[data-row]") else { return };
        let rows: Vec<web_sys::HtmlElement> =
            (0..rows.length()).filter_map(|at| rows.item(at)?.dyn_into().ok()).collect();
        let active = document().active_element();
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
        let found = document()
            .query_selector(&format!("[data-shortcut='{name}']"))
            .ok()
            .flatten()
            .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = found {
            element.focus().ok();
            element.click();
        }
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
pub use real::{go, has_clipboard, is_typing, move_row, press, set_theme, show_dialog, theme};

#[cfg(not(feature = "hydrate"))]
mod absent {
    use leptos::web_sys::{HtmlDialogElement, KeyboardEvent};

    /// No dialog to open.
    pub fn show_dialog(_: &HtmlDialogElement, _: bool) {}
    /// Nowhere to go.
    pub fn go(_: &str) {}
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
    /// Nobody types.
    pub fn is_typing(_: &KeyboardEvent) -> bool {
        false
    }
}

#[cfg(not(feature = "hydrate"))]
pub use absent::{go, is_typing, move_row, press, set_theme, show_dialog, theme};
