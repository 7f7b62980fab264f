//! Kubernetes quantities such as `250m` and `128Mi`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A quantity as written and as a number in base units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quantity {
    /// As written in the object: `250m`, `128Mi`.
    pub text: String,
    /// In base units: cores for CPU, bytes for memory and storage, else a count.
    pub value: f64,
}

impl Quantity {
    /// Parses Kubernetes' notation; `None` when it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        parse_quantity(text).map(|value| Self { text: text.to_owned(), value })
    }
}

/// The value of a Kubernetes quantity in base units, `None` when `text` isn't one.
pub fn parse_quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '+' || c == '-'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    // `12e3` is a decimal exponent, `12E` is exa: a digit after the letter decides.
    if matches!(suffix.as_bytes(), [b'e' | b'E', rest @ ..] if !rest.is_empty()) {
        return text.parse::<f64>().ok().filter(|v| v.is_finite());
    }
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        "Ti" => 1024.0_f64.powi(4),
        "Pi" => 1024.0_f64.powi(5),
        "Ei" => 1024.0_f64.powi(6),
        _ => return None,
    };
    number.parse::<f64>().ok().map(|n| n * factor).filter(|v| v.is_finite())
}

#[cfg(test)]
mod tests {
    use super::parse_quantity;

    #[test]
    fn reads_every_notation_kubernetes_writes() {
        let cases = [
            ("250m", 0.25),
            ("2", 2.0),
            ("0.5", 0.5),
            ("128Mi", 134_217_728.0),
            ("1Gi", 1_073_741_824.0),
        ];
        for (text, value) in cases {
            assert_eq!(parse_quantity(text), Some(value), "{text}");
        }
        assert_eq!(parse_quantity("1e3"), Some(1000.0));
        assert_eq!(parse_quantity("1E"), Some(1e18));
        for nonsense in ["", "Mi", "12Qi", "1.2.3", "1e999", "-", "NaN"] {
            assert_eq!(parse_quantity(nonsense), None, "{nonsense}");
        }
    }
}
