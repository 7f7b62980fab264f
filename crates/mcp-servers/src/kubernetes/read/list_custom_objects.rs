//! `list_custom_objects`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{CustomKind, CustomObject, CustomObjects, ListCustomObjectsArgs};
use evenkeel_tools::redact::Redactor;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde_json::Value;

use super::discovery::custom_kind;
use super::related::events_of_named;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, is_asked, page_params};
use crate::kubernetes::redact::redact;
use crate::kubernetes::view::pod::controller;
use crate::kubernetes::view::template::yaml;
use crate::kubernetes::view::{condition, time};
use crate::text::clip;
use crate::tool::Tool;

/// Bytes shown of a spec or a status.
const MAX_PART: usize = 16 * 1024;
/// Labels shown of an object.
const MAX_LABELS: usize = 50;

/// The tool.
pub(in crate::kubernetes) struct ListCustomObjects;

/// An object of any kind.
#[derive(Deserialize)]
struct Dynamic {
    #[serde(default)]
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Value,
    #[serde(default)]
    status: Value,
}

impl Tool<Kube> for ListCustomObjects {
    type Args = ListCustomObjectsArgs;
    const TITLE: &'static str = "Custom objects";
    const DESCRIPTION: &'static str = "Lists objects of a kind that was added to the cluster, with conditions; one asked \
        for by name also with spec, status and events. Values that may be secrets are redacted. Kubernetes' own kinds, \
        Secrets above all, can't be read with it.";

    async fn call(kube: &Kube, args: ListCustomObjectsArgs) -> Result<CustomObjects, ToolFailure> {
        let mut params =
            page_params(args.label_selector.as_deref(), args.limit, args.after.as_deref())?;
        if let Some(namespace) = &args.namespace {
            check("namespace", namespace)?;
        }
        let name = args.name.as_deref();
        if let Some(name) = name {
            check("name", name)?;
            params = params.fields(&format!("metadata.name={name}"));
        }
        let kind = custom_kind(kube, &args.group, args.version.as_deref(), &args.resource).await?;
        let path = path(&kind, args.namespace.as_deref())?;
        let page = kube.list::<Dynamic>(path, &params).await?;
        let open = name.is_some() && !holds_secrets(&kind);
        let found = page.items.iter().filter(|object| is_asked(&object.metadata, name));
        let mut objects: Vec<_> = found.map(|found| object(found, open)).collect();
        objects.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        let namespace = args.namespace.as_deref();
        let metas = page.items.iter().map(|object| &object.metadata);
        let events = events_of_named(kube, namespace, &kind.kind, name, metas).await;
        Ok(CustomObjects { kind, objects, truncated: page.truncated(), next: page.next(), events })
    }

    fn summary(list: &CustomObjects) -> String {
        let bad = |object: &&CustomObject| {
            object.conditions.iter().any(|c| c.kind == "Ready" && c.status == Some(false))
        };
        let count = list.objects.iter().filter(bad).count();
        format!("{} {}, {count} not ready.", list.objects.len(), list.kind.resource)
    }
}

fn path(kind: &CustomKind, namespace: Option<&str>) -> Result<String, ToolFailure> {
    // What discovery said came from outside and becomes part of an address.
    check("resource", &kind.resource)?;
    let (group, version, resource) = (&kind.group, &kind.version, &kind.resource);
    match namespace {
        Some(_) if !kind.namespaced => Err(bad_arguments(format!(
            "{resource} live outside namespaces: leave the namespace out"
        ))),
        Some(namespace) => Ok(format!("/apis/{group}/{version}/namespaces/{namespace}/{resource}")),
        None => Ok(format!("/apis/{group}/{version}/{resource}")),
    }
}

/// Whether objects of that kind hold secrets, by its name: of those only the metadata and the conditions are shown.
fn holds_secrets(kind: &CustomKind) -> bool {
    let name = kind.kind.to_lowercase();
    ["secret", "credential", "password", "token", "vault"].iter().any(|word| name.contains(word))
}

fn object(object: &Dynamic, open: bool) -> CustomObject {
    let meta = &object.metadata;
    let mut cut = false;
    let mut part = |value: &Value| {
        if !open || value.is_null() {
            return None;
        }
        let (text, shortened) = shown(value);
        cut |= shortened;
        Some(text)
    };
    let (spec, status) = (part(&object.spec), part(&object.status));
    let conditions = object.status.get("conditions").and_then(Value::as_array);
    CustomObject {
        namespace: meta.namespace.clone(),
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        labels: meta
            .labels
            .iter()
            .flatten()
            .take(MAX_LABELS)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        owner: controller(meta),
        generation: meta.generation,
        observed_generation: object.status.get("observedGeneration").and_then(Value::as_i64),
        conditions: conditions
            .into_iter()
            .flatten()
            .take(20)
            .filter_map(condition::unknown)
            .collect(),
        created_at: time(meta.creation_timestamp.as_ref()),
        deleted_at: time(meta.deletion_timestamp.as_ref()),
        spec,
        status,
        cut,
    }
}

/// A part of an object as YAML, without secrets, bounded.
fn shown(value: &Value) -> (String, bool) {
    let mut value = value.clone();
    redact(&mut value);
    Redactor::new().json(&mut value);
    clip(&yaml(&value), MAX_PART)
}

#[cfg(test)]
mod tests {
    use super::{Dynamic, holds_secrets, object};
    use evenkeel_tools::kubernetes::CustomKind;
    use serde_json::{Value, json};

    fn dynamic(value: Value) -> Dynamic {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn secrets_in_a_spec_are_hidden() {
        let found = dynamic(json!({"metadata": {"name": "x"},
            "spec": {"dbPassword": "hunter2", "url": "postgres://a:b@c/d", "replicas": 3,
                "env": [{"name": "API_TOKEN", "value": "abc"}]},
            "status": {"observedGeneration": 4, "conditions": [
                {"type": "Ready", "status": "False", "message": "password=hunter2", "lastTransitionTime": "x"}, "odd"]}}));
        let view = object(&found, true);
        let whole = serde_json::to_string(&view).unwrap();
        for secret in ["hunter2", "a:b@", "abc"] {
            assert!(!whole.contains(secret), "{secret}: {whole}");
        }
        assert!(view.spec.unwrap().contains("replicas: 3"));
        assert_eq!((view.conditions.len(), view.conditions[0].status), (1, Some(false)));
        assert_eq!(view.observed_generation, Some(4));
        assert!(object(&found, false).spec.is_none());
    }

    #[test]
    fn kinds_of_secrets_stay_closed() {
        let kind = |name: &str| CustomKind {
            group: "x.io".into(),
            kind: name.into(),
            version: "v1".into(),
            resource: "xs".into(),
            namespaced: true,
        };
        for closed in ["SealedSecret", "ExternalSecret", "VaultAuth", "AccessToken"] {
            assert!(holds_secrets(&kind(closed)), "{closed}");
        }
        assert!(!holds_secrets(&kind("Certificate")));
    }
}
