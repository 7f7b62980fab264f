//! The WebAssembly entry point: it brings the server-rendered page to life.
//!
//! Islands export functions of their own, which the boot script calls for each island on the page. Nothing else belongs
//! here. It must not know about pages, data or styling; those live in `evenkeel-app`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the boot script when the module is loaded, before the islands.
#[wasm_bindgen]
pub fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
    evenkeel_app::live::start();
}
