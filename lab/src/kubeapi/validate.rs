//! What the API server refuses: 400 for wrong types, 422 for nonsense.

use serde_json::Value;

use super::custom;
use super::resources::Resource;
use super::selector::Labels;
use super::status::{ApiError, FieldError};
use crate::quantity;
use crate::value::{at, int, list, name, text};

/// Checks a whole object (after defaulting); `old` is given for updates.
pub fn check(resource: &Resource, object: &Value, old: Option<&Value>) -> Result<(), ApiError> {
    types(resource, object)?;
    let mut found = Vec::new();
    if !is_name(name(object), resource) {
        found.push(FieldError::invalid(
            "metadata.name",
            at(object, &["metadata", "name"]),
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ));
    }
    match resource.plural {
        "deployments" | "replicasets" | "statefulsets" | "daemonsets" => {
            workload(resource, object, old, &mut found);
        }
        "jobs" => job(object, old, &mut found),
        "pods" => {
            if let Some(old) = old
                && without_images(at(old, &["spec"])) != without_images(at(object, &["spec"]))
            {
                found.push(FieldError {
                    reason: "FieldValueForbidden",
                    field: "spec".to_owned(),
                    message: "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)".to_owned(),
                    value: None,
                });
            }
            pod_spec("spec", at(object, &["spec"]), &mut found);
        }
        "services" => service(object, &mut found),
        custom::DEFINITIONS => found.extend(custom::faults(object)),
        "horizontalpodautoscalers" => {
            let (min, max) =
                (int(object, &["spec", "minReplicas"]), int(object, &["spec", "maxReplicas"]));
            if max < 1 {
                found.push(FieldError::invalid(
                    "spec.maxReplicas",
                    at(object, &["spec", "maxReplicas"]),
                    "must be greater than 0",
                ));
            } else if max < min {
                found.push(FieldError::invalid(
                    "spec.maxReplicas",
                    at(object, &["spec", "maxReplicas"]),
                    "must be greater than or equal to `minReplicas`",
                ));
            }
        }
        _ => {}
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(resource.kind, resource.group, name(object), &found))
    }
}

fn is_name(name: &str, resource: &Resource) -> bool {
    // Roles and bindings have names with colons: `system:basic-user`.
    let free = (matches!(resource.plural, "events" | "leases")
        || resource.group.starts_with("rbac."))
        && !name.is_empty();
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    free || (name.len() <= 253
        && edge(name.chars().next())
        && edge(name.chars().last())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.')))
}

/// 400 for the wrong JSON type in a field everybody sets.
fn types(resource: &Resource, object: &Value) -> Result<(), ApiError> {
    let wrong = |path: &[&str], want: &str, got: &Value| {
        let kind = match got {
            Value::String(_) => "string",
            Value::Number(_) => "number",
            Value::Bool(_) => "bool",
            Value::Array(_) => "array",
            _ => "object",
        };
        ApiError::bad_request(format!(
            "{} in version \"{}\" cannot be handled as a {}: json: cannot unmarshal {kind} into Go struct field {}.{} of type {want}",
            resource.kind,
            resource.version,
            resource.kind,
            resource.kind,
            path.join(".")
        ))
    };
    for path in [
        &["spec", "replicas"][..],
        &["spec", "revisionHistoryLimit"],
        &["spec", "progressDeadlineSeconds"],
        &["spec", "minReadySeconds"],
        &["spec", "minReplicas"],
        &["spec", "maxReplicas"],
    ] {
        let value = at(object, path);
        if !value.is_null() && value.as_i64().is_none_or(|n| i32::try_from(n).is_err()) {
            return Err(wrong(path, "int32", value));
        }
    }
    for path in [
        &["metadata", "labels"][..],
        &["metadata", "annotations"],
        &["data"],
        &["spec", "nodeSelector"],
    ] {
        let value = at(object, path);
        if value.is_null()
            || (path == ["data"] && !matches!(resource.plural, "configmaps" | "secrets"))
        {
            continue;
        }
        let Some(map) = value.as_object() else {
            return Err(wrong(path, "map[string]string", value));
        };
        if let Some(bad) = map.values().find(|v| !v.is_string()) {
            return Err(wrong(path, "string", bad));
        }
    }
    for path in [
        &["spec"][..],
        &["spec", "template"],
        &["spec", "template", "spec"],
        &["status"],
        &["metadata"],
    ] {
        let value = at(object, path);
        if !value.is_null() && !value.is_object() {
            return Err(wrong(path, "object", value));
        }
    }
    Ok(())
}

fn without_images(spec: &Value) -> Value {
    let mut spec = spec.clone();
    for field in ["containers", "initContainers"] {
        if let Some(items) = spec.get_mut(field).and_then(Value::as_array_mut) {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.remove("image");
            }
        }
    }
    if let Some(map) = spec.as_object_mut() {
        map.remove("tolerations");
    }
    spec
}

