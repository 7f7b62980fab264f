//! Quotes: words that stand in a recorded answer.
//!
//! An answer is kept as pretty-printed JSON, so a text is quoted in its JSON spelling, and never
//! with a mark where it was cut. A quote spans one field only (or a point's `t` and `v`): the
//! order of other fields is nobody's promise. White space is normalised before a quote is looked
//! for.

use evenkeel_domain::text::normalise;
use evenkeel_tools::prometheus::Point;
use serde::Serialize;

/// Characters of a quote: enough to recognise a log line, too few to flood a page.
const MAX: usize = 240;

/// Quotes a text (a log line, a message) as it stands inside JSON.
pub fn text(text: &str) -> String {
    let kept: String = text.trim().chars().take(MAX).collect();
    let spelt = serde_json::to_string(&kept).unwrap_or_default();
    spelt.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(&spelt).to_owned()
}

/// Quotes a field with its value: `"reason": "OOMKilled"`. A long text is cut before its end, so
/// the closing quotation mark goes too.
pub fn field<T: Serialize>(name: &str, value: &T) -> String {
    let spelt = serde_json::to_string(value).unwrap_or_default();
    if spelt.chars().count() <= MAX {
        return format!("\"{name}\": {spelt}");
    }
    match serde_json::from_str::<String>(&spelt) {
        Ok(long) => format!("\"{name}\": \"{}", text(&long)),
        Err(_) => format!("\"{name}\": "),
    }
}

/// Quotes a point of a series.
pub fn point(point: &Point) -> String {
    let t = serde_json::to_string(&point.t).unwrap_or_default();
    let v = serde_json::to_string(&point.v).unwrap_or_default();
    format!("\"t\": {t}, \"v\": {v}")
}

/// Whether `quote` stands in `recorded`. An empty quote stands nowhere.
pub fn stands_in(quote: &str, recorded: &str) -> bool {
    let quote = normalise(quote);
    !quote.is_empty() && normalise(recorded).contains(&quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(value: &serde_json::Value) -> String {
        serde_json::to_string_pretty(value).unwrap()
    }

    #[test]
    fn quotes_stand_in_the_pretty_json_of_the_answer() {
        let line = "panic: \"x\"\tC:\\dir\u{1b}[0m  two  spaces ü";
        let kept = recorded(&serde_json::json!({"lines": [{"text": line}], "n": null}));
        assert!(stands_in(&text(line), &kept));
        assert!(stands_in(&field("text", &line), &kept));
        assert!(stands_in(&field("n", &None::<u8>), &kept));
        assert!(!stands_in(&field("text", &"other"), &kept));
        assert!(!stands_in("  ", &kept));
    }

    #[test]
    fn a_long_text_is_cut_and_still_found() {
        let long = "word \"quoted\" ".repeat(100);
        let kept = recorded(&serde_json::json!({"message": long}));
        assert!(stands_in(&text(&long), &kept));
        assert!(stands_in(&field("message", &long), &kept));
    }

    #[test]
    fn points_are_quoted_as_serde_writes_them() {
        let p = Point { t: 1_700_000_000.0, v: 0.25.into() };
        let nan = Point { t: 1_700_000_015.5, v: f64::NAN.into() };
        let kept = recorded(&serde_json::json!({"points": [p, nan]}));
        assert!(stands_in(&point(&p), &kept));
        assert!(stands_in(&point(&nan), &kept));
    }
}
