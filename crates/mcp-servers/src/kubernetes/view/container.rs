//! Containers: what they need and what state they are in.

use evenkeel_tools::kubernetes::{
    ConfigReference, Container, ContainerState, ReferenceKind, Resources, Terminated,
};
use k8s_openapi::api::core::v1;

use super::probe::probe;
use super::{quantity, time};
use crate::text::clip_message;

/// A container of a pod: its spec with its status, if the kubelet reported one.
pub(in crate::kubernetes) fn container(
    spec: &v1::Container,
    status: Option<&v1::ContainerStatus>,
    volumes: &[ConfigReference],
    init: bool,
) -> Container {
    let mut config_references = references(spec);
    config_references.extend(mounted(spec, volumes));
    Container {
        name: spec.name.clone(),
        image: spec.image.clone().unwrap_or_default(),
        init,
        ready: status.map(|status| status.ready),
        restart_count: status.map(|status| u32::try_from(status.restart_count).unwrap_or(0)),
        state: status
            .and_then(|status| status.state.as_ref())
            .map_or(ContainerState::Unknown, state),
        last_termination: status
            .and_then(|status| status.last_state.as_ref())
            .and_then(|state| state.terminated.as_ref())
            .map(terminated),
        resources: resources(spec.resources.as_ref()),
        readiness_probe: probe(spec.readiness_probe.as_ref()),
        liveness_probe: probe(spec.liveness_probe.as_ref()),
        startup_probe: probe(spec.startup_probe.as_ref()),
        config_references,
    }
}

fn state(state: &v1::ContainerState) -> ContainerState {
    if let Some(ended) = &state.terminated {
        ContainerState::Terminated(terminated(ended))
    } else if let Some(running) = &state.running {
        ContainerState::Running { started_at: time(running.started_at.as_ref()) }
    } else if let Some(waiting) = &state.waiting {
        ContainerState::Waiting {
            reason: waiting.reason.clone(),
            message: clip_message(waiting.message.as_deref()),
        }
    } else {
        ContainerState::Unknown
    }
}

fn terminated(ended: &v1::ContainerStateTerminated) -> Terminated {
    Terminated {
        exit_code: ended.exit_code,
        signal: ended.signal,
        reason: ended.reason.clone(),
        message: clip_message(ended.message.as_deref()),
        started_at: time(ended.started_at.as_ref()),
        finished_at: time(ended.finished_at.as_ref()),
    }
}

/// Requests and limits.
pub(in crate::kubernetes) fn resources(spec: Option<&v1::ResourceRequirements>) -> Resources {
    let request =
        |name: &str| spec.and_then(|spec| spec.requests.as_ref()).and_then(|map| map.get(name));
    let limit =
        |name: &str| spec.and_then(|spec| spec.limits.as_ref()).and_then(|map| map.get(name));
    Resources {
        cpu_request: quantity(request("cpu")),
        cpu_limit: quantity(limit("cpu")),
        memory_request: quantity(request("memory")),
        memory_limit: quantity(limit("memory")),
    }
}

/// `ConfigMap`s and Secrets a container's environment is taken from.
pub(in crate::kubernetes) fn references(spec: &v1::Container) -> Vec<ConfigReference> {
    let mut found = Vec::new();
    for source in spec.env_from.iter().flatten() {
        let mut push = |kind, name: &str, optional: Option<bool>| {
            found.push(ConfigReference {
                kind,
                name: name.to_owned(),
                key: None,
                used_as: "envFrom".to_owned(),
                optional: optional.unwrap_or(false),
            });
        };
        if let Some(map) = &source.config_map_ref {
            push(ReferenceKind::ConfigMap, &map.name, map.optional);
        }
        if let Some(secret) = &source.secret_ref {
            push(ReferenceKind::Secret, &secret.name, secret.optional);
        }
    }
    for env in spec.env.iter().flatten() {
        let Some(source) = &env.value_from else { continue };
        let mut push = |kind, name: &str, key: &str, optional: Option<bool>| {
            found.push(ConfigReference {
                kind,
                name: name.to_owned(),
                key: Some(key.to_owned()),
                used_as: format!("env {}", env.name),
                optional: optional.unwrap_or(false),
            });
        };
        if let Some(map) = &source.config_map_key_ref {
            push(ReferenceKind::ConfigMap, &map.name, &map.key, map.optional);
        }
        if let Some(secret) = &source.secret_key_ref {
            push(ReferenceKind::Secret, &secret.name, &secret.key, secret.optional);
        }
    }
    found
}

/// Those of the pod's volumes that the container mounts.
fn mounted<'a>(
    spec: &'a v1::Container,
    volumes: &'a [ConfigReference],
) -> impl Iterator<Item = ConfigReference> + 'a {
    let mounts = spec.volume_mounts.as_deref().unwrap_or_default();
    volumes
        .iter()
        .filter(|volume| {
            mounts.iter().any(|mount| volume.used_as == format!("volume {}", mount.name))
        })
        .cloned()
}

/// `ConfigMap`s and Secrets that a pod mounts as volumes or pulls images with.
pub(in crate::kubernetes) fn volume_references(spec: &v1::PodSpec) -> Vec<ConfigReference> {
    let mut found = Vec::new();
    for volume in spec.volumes.iter().flatten() {
        let mut push = |kind, name: &str, optional: Option<bool>| {
            found.push(ConfigReference {
                kind,
                name: name.to_owned(),
                key: None,
                used_as: format!("volume {}", volume.name),
                optional: optional.unwrap_or(false),
            });
        };
        if let Some(map) = &volume.config_map {
            push(ReferenceKind::ConfigMap, &map.name, map.optional);
        }
        if let Some(secret) = &volume.secret {
            push(
                ReferenceKind::Secret,
                secret.secret_name.as_deref().unwrap_or_default(),
                secret.optional,
            );
        }
        for source in volume.projected.iter().filter_map(|p| p.sources.as_ref()).flatten() {
            if let Some(map) = &source.config_map {
                push(ReferenceKind::ConfigMap, &map.name, map.optional);
            }
            if let Some(secret) = &source.secret {
                push(ReferenceKind::Secret, &secret.name, secret.optional);
            }
        }
    }
    for secret in spec.image_pull_secrets.iter().flatten() {
        found.push(ConfigReference {
            kind: ReferenceKind::Secret,
            name: secret.name.clone(),
            key: None,
            used_as: "imagePullSecret".to_owned(),
            // The kubelet tries without it.
            optional: true,
        });
    }
    found
}
