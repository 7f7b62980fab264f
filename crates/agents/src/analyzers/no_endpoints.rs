//! A Service has no ready endpoint.

use evenkeel_domain::{
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
};

use super::count;
use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView, owner},
};

/// Finds Services that nobody answers for.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(in_namespace).collect()
}

fn in_namespace(ns: &NamespaceView) -> Vec<Draft> {
    let Some(answer) = &ns.services else { return Vec::new() };
    answer
        .value
        .services
        .iter()
        .filter(|s| s.ready.is_empty() && !s.selector.is_empty() && s.kind != "ExternalName")
        .map(|service| {
            let behind: Vec<_> = ns
                .live_pods()
                .map(|(_, pod)| pod)
                .filter(|pod| service.selector.iter().all(|(k, v)| pod.labels.get(k) == Some(v)))
                .collect();
            let why = if ns.pods.is_none() {
                "its pods could not be listed".to_owned()
            } else if behind.is_empty() {
                "no pod carries the labels it selects".to_owned()
            } else {
                format!("none of its {} is ready", count(behind.len(), "pod"))
            };
            let object = ObjectRef::new(ObjectKind::Service, &ns.name, &service.name);
            let summary = format!("service {} has no ready endpoint: {why}", service.name);
            Draft::new(FindingKind::NoEndpoints, object, Severity::Critical, summary)
                .fact("pods", behind.len())
                .maybe("workload", workload(ns, service, &behind))
                .cite(answer.evidence, quote::field("name", &service.name))
                .cite(answer.evidence, "\"ready\": []".to_owned())
        })
        .collect()
}

/// The workload the Service stands before: that of its pods, or the Deployment whose pods would
/// carry the labels.
fn workload(
    ns: &NamespaceView,
    service: &evenkeel_tools::kubernetes::Service,
    pods: &[&evenkeel_tools::kubernetes::Pod],
) -> Option<String> {
    pods.first().map(|pod| owner::workload(pod).name).or_else(|| {
        ns.deployments.as_ref()?.value.deployments.iter().find_map(|d| {
            let all = service.selector.iter().all(|(k, v)| d.selector.get(k) == Some(v));
            all.then(|| d.name.clone())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn a_service_without_ready_pods_names_its_workload() {
        let view = world::view(|ns| {
            ns.service("front", "api", 0)
                .service("fine", "web", 2)
                .pods(vec![world::pod("api", "bbbb", 1).unready()])
        });
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].object.name, "front");
        assert_eq!(found[0].facts["workload"], "api");
        world::assert_quotes(&view, &found);
    }
}
