//! Pods.

use evenkeel_tools::kubernetes::{ObjectRef, Pod, PodBrief, PodCondition};
use k8s_openapi::api::core::v1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::container::{container, volume_references};
use super::template::TEMPLATE_HASH;
use super::{time, truth};
use crate::text::clip_message;

/// A pod with its controllers.
pub(in crate::kubernetes) fn pod(pod: &v1::Pod, owners: Vec<ObjectRef>) -> Pod {
    let meta = &pod.metadata;
    let spec = pod.spec.as_ref();
    let status = pod.status.as_ref();
    let volumes = spec.map(volume_references).unwrap_or_default();
    let reported = |init: bool| {
        status.and_then(|s| {
            if init {
                s.init_container_statuses.as_deref()
            } else {
                s.container_statuses.as_deref()
            }
        })
    };
    let mut containers = Vec::new();
    for (init, specs) in [
        (true, spec.and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default()),
        (false, spec.map(|spec| spec.containers.as_slice()).unwrap_or_default()),
    ] {
        for one in specs {
            let status =
                reported(init).unwrap_or_default().iter().find(|status| status.name == one.name);
            containers.push(container(one, status, &volumes, init));
        }
    }
    Pod {
        name: meta.name.clone().unwrap_or_default(),
        namespace: meta.namespace.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        resource_version: meta.resource_version.clone().unwrap_or_default(),
        phase: status
            .and_then(|status| status.phase.clone())
            .unwrap_or_else(|| "Unknown".to_owned()),
        reason: status.and_then(|status| status.reason.clone()),
        message: clip_message(status.and_then(|status| status.message.as_deref())),
        node: spec.and_then(|spec| spec.node_name.clone()).filter(|name| !name.is_empty()),
        pod_ip: status.and_then(|status| status.pod_ip.clone()).filter(|ip| !ip.is_empty()),
        owners,
        labels: meta.labels.clone().unwrap_or_default(),
        created_at: time(meta.creation_timestamp.as_ref()),
        deleted_at: time(meta.deletion_timestamp.as_ref()),
        qos_class: status.and_then(|status| status.qos_class.clone()),
        conditions: status
            .and_then(|status| status.conditions.as_deref())
            .unwrap_or_default()
            .iter()
            .map(condition)
            .collect(),
        containers,
    }
}

fn condition(condition: &v1::PodCondition) -> PodCondition {
    PodCondition {
        kind: condition.type_.clone(),
        status: truth(&condition.status),
        reason: condition.reason.clone().filter(|text| !text.is_empty()),
        message: clip_message(condition.message.as_deref()),
        since: time(condition.last_transition_time.as_ref()),
    }
}

/// Whether a pod serves; `None` when that isn't known.
pub(in crate::kubernetes) fn ready(pod: &v1::Pod) -> Option<bool> {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref());
    let ready = conditions.unwrap_or_default().iter().find(|c| c.type_ == "Ready");
    ready.and_then(|condition| truth(&condition.status))
}

/// A pod in short.
pub(in crate::kubernetes) fn brief(pod: &v1::Pod) -> PodBrief {
    let meta = &pod.metadata;
    let status = pod.status.as_ref();
    // A pod that does not get past an init container waits in all the others.
    let reported = status.filter(|status| status.container_statuses.is_some());
    let init = status.and_then(|status| status.init_container_statuses.as_deref());
    let containers = status.and_then(|status| status.container_statuses.as_deref());
    let containers = || [init, containers].into_iter().flatten().flatten();
    let restarts =
        reported.map(|_| containers().filter_map(|c| u32::try_from(c.restart_count).ok()).sum());
    let label = |key: &str| meta.labels.as_ref().and_then(|labels| labels.get(key)).cloned();
    PodBrief {
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        phase: status.and_then(|s| s.phase.clone()).unwrap_or_else(|| "Unknown".to_owned()),
        ready: ready(pod),
        restarts,
        trouble: containers().find_map(trouble),
        node: pod.spec.as_ref().and_then(|s| s.node_name.clone()).filter(|node| !node.is_empty()),
        revision: label(TEMPLATE_HASH).or_else(|| label("controller-revision-hash")),
        created_at: time(meta.creation_timestamp.as_ref()),
        deleted_at: time(meta.deletion_timestamp.as_ref()),
    }
}

fn trouble(status: &v1::ContainerStatus) -> Option<String> {
    let state = status.state.as_ref()?;
    let waits = state.waiting.as_ref().and_then(|waiting| waiting.reason.clone());
    let ended = state
        .terminated
        .as_ref()
        .or(status.last_state.as_ref().and_then(|last| last.terminated.as_ref()));
    waits.or_else(|| ended.filter(|ended| ended.exit_code != 0).and_then(|e| e.reason.clone()))
}

/// The controller named in an object's owner references.
pub(in crate::kubernetes) fn controller(meta: &ObjectMeta) -> Option<ObjectRef> {
    let owners = meta.owner_references.as_deref().unwrap_or_default();
    let owner = owners.iter().find(|owner| owner.controller == Some(true))?;
    Some(ObjectRef { kind: owner.kind.clone(), name: owner.name.clone() })
}

#[cfg(test)]
mod tests {
    use super::brief;
    use serde_json::json;

    #[test]
    fn an_init_container_that_keeps_crashing_is_the_pod_s_trouble() {
        let waits = |reason: &str| json!({"waiting": {"reason": reason}});
        let pod = json!({"metadata": {"name": "web-1"}, "status": {"phase": "Pending",
            "initContainerStatuses": [{"name": "migrate", "image": "i", "imageID": "", "ready": false,
                "restartCount": 4, "state": waits("CrashLoopBackOff")}],
            "containerStatuses": [{"name": "web", "image": "i", "imageID": "", "ready": false,
                "restartCount": 0, "state": waits("PodInitializing")}]}});
        let brief = brief(&serde_json::from_value(pod).unwrap());
        assert_eq!((brief.restarts, brief.trouble.as_deref()), (Some(4), Some("CrashLoopBackOff")));
    }
}