fn workload(resource: &Resource, object: &Value, old: Option<&Value>, found: &mut Vec<FieldError>) {
    if int(object, &["spec", "replicas"]) < 0 {
        found.push(FieldError::invalid(
            "spec.replicas",
            at(object, &["spec", "replicas"]),
            "must be greater than or equal to 0",
        ));
    }
    let selector = at(object, &["spec", "selector"]);
    match Labels::from_object(selector) {
        None => found.push(FieldError::required("spec.selector", "")),
        Some(labels)
            if !labels.matches(at(object, &["spec", "template", "metadata", "labels"])) =>
        {
            found.push(FieldError::invalid(
                "spec.template.metadata.labels",
                at(object, &["spec", "template", "metadata", "labels"]),
                "`selector` does not match template `labels`",
            ));
        }
        Some(_) => {}
    }
    if old.is_some_and(|old| at(old, &["spec", "selector"]) != selector) {
        found.push(FieldError::invalid("spec.selector", selector, "field is immutable"));
    }
    if resource.plural == "deployments" {
        strategy(object, found);
    }
    let restart = at(object, &["spec", "template", "spec", "restartPolicy"]);
    if restart.as_str() != Some("Always") {
        found.push(FieldError {
            reason: "FieldValueNotSupported",
            field: "spec.template.spec.restartPolicy".to_owned(),
            message: "supported values: \"Always\"".to_owned(),
            value: Some(restart.clone()),
        });
    }
    pod_spec("spec.template.spec", at(object, &["spec", "template", "spec"]), found);
}

fn job(object: &Value, old: Option<&Value>, found: &mut Vec<FieldError>) {
    let restart = at(object, &["spec", "template", "spec", "restartPolicy"]);
    if !matches!(restart.as_str(), Some("Never" | "OnFailure")) {
        found.push(FieldError {
            reason: "FieldValueNotSupported",
            field: "spec.template.spec.restartPolicy".to_owned(),
            message: "supported values: \"OnFailure\", \"Never\"".to_owned(),
            value: Some(restart.clone()),
        });
    }
    for field in ["selector", "template", "completions"] {
        let value = at(object, &["spec", field]);
        if old.is_some_and(|old| at(old, &["spec", field]) != value) {
            let field = format!("spec.{field}");
            found.push(FieldError::invalid(field, value, "field is immutable"));
        }
    }
    pod_spec("spec.template.spec", at(object, &["spec", "template", "spec"]), found);
}

