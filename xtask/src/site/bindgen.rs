//! `wasm-bindgen` as a library: its version is the one in `Cargo.lock`, so it cannot disagree with the module.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// The module made ready for a browser.
pub struct Bound {
    /// The JavaScript side, an ES module.
    pub js: String,
    /// The module itself.
    pub wasm: Vec<u8>,
}

/// Generates the JavaScript for a compiled module.
pub fn bind(module: &Path) -> Result<Bound> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name("app")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.web(true).context("choosing the web target")?;
    let folder = module.with_extension("bindgen");
    bindgen.generate(&folder).context("running wasm-bindgen")?;
    let js = std::fs::read_to_string(folder.join("app.js"))
        .context("reading the generated JavaScript")?;
    let wasm = std::fs::read(folder.join("app_bg.wasm")).context("reading the generated module")?;
    Ok(Bound { js, wasm })
}

/// The script that starts it all. A file of its own, so that the content security policy needs no exception for it.
/// Islands that come with a refreshed part of the page are woken when it is shown.
pub fn boot_script(js: &str, wasm: &str) -> String {
    format!(
        "import start, * as app from './{js}';\n\
         await start({{ module_or_path: new URL('./{wasm}', import.meta.url) }});\n\
         const wake = () => {{\n\
         for (const island of document.querySelectorAll('leptos-island')) {{\n\
         if (island.awake) continue;\n\
         island.awake = true;\n\
         app[island.dataset.component]?.(island);\n\
         }}\n\
         }};\n\
         app.hydrate();\n\
         document.addEventListener('evenkeel:shown', wake);\n\
         wake();\n\
         document.documentElement.classList.add('live');\n"
    )
}
