//! Label selectors: as text, and whether they fit.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

/// A selector in kubectl's form, which the API server also takes: `app=web,tier in (a,b),!canary`. Empty when it fits
/// everything.
pub(in crate::kubernetes) fn text(selector: &LabelSelector) -> String {
    let labels =
        selector.match_labels.iter().flatten().map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.match_expressions.iter().flatten().map(expression);
    labels.chain(expressions).collect::<Vec<_>>().join(",")
}

fn expression(requirement: &LabelSelectorRequirement) -> String {
    let key = &requirement.key;
    let values = requirement.values.as_deref().unwrap_or_default().join(",");
    match requirement.operator.as_str() {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "Exists" => key.clone(),
        "DoesNotExist" => format!("!{key}"),
        other => format!("{key} {other} ({values})"),
    }
}

/// Whether labels fit a selector. An operator we don't know fits nothing.
pub(in crate::kubernetes) fn fits(
    selector: &LabelSelector,
    labels: &BTreeMap<String, String>,
) -> bool {
    let equal =
        selector.match_labels.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    let holds = |requirement: &LabelSelectorRequirement| {
        let value = labels.get(&requirement.key);
        let among = value
            .is_some_and(|value| requirement.values.as_deref().unwrap_or_default().contains(value));
        match requirement.operator.as_str() {
            "In" => among,
            "NotIn" => !among,
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    };
    equal && selector.match_expressions.iter().flatten().all(holds)
}

#[cfg(test)]
mod tests {
    use super::{fits, text};
    use std::collections::BTreeMap;

    #[test]
    fn selectors_are_written_and_fit_as_kubernetes_reads_them() {
        let labels = BTreeMap::from([
            ("app".to_owned(), "web".to_owned()),
            ("tier".to_owned(), "front".to_owned()),
        ]);
        let table = [
            (serde_json::json!({}), "", true),
            (serde_json::json!({"matchLabels": {"app": "web"}}), "app=web", true),
            (serde_json::json!({"matchLabels": {"app": "db"}}), "app=db", false),
            (
                serde_json::json!({"matchExpressions": [
                    {"key": "tier", "operator": "In", "values": ["front", "back"]},
                    {"key": "canary", "operator": "DoesNotExist"}]}),
                "tier in (front,back),!canary",
                true,
            ),
            (
                serde_json::json!({"matchExpressions": [
                    {"key": "tier", "operator": "NotIn", "values": ["front"]}]}),
                "tier notin (front)",
                false,
            ),
            (
                serde_json::json!({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}),
                "zone",
                false,
            ),
            (
                serde_json::json!({"matchExpressions": [{"key": "app", "operator": "Near"}]}),
                "app Near ()",
                false,
            ),
        ];
        for (selector, written, fit) in table {
            let selector = serde_json::from_value(selector).unwrap();
            assert_eq!(text(&selector), written);
            assert_eq!(fits(&selector, &labels), fit, "{written}");
        }
    }
}
