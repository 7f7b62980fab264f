//! Writes a page for each server into the folder that is named: `cargo run -p xtask -- tools`.

mod render;
mod schema;

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "docs/tools".to_owned()));
    std::fs::create_dir_all(&folder)?;
    for (name, text) in render::pages() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