fn strategy(object: &Value, found: &mut Vec<FieldError>) {
    let strategy = at(object, &["spec", "strategy"]);
    match text(strategy, &["type"]) {
        "Recreate" => {}
        "RollingUpdate" => {
            let mut zeros = 0;
            for key in ["maxSurge", "maxUnavailable"] {
                let value = at(strategy, &["rollingUpdate", key]);
                let field = format!("spec.strategy.rollingUpdate.{key}");
                match quantity::int_or_percent(value, 100, false) {
                    Some(0) => zeros += 1,
                    Some(n) if n > 0 => {}
                    _ => found.push(FieldError::invalid(
                        field,
                        value,
                        "must be greater than or equal to 0, or a percentage like 25%",
                    )),
                }
            }
            if zeros == 2 {
                found.push(FieldError::invalid(
                    "spec.strategy.rollingUpdate.maxUnavailable",
                    at(strategy, &["rollingUpdate", "maxUnavailable"]),
                    "may not be 0 when `maxSurge` is 0",
                ));
            }
        }
        _ => found.push(FieldError::invalid(
            "spec.strategy.type",
            at(strategy, &["type"]),
            "supported values: \"Recreate\", \"RollingUpdate\"",
        )),
    }
}

fn pod_spec(field: &str, spec: &Value, found: &mut Vec<FieldError>) {
    let containers = list(spec, &["containers"]);
    if containers.is_empty() {
        found.push(FieldError::required(format!("{field}.containers"), ""));
    }
    for (index, item) in containers.iter().enumerate() {
        container(&format!("{field}.containers[{index}]"), item, found);
        let same = |other: &&Value| text(other, &["name"]) == text(item, &["name"]);
        if containers.iter().take(index).any(|other| same(&other)) {
            found.push(FieldError::invalid(
                format!("{field}.containers[{index}].name"),
                at(item, &["name"]),
                "Duplicate value",
            ));
        }
    }
}

fn container(field: &str, item: &Value, found: &mut Vec<FieldError>) {
    let own = text(item, &["name"]);
    if own.is_empty() {
        found.push(FieldError::required(format!("{field}.name"), ""));
    } else if own.len() > 63
        || own.contains('.')
        || !own.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        found.push(FieldError::invalid(
            format!("{field}.name"),
            at(item, &["name"]),
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'",
        ));
    }
    let image = text(item, &["image"]);
    if image.is_empty() {
        found.push(FieldError::required(format!("{field}.image"), ""));
    } else if image.trim() != image {
        found.push(FieldError::invalid(
            format!("{field}.image"),
            at(item, &["image"]),
            "must not have leading or trailing whitespace",
        ));
    }
    for (index, variable) in list(item, &["env"]).iter().enumerate() {
        if text(variable, &["name"]).is_empty() {
            found.push(FieldError::required(format!("{field}.env[{index}].name"), ""));
        }
    }
    for (index, port) in list(item, &["ports"]).iter().enumerate() {
        if !(1..=65_535).contains(&int(port, &["containerPort"])) {
            found.push(FieldError::invalid(
                format!("{field}.ports[{index}].containerPort"),
                at(port, &["containerPort"]),
                "must be between 1 and 65535, inclusive",
            ));
        }
    }
    for group in ["requests", "limits"] {
        for (key, value) in at(item, &["resources", group]).as_object().into_iter().flatten() {
            let path = format!("{field}.resources.{group}[{key}]");
            match quantity::parse(value) {
                None => found.push(FieldError::invalid(path, value, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")),
                Some(amount) if amount < 0.0 => found.push(FieldError::invalid(path, value, "must be greater than or equal to 0")),
                Some(amount) if group == "requests" => {
                    let limit = at(item, &["resources", "limits", key]);
                    if quantity::parse(limit).is_some_and(|limit| amount > limit) {
                        found.push(FieldError::invalid(path, value, format!("must be less than or equal to {key} limit of {}", limit.as_str().unwrap_or_default())));
                    }
                }
                Some(_) => {}
            }
        }
    }
}

fn service(object: &Value, found: &mut Vec<FieldError>) {
    let ports = list(object, &["spec", "ports"]);
    if ports.is_empty() {
        found.push(FieldError::required("spec.ports", ""));
    }
    for (index, port) in ports.iter().enumerate() {
        if !(1..=65_535).contains(&int(port, &["port"])) {
            found.push(FieldError::invalid(
                format!("spec.ports[{index}].port"),
                at(port, &["port"]),
                "must be between 1 and 65535, inclusive",
            ));
        }
    }
}
