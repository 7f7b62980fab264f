//! An autoscaler is at its maximum.

use evenkeel_domain::{
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
};

use crate::{draft::Draft, quote, view::KubernetesView};

/// Finds autoscalers that would scale further if they might.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    let mut found = Vec::new();
    for ns in &view.namespaces {
        let Some(answer) = &ns.hpas else { continue };
        for hpa in &answer.value.hpas {
            let limited = hpa.conditions.iter().any(|c| {
                c.kind == "ScalingLimited"
                    && c.status == Some(true)
                    && c.reason.as_deref() == Some("TooManyReplicas")
            });
            if !limited && hpa.desired_replicas < hpa.max_replicas {
                continue;
            }
            let summary = format!(
                "autoscaler {} is at its maximum of {} replicas for {} {}",
                hpa.name, hpa.max_replicas, hpa.target.kind, hpa.target.name,
            );
            let object = ObjectRef::new(ObjectKind::HorizontalPodAutoscaler, &ns.name, &hpa.name);
            found.push(
                Draft::new(FindingKind::AutoscalerAtMaximum, object, Severity::Warning, summary)
                    .since(hpa.last_scale_at)
                    .fact("workload", &hpa.target.name)
                    .fact("max_replicas", hpa.max_replicas)
                    .cite(answer.evidence, quote::field("name", &hpa.name))
                    .cite(answer.evidence, quote::field("maxReplicas", &hpa.max_replicas))
                    .cite(answer.evidence, quote::field("desiredReplicas", &hpa.desired_replicas)),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn only_one_at_its_maximum_is_found() {
        let view = world::view(|ns| ns.hpa("api", 4, 4).hpa("web", 2, 4));
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts["workload"], "api");
        world::assert_quotes(&view, &found);
    }
}
