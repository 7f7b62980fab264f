//! `style/` becomes one sheet: the order of the layers is fixed, components follow alphabetically.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::inputs;

/// The layers that everything else builds on, in this order.
const FIRST: [&str; 3] = ["tokens.css", "base.css", "layout.css"];
/// The layer that has the last word.
const LAST: &str = "print.css";

/// All sheets in cascade order, comments and needless white space removed.
pub fn concatenate(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    inputs::collect(folder, &mut files)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "css"));
    files.sort_by_key(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rank = FIRST
            .iter()
            .position(|first| *first == name)
            .unwrap_or(FIRST.len() + usize::from(name == LAST));
        (rank, file.clone())
    });
    let mut sheet = String::new();
    for file in files {
        sheet.push_str(
            &fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?,
        );
    }
    Ok(squeeze(&sheet))
}

/// Drops comments and indentation; strings keep their content.
fn squeeze(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    out.push_str(rest);
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::squeeze;

    #[test]
    fn comments_and_indentation_go() {
        assert_eq!(
            squeeze("/* a */\na {\n  color: red; /* b */\n}\n\n/* open"),
            "a {\ncolor: red;\n}"
        );
    }
}
