//! The WebAssembly entry point: it hands the server-rendered page over to the very same components.
//!
//! Nothing else belongs here. It must not know about routes, data or styling; those live in `evenkeel-app`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the boot script when the module is loaded; attaches the components to the page the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(evenkeel_app::App);
}
