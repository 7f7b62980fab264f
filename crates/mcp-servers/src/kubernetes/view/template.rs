//! Pod templates: their containers and their text for diffs.

use evenkeel_tools::kubernetes::{EnvValue, EnvVar, ReferenceKind, TemplateContainer};
use evenkeel_tools::redact::is_secret;
use k8s_openapi::api::core::v1;
use serde_json::Value;

use super::container::{references, resources};
use super::probe::probe;
use crate::text::clip;

/// Variables shown per container.
const MAX_ENV: usize = 100;
/// Bytes shown of a variable's value.
const MAX_ENV_VALUE: usize = 256;

/// The containers of a template, init containers first.
pub(in crate::kubernetes) fn containers(spec: &v1::PodSpec) -> Vec<TemplateContainer> {
    let init = spec.init_containers.iter().flatten().map(|c| container(c, true));
    init.chain(spec.containers.iter().map(|c| container(c, false))).collect()
}

fn container(spec: &v1::Container, init: bool) -> TemplateContainer {
    TemplateContainer {
        name: spec.name.clone(),
        image: spec.image.clone().unwrap_or_default(),
        init,
        env: spec.env.iter().flatten().take(MAX_ENV).map(env).collect(),
        resources: resources(spec.resources.as_ref()),
        readiness_probe: probe(spec.readiness_probe.as_ref()),
        liveness_probe: probe(spec.liveness_probe.as_ref()),
        startup_probe: probe(spec.startup_probe.as_ref()),
        config_references: references(spec),
    }
}

fn env(env: &v1::EnvVar) -> EnvVar {
    EnvVar { name: env.name.clone(), value: env_value(env) }
}

fn env_value(env: &v1::EnvVar) -> EnvValue {
    if let Some(source) = &env.value_from {
        if let Some(map) = &source.config_map_key_ref {
            return EnvValue::Reference {
                kind: ReferenceKind::ConfigMap,
                name: map.name.clone(),
                key: map.key.clone(),
            };
        }
        if let Some(secret) = &source.secret_key_ref {
            return EnvValue::Reference {
                kind: ReferenceKind::Secret,
                name: secret.name.clone(),
                key: secret.key.clone(),
            };
        }
        let field = source.field_ref.as_ref().map(|field| field.field_path.clone());
        let resource = source.resource_field_ref.as_ref().map(|field| field.resource.clone());
        return EnvValue::Field { path: field.or(resource).unwrap_or_default() };
    }
    let text = env.value.as_deref().unwrap_or_default();
    if is_secret(&env.name, text) {
        EnvValue::Redacted
    } else {
        EnvValue::Literal { text: clip(text, MAX_ENV_VALUE).0 }
    }
}

/// Images of a template's containers, in order.
pub(in crate::kubernetes) fn images(spec: Option<&v1::PodSpec>) -> Vec<String> {
    spec.map(|spec| spec.containers.iter().filter_map(|c| c.image.clone()).collect())
        .unwrap_or_default()
}

/// A template as comparable JSON: without the hash label that the controller adds.
pub(in crate::kubernetes) fn comparable(template: &v1::PodTemplateSpec) -> Value {
    let mut value = serde_json::to_value(template).unwrap_or(Value::Null);
    strip_hash(&mut value);
    value
}

/// Label with which a Deployment's controller tells its `ReplicaSet`s and their pods apart.
pub(in crate::kubernetes) const TEMPLATE_HASH: &str = "pod-template-hash";

/// Removes [`TEMPLATE_HASH`] and empty leftovers from a template.
pub(in crate::kubernetes) fn strip_hash(template: &mut Value) {
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(TEMPLATE_HASH);
    }
    if let Some(metadata) = template.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, value| !value.is_null());
    }
}

/// JSON as YAML text.
pub(in crate::kubernetes) fn yaml(value: &Value) -> String {
    serde_norway::to_string(value).unwrap_or_else(|_| value.to_string())
}
