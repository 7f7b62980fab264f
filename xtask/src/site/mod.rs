//! `site/`: the WebAssembly module, its JavaScript, one style sheet, fonts and icons, hashed by content and compressed ahead.

mod assets;
mod bindgen;
mod inputs;
mod style;
mod wasm;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use assets::Asset;

/// What a page may make the browser fetch before it is alive, JavaScript and WebAssembly after brotli. A phone on a bad
/// connection (2 Mbit/s) has this in a second; the page itself is readable and its forms work long before.
const BUDGET_BYTES: usize = 250 * 1024;

/// How to build.
pub struct Options {
    /// Quick: no size optimisation, light compression.
    pub dev: bool,
    /// Even if no source changed.
    pub force: bool,
}

/// Builds `site/` unless it is up to date.
pub fn build(options: &Options) -> Result<()> {
    let root = workspace_root();
    let site = root.join("site");
    let started = Instant::now();
    let fingerprint = inputs::fingerprint(&root, options.dev)?;
    if !options.force && is_current(&site, &fingerprint) {
        println!("site/ is up to date");
        return Ok(());
    }
    let module = wasm::compile(&root, options.dev)?;
    println!("compiled the front end in {:.1} s", started.elapsed().as_secs_f64());

    let bound = bindgen::bind(&module)?;
    let optimised = if options.dev { bound.wasm } else { wasm::optimise(bound.wasm)? };

    let fresh = root.join("site.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).context("clearing site.new")?;
    }
    assets::copy_public(&root.join("public"), &fresh, options.dev)?;

    let css = Asset::write(
        &fresh,
        "app",
        "css",
        style::concatenate(&root.join("style"))?.as_bytes(),
        options.dev,
    )?;
    let wasm = Asset::write(&fresh, "app", "wasm", &optimised, options.dev)?;
    let js = Asset::write(&fresh, "app", "js", bound.js.as_bytes(), options.dev)?;
    let boot_source = bindgen::boot_script(&js.name, &wasm.name);
    let boot = Asset::write(&fresh, "boot", "js", boot_source.as_bytes(), options.dev)?;
    let theme_source = fs::read(root.join("style/theme.js")).context("reading style/theme.js")?;
    let theme = Asset::write(&fresh, "theme", "js", &theme_source, options.dev)?;

    let manifest = json!({
        "css": css.url(), "js": js.url(), "wasm": wasm.url(), "boot": boot.url(), "theme": theme.url(),
        "fingerprint": fingerprint,
    });
    fs::write(fresh.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)
        .context("writing the manifest")?;

    for asset in [&css, &js, &wasm, &boot, &theme] {
        println!(
            "{:28} {:>9} B, brotli {:>8} B, gzip {:>8} B",
            asset.name, asset.size, asset.brotli, asset.gzip
        );
    }
    let heavy = js.brotli + wasm.brotli + boot.brotli + theme.brotli;
    println!("JavaScript + WebAssembly: {:.0} KB brotli", kilobytes(heavy));
    ensure!(
        options.dev || heavy <= BUDGET_BYTES,
        "that is {:.0} KB more than the budget of {:.0} KB; what islands and `app/src/live` use is what counts",
        kilobytes(heavy.saturating_sub(BUDGET_BYTES)),
        kilobytes(BUDGET_BYTES)
    );

    replace(&site, &fresh)?;
    println!("site/ built in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Swaps the finished folder in, so that a server never starts on half a site.
fn replace(site: &Path, fresh: &Path) -> Result<()> {
    if site.exists() {
        fs::remove_dir_all(site).context("removing the former site/")?;
    }
    fs::rename(fresh, site).context("moving the new site/ into place")
}

fn is_current(site: &Path, fingerprint: &str) -> bool {
    let Ok(text) = fs::read(site.join("manifest.json")) else { return false };
    let Ok(manifest) = serde_json::from_slice::<serde_json::Value>(&text) else { return false };
    let names = ["css", "js", "wasm", "boot", "theme"];
    manifest["fingerprint"] == fingerprint
        && names.iter().all(|name| {
            let url = manifest[name].as_str().unwrap_or_default();
            site.join(url.trim_start_matches('/')).is_file()
        })
}

fn kilobytes(bytes: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a file's size for people to read")]
    let bytes = bytes as f64;
    bytes / 1024.0
}

pub(crate) fn workspace_root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}
