//! Addresses: state lives in them, so they are built in one place.

use std::fmt::Write as _;

use leptos_router::params::ParamsMap;

/// Escapes a value for a query string; the same on the server and in the browser.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").ok();
        }
    }
    escaped
}

/// A query string of the names that have a value: `?open=true&severity=critical`, or nothing at all.
pub fn query(pairs: &[(&str, Option<String>)]) -> String {
    let set: Vec<String> = pairs
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", escape(value.as_ref()?))))
        .collect();
    if set.is_empty() { String::new() } else { format!("?{}", set.join("&")) }
}

/// One value of a query, if it is there and not empty.
pub fn value(map: &ParamsMap, name: &str) -> Option<String> {
    map.get(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_cannot_break_out_of_its_place() {
        assert_eq!(escape("a b&c=ä/#"), "a%20b%26c%3D%C3%A4%2F%23");
        assert_eq!(query(&[("q", Some("x&y".into())), ("none", None)]), "?q=x%26y");
        assert_eq!(query(&[("none", None)]), "");
    }
}
