//! Price lists, in cents per unit.

use serde_json::Value;

/// The price list of the 1.4 releases.
pub const LIST: &str = r#"{"TEA-250": 490, "COF-500": 1190, "CUP-1": 890, "POT-2": 3450, "FIL-100": 290, "JAM-3": 550}"#;

/// The price list from the new export.
pub const LIST_2: &str = r#"{"TEA-250": 490, "COF-500": "11,90 EUR", "CUP-1": 890, "POT-2": "34,50 EUR", "FIL-100": 290, "JAM-3": 550}"#;

/// Price of one item from the list, in cents.
pub fn of(list: &str, sku: &str) -> Result<u64, String> {
    let prices: Value =
        serde_json::from_str(list).map_err(|e| format!("parsing the price list: {e}"))?;
    let entry = prices.get(sku).ok_or_else(|| format!("sku {sku} has no price"))?;
    serde_json::from_value(entry.clone()).map_err(|e| format!("price of sku {sku}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_list_breaks_some_items_only() {
        assert_eq!(of(LIST, "COF-500").unwrap(), 1190);
        assert_eq!(of(LIST_2, "TEA-250").unwrap(), 490);
        let error = of(LIST_2, "COF-500").unwrap_err();
        assert!(error.contains("invalid type: string"), "{error}");
    }
}
