//! Contrast of the colours in `style/tokens.css`, computed as WCAG 2.2 defines it.
//!
//! A comment `/* contrast: --text on --surface */` in a block promises 4.5 to 1 there, in the light and the dark theme.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, ensure};

use crate::site::workspace_root;

/// WCAG 2.2, success criterion 1.4.3, for text of any size.
const MINIMUM: f64 = 4.5;

/// One promised pair in one theme of one block.
#[derive(Debug)]
pub struct Pair {
    /// Where: selector and theme.
    pub place: String,
    /// Which two tokens.
    pub names: String,
    /// Contrast, 1 to 21.
    pub ratio: f64,
}

/// Prints every pair and fails if one is too weak.
pub fn report() -> Result<()> {
    let sheet = fs::read_to_string(workspace_root().join("style/tokens.css"))
        .context("reading the tokens")?;
    let pairs = pairs(&sheet)?;
    for pair in &pairs {
        println!("{:5.2}  {}  {}", pair.ratio, pair.place, pair.names);
    }
    let weak: Vec<&Pair> = pairs.iter().filter(|pair| pair.ratio < MINIMUM).collect();
    ensure!(weak.is_empty(), "too little contrast: {weak:?}");
    Ok(())
}

type Themes = (String, String);

/// Every promised pair, with the tokens of `:root` behind those of the other blocks.
pub fn pairs(sheet: &str) -> Result<Vec<Pair>> {
    let mut root: BTreeMap<String, Themes> = BTreeMap::new();
    let mut promises: Vec<(String, String)> = Vec::new();
    let mut found = Vec::new();
    for block in sheet.split('}') {
        let Some((selector, body)) = block.split_once('{') else { continue };
        let selector = selector.rsplit("*/").next().unwrap_or(selector).trim().to_owned();
        let mut tokens = root.clone();
        tokens.extend(declarations(body));
        for line in body.lines().filter_map(|line| line.split_once("contrast:")) {
            let text = line.1.trim().trim_end_matches("*/").trim();
            let (front, back) =
                text.split_once(" on ").with_context(|| format!("malformed promise `{text}`"))?;
            promises.push((front.trim().to_owned(), back.trim().to_owned()));
        }
        if selector == ":root" {
            root.clone_from(&tokens);
        }
        if selector != ":root" && !selector.starts_with('.') {
            continue;
        }
        for (front, back) in &promises {
            let value = |name: &String| {
                tokens.get(name).with_context(|| format!("no token {name} in {selector}"))
            };
            let (front_value, back_value) = (value(front)?, value(back)?);
            for (theme, a, b) in
                [("light", &front_value.0, &back_value.0), ("dark", &front_value.1, &back_value.1)]
            {
                let ratio = ratio(luminance(a)?, luminance(b)?);
                found.push(Pair {
                    place: format!("{selector} {theme}"),
                    names: format!("{front} on {back}"),
                    ratio,
                });
            }
        }
    }
    Ok(found)
}

fn declarations(body: &str) -> impl Iterator<Item = (String, Themes)> + '_ {
    body.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
        let value = value.split(';').next()?.trim();
        let themes = match value.strip_prefix("light-dark(").and_then(|pair| pair.strip_suffix(')'))
        {
            Some(pair) => pair
                .split_once(',')
                .map(|(light, dark)| (light.trim().to_owned(), dark.trim().to_owned()))?,
            None if value.starts_with('#') => (value.to_owned(), value.to_owned()),
            None => return None,
        };
        Some((format!("--{}", name.trim()), themes))
    })
}

fn luminance(colour: &str) -> Result<f64> {
    let digits = colour
        .strip_prefix('#')
        .with_context(|| format!("`{colour}` is not a hexadecimal colour"))?;
    ensure!(digits.len() == 6, "`{colour}` must have six digits");
    let channel = |at: usize| -> Result<f64> {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16)?) / 255.0;
        Ok(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Ok(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

fn ratio(a: f64, b: f64) -> f64 {
    let (light, dark) = if a > b { (a, b) } else { (b, a) };
    (light + 0.05) / (dark + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_is_21_and_grey_fails() {
        let sheet = ":root {\n--a: light-dark(#000000, #ffffff);\n--b: light-dark(#ffffff, #eeeeee);\n/* contrast: --a on --b */\n}";
        let pairs = pairs(sheet).unwrap();
        assert!((pairs[0].ratio - 21.0).abs() < 1e-9);
        assert!(pairs[1].ratio < MINIMUM);
    }

    #[test]
    fn every_promised_pair_in_the_tokens_keeps_4_5_to_1_in_both_themes_and_moods() {
        let sheet = fs::read_to_string(workspace_root().join("style/tokens.css")).unwrap();
        let pairs = pairs(&sheet).unwrap();
        assert!(pairs.len() > 60, "the tokens declare their pairs: {}", pairs.len());
        assert!(pairs.iter().any(|pair| pair.place == ".room dark"));
        let weak: Vec<&Pair> = pairs.iter().filter(|pair| pair.ratio < MINIMUM).collect();
        assert!(weak.is_empty(), "{weak:#?}");
    }
}
