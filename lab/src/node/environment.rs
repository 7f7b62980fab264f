//! A container's environment: literal values, ConfigMaps, Secrets, fields of the pod, Services.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::kubeapi::store::{Key, Store};
use crate::value::{at, int, list, name, namespace, text, uid};

/// Resolves everything; the error is the kubelet's message.
pub fn resolve(
    store: &Store,
    pod: &Value,
    container: &Value,
) -> Result<BTreeMap<String, String>, String> {
    let mut found = service_links(store, namespace(pod));
    for source in list(container, &["envFrom"]) {
        let prefix = text(source, &["prefix"]);
        for (field, plural) in [("configMapRef", "configmaps"), ("secretRef", "secrets")] {
            let reference = at(source, &[field]);
            if reference.is_object()
                && let Some(object) = referenced(store, pod, reference, plural)?
            {
                for (key, value) in at(&object, &["data"]).as_object().into_iter().flatten() {
                    found.insert(format!("{prefix}{key}"), plain(plural, value));
                }
            }
        }
    }
    for variable in list(container, &["env"]) {
        let own = text(variable, &["name"]).to_owned();
        let value = match at(variable, &["valueFrom"]) {
            Value::Null => Some(expand(text(variable, &["value"]), &found)),
            from => resolve_from(store, pod, from)?,
        };
        if let Some(value) = value {
            found.insert(own, value);
        }
    }
    Ok(found)
}

fn service_links(store: &Store, space: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for service in store.list("services", Some(space)).0 {
        let host = text(&service, &["spec", "clusterIP"]);
        if let (Some(port), false) =
            (list(&service, &["spec", "ports"]).first(), host.is_empty() || host == "None")
        {
            let prefix = name(&service).to_uppercase().replace('-', "_");
            found.insert(format!("{prefix}_SERVICE_HOST"), host.to_owned());
            found.insert(format!("{prefix}_SERVICE_PORT"), int(port, &["port"]).to_string());
        }
    }
    found
}

fn resolve_from(store: &Store, pod: &Value, from: &Value) -> Result<Option<String>, String> {
    for (field, plural, kind) in
        [("configMapKeyRef", "configmaps", "ConfigMap"), ("secretKeyRef", "secrets", "Secret")]
    {
        let reference = at(from, &[field]);
        if !reference.is_object() {
            continue;
        }
        let Some(object) = referenced(store, pod, reference, plural)? else { return Ok(None) };
        let key = text(reference, &["key"]);
        let value = at(&object, &["data", key]);
        if value.is_string() {
            return Ok(Some(plain(plural, value)));
        }
        if at(reference, &["optional"]).as_bool() == Some(true) {
            return Ok(None);
        }
        return Err(format!(
            "couldn't find key {key} in {kind} {}/{}",
            namespace(pod),
            name(&object)
        ));
    }
    match text(from, &["fieldRef", "fieldPath"]) {
        "metadata.name" => Ok(Some(name(pod).to_owned())),
        "metadata.namespace" => Ok(Some(namespace(pod).to_owned())),
        "metadata.uid" => Ok(Some(uid(pod).to_owned())),
        "spec.nodeName" => Ok(Some(text(pod, &["spec", "nodeName"]).to_owned())),
        "status.podIP" | "status.podIPs" => Ok(Some(text(pod, &["status", "podIP"]).to_owned())),
        "status.hostIP" => Ok(Some(text(pod, &["status", "hostIP"]).to_owned())),
        "" => Err("this source of an environment variable is not supported by the practice range"
            .to_owned()),
        path => {
            let key =
                |prefix: &str| path.strip_prefix(prefix).and_then(|rest| rest.strip_suffix("']"));
            if let Some(label) = key("metadata.labels['") {
                return Ok(Some(text(pod, &["metadata", "labels", label]).to_owned()));
            }
            match key("metadata.annotations['") {
                Some(annotation) => {
                    Ok(Some(text(pod, &["metadata", "annotations", annotation]).to_owned()))
                }
                None => Err(format!("unsupported fieldPath: {path}")),
            }
        }
    }
}

fn referenced(
    store: &Store,
    pod: &Value,
    reference: &Value,
    plural: &'static str,
) -> Result<Option<Value>, String> {
    let own = text(reference, &["name"]);
    let key = Key { plural, namespace: namespace(pod).to_owned(), name: own.to_owned() };
    match store.get(&key) {
        Some(object) => Ok(Some((*object).clone())),
        None if at(reference, &["optional"]).as_bool() == Some(true) => Ok(None),
        None => Err(format!("{} \"{own}\" not found", plural.trim_end_matches('s'))),
    }
}

fn plain(plural: &str, value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    if plural == "secrets" {
        let bytes = STANDARD.decode(text).unwrap_or_default();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    text.to_owned()
}

/// Replaces `$(NAME)` by variables defined before; `$$` escapes.
fn expand(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(position) = rest.find('$') {
        out.push_str(&rest[..position]);
        let tail = &rest[position..];
        let reference = tail.strip_prefix("$(").and_then(|t| t.split_once(')'));
        if let Some(after) = tail.strip_prefix("$$") {
            out.push('$');
            rest = after;
        } else if let Some((value, after)) =
            reference.and_then(|(key, after)| known.get(key).map(|v| (v, after)))
        {
            out.push_str(value);
            rest = after;
        } else {
            out.push('$');
            rest = &tail[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_config_map_is_named_as_the_kubelet_does() {
        let store = Store::open(None).unwrap();
        let pod = json!({"metadata": {"name": "p", "namespace": "shop"}});
        let container = json!({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "flags", "key": "a"}}}]});
        assert_eq!(resolve(&store, &pod, &container).unwrap_err(), "configmap \"flags\" not found");
    }

    #[test]
    fn references_expand() {
        let known = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        assert_eq!(expand("x$(A)$(B)$$(A)", &known), "x1$(B)$(A)");
    }
}
