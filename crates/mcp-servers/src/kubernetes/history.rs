//! Earlier pod templates of a workload: the `ReplicaSets` of a Deployment, the `ControllerRevisions` of a `StatefulSet`
//! or `DaemonSet`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::WorkloadKind;
use k8s_openapi::api::apps::v1::{ControllerRevision, ReplicaSet};
use kube::api::ListParams;
use serde_json::{Value, json};

use super::client::Kube;
use super::names::collection;
use super::view::selector;
use super::view::template::strip_hash;
use super::view::workload::{CHANGE_CAUSE, REVISION};

/// One revision.
#[derive(Debug, Clone)]
pub(super) struct Past {
    /// Its number.
    pub number: i64,
    /// Name of the object that holds it.
    pub name: String,
    /// The pod template, without what a controller adds.
    pub template: Value,
    /// The recorded reason of the change.
    pub cause: Option<Value>,
    /// The metadata of the object that holds it.
    pub metadata: Value,
}

/// The objects that may hold revisions of a workload, as the server holds them, so that no field of a template gets lost
/// on the way.
pub(super) async fn holders(
    kube: &Kube,
    kind: WorkloadKind,
    namespace: &str,
    object: &Value,
) -> Result<Vec<Value>, ToolFailure> {
    let selector = serde_json::from_value(object["spec"]["selector"].clone());
    let selector = selector.map(|selector| selector::text(&selector)).unwrap_or_default();
    let path = match kind {
        WorkloadKind::Deployment => collection::<ReplicaSet>(namespace)?,
        WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => {
            collection::<ControllerRevision>(namespace)?
        }
    };
    let params = ListParams { label_selector: Some(selector), ..ListParams::default() };
    Ok(kube.list_whole::<Value>(path, params).await?.0)
}

/// The revisions of the workload `object` among these objects, oldest first.
pub(super) fn past(kind: WorkloadKind, object: &Value, holders: &[Value]) -> Vec<Past> {
    let uid = &object["metadata"]["uid"];
    let mut all: Vec<Past> = holders
        .iter()
        .filter(|holder| is_owned_by(holder, uid))
        .filter_map(|holder| {
            let (number, template) = match kind {
                WorkloadKind::Deployment => {
                    (annotated(&holder["metadata"])?, holder.pointer("/spec/template")?)
                }
                WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => {
                    (holder["revision"].as_i64()?, holder.pointer("/data/spec/template")?)
                }
            };
            Some(Past {
                number,
                name: holder["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
                template: bare(template),
                cause: holder["metadata"]["annotations"].get(CHANGE_CAUSE).cloned(),
                metadata: holder["metadata"].clone(),
            })
        })
        .collect();
    all.sort_by_key(|past| past.number);
    all
}

/// The number of the revision whose template the workload has. What the controller says may be older than the last
/// change; only where no revision has that template is it asked, and believed once it has seen the change.
pub(super) fn current(kind: WorkloadKind, object: &Value, past: &[Past]) -> Option<i64> {
    let template = bare(&object["spec"]["template"]);
    let matching = past.iter().rev().find(|past| past.template == template).map(|past| past.number);
    let seen = object["status"]["observedGeneration"] == object["metadata"]["generation"];
    matching.or_else(|| {
        let said = match kind {
            WorkloadKind::Deployment => annotated(&object["metadata"]),
            WorkloadKind::StatefulSet => {
                let name = object.pointer("/status/updateRevision")?.as_str()?;
                past.iter().find(|past| past.name == name).map(|past| past.number)
            }
            // The controller gives the present template the highest number.
            WorkloadKind::DaemonSet => past.last().map(|past| past.number),
        };
        said.filter(|_| seen)
    })
}

/// A template without what controllers add: the hash label, and the note that a patch with it replaces the whole.
fn bare(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(map) = template.as_object_mut() {
        map.remove("$patch");
    }
    strip_hash(&mut template);
    template
}

fn is_owned_by(holder: &Value, uid: &Value) -> bool {
    holder.pointer("/metadata/ownerReferences").and_then(Value::as_array).is_some_and(|owners| {
        owners.iter().any(|owner| owner["uid"] == *uid && owner["controller"] == json!(true))
    })
}

fn annotated(metadata: &Value) -> Option<i64> {
    metadata.get("annotations")?.get(REVISION)?.as_str()?.parse().ok()
}
