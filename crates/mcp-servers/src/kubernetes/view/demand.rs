//! What a pod asks of its node, as the scheduler reckons it
//! (<https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers>).

use k8s_openapi::api::core::v1::{Container, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

use super::quantity;

type Amounts = BTreeMap<String, Quantity>;

fn amount(amounts: Option<&Amounts>, name: &str) -> Option<f64> {
    quantity(amounts?.get(name)).map(|quantity| quantity.value)
}

fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

/// Requests of a resource (`cpu` in cores, `memory` in bytes): of the pod as a whole where it says so, else of what runs
/// together, or of what its init containers need in their turn if that is more; and the overhead of its runtime class.
pub(in crate::kubernetes) fn requests(spec: &PodSpec, name: &str) -> f64 {
    let overhead = amount(spec.overhead.as_ref(), name).unwrap_or(0.0);
    let whole = spec.resources.as_ref().and_then(|all| amount(all.requests.as_ref(), name));
    overhead
        + whole.unwrap_or_else(|| together(spec, name, |resources| resources.requests.as_ref()))
}

/// Limits of a resource, likewise. Containers without one count as nothing.
pub(in crate::kubernetes) fn limits(spec: &PodSpec, name: &str) -> f64 {
    let whole = spec.resources.as_ref().and_then(|all| amount(all.limits.as_ref(), name));
    whole.unwrap_or_else(|| together(spec, name, |resources| resources.limits.as_ref()))
}

/// Containers that run for long and have no memory limit, nor has their pod.
pub(in crate::kubernetes) fn without_memory_limit(spec: &PodSpec) -> usize {
    if spec.resources.as_ref().is_some_and(|all| amount(all.limits.as_ref(), "memory").is_some()) {
        return 0;
    }
    let sidecars = spec.init_containers.iter().flatten().filter(|container| is_sidecar(container));
    let all = spec.containers.iter().chain(sidecars);
    let limit =
        |container: &Container| amount(container.resources.as_ref()?.limits.as_ref(), "memory");
    all.filter(|container| limit(container).is_none()).count()
}

fn together(
    spec: &PodSpec,
    name: &str,
    of: impl Fn(&ResourceRequirements) -> Option<&Amounts>,
) -> f64 {
    let one = |container: &Container| {
        container
            .resources
            .as_ref()
            .and_then(|resources| amount(of(resources), name))
            .unwrap_or(0.0)
    };
    let (mut sidecars, mut peak) = (0.0_f64, 0.0_f64);
    for container in spec.init_containers.iter().flatten() {
        if is_sidecar(container) {
            sidecars += one(container);
            peak = peak.max(sidecars);
        } else {
            peak = peak.max(sidecars + one(container));
        }
    }
    let running: f64 = spec.containers.iter().map(one).sum();
    peak.max(sidecars + running)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn spec(value: Value) -> PodSpec {
        serde_json::from_value(value).unwrap()
    }

    fn asks(cpu: &str) -> Value {
        json!({"requests": {"cpu": cpu, "memory": "64Mi"}})
    }

    #[test]
    fn sidecars_count_and_init_containers_count_in_their_turn() {
        let main = json!({"name": "main", "resources": asks("100m")});
        let side = json!({"name": "mesh", "restartPolicy": "Always", "resources": asks("500m")});
        let init = json!({"name": "migrate", "resources": asks("2")});
        let of = |init: Value| {
            requests(&spec(json!({"containers": [main], "initContainers": init})), "cpu")
        };
        assert!((of(json!([])) - 0.1).abs() < 1e-9);
        assert!((of(json!([side])) - 0.6).abs() < 1e-9);
        assert!((of(json!([init])) - 2.0).abs() < 1e-9);
        assert!((of(json!([side, init])) - 2.5).abs() < 1e-9);
        assert!((of(json!([init, side])) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_said_of_the_pod_as_a_whole_counts() {
        let pod = spec(
            json!({"containers": [{"name": "a"}, {"name": "b", "resources": asks("1")}],
            "resources": {"requests": {"cpu": "3"}, "limits": {"memory": "1Gi"}}, "overhead": {"cpu": "250m"}}),
        );
        assert!((requests(&pod, "cpu") - 3.25).abs() < 1e-9);
        assert!((requests(&pod, "memory") - 64.0 * 1024.0 * 1024.0).abs() < 1e-3);
        assert_eq!(without_memory_limit(&pod), 0);
        assert_eq!(without_memory_limit(&spec(json!({"containers": [{"name": "a"}]}))), 1);
    }
}
