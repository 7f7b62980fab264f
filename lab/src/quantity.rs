//! Kubernetes quantities (`250m`, `64Mi`) and int-or-percent values.

use serde_json::Value;

/// Parses a quantity to its base unit (cores, bytes); `None` for nonsense.
pub fn parse(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => parse_text(text),
        _ => None,
    }
}

/// Parses the text form of a quantity.
pub fn parse_text(text: &str) -> Option<f64> {
    let split = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-')))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
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
        "Ti" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        exponent => {
            let power = exponent.strip_prefix(['e', 'E'])?;
            10_f64.powi(power.parse().ok().filter(|p: &i32| p.abs() <= 18)?)
        }
    };
    let number: f64 = number.parse().ok()?;
    Some(number * factor)
}

/// The bytes of a memory quantity.
pub fn bytes(value: &Value) -> Option<u64> {
    let amount = parse(value)?.clamp(0.0, 1e18);
    format!("{amount:.0}").parse().ok()
}

/// Resolves an int-or-percent against `total`, rounding up or down.
pub fn int_or_percent(value: &Value, total: i64, round_up: bool) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => {
            let percent: i64 = text.strip_suffix('%')?.parse().ok()?;
            let product = percent.checked_mul(total)?;
            Some(if round_up {
                product.div_euclid(100) + i64::from(product.rem_euclid(100) != 0)
            } else {
                product.div_euclid(100)
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_of_every_suffix() {
        for (text, want) in
            [("250m", 0.25), ("64Mi", 67_108_864.0), ("2", 2.0), ("1e3", 1e3), ("1.5k", 1500.0)]
        {
            let got = parse_text(text).unwrap();
            assert!((got - want).abs() < 1e-6, "{text}: {got}");
        }
        for text in ["", "Mi", "12Q", "one", "1e99", "--1"] {
            assert!(parse_text(text).is_none(), "{text}");
        }
    }

    #[test]
    fn surge_rounds_up_and_unavailable_down() {
        assert_eq!(int_or_percent(&json!("25%"), 3, true), Some(1));
        assert_eq!(int_or_percent(&json!("25%"), 3, false), Some(0));
        assert_eq!(int_or_percent(&json!(2), 3, false), Some(2));
        assert_eq!(int_or_percent(&json!("x"), 3, false), None);
    }
}
