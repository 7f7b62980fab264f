//! An image cannot be pulled.

use std::fmt::Write as _;

use std::collections::BTreeMap;

use evenkeel_domain::{
    finding::FindingKind, id::EvidenceId, object::ObjectRef, severity::Severity,
};
use evenkeel_tools::kubernetes::{Container, ContainerState, Pod};

use super::count;
use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView, owner},
};

const REASONS: &[&str] = &[
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "RegistryUnavailable",
    "ImageInspectError",
];

type Stuck<'a> = (EvidenceId, &'a Pod, &'a Container);

/// Finds images that cannot be pulled, one finding per workload and container.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(in_namespace).collect()
}

fn in_namespace(ns: &NamespaceView) -> Vec<Draft> {
    let mut groups: BTreeMap<(ObjectRef, &str), Vec<Stuck<'_>>> = BTreeMap::new();
    for (evidence, pod, container) in ns.containers() {
        if reason(container).is_some() {
            groups
                .entry((owner::workload(pod), &container.name))
                .or_default()
                .push((evidence, pod, container));
        }
    }
    groups
        .into_iter()
        .filter_map(|((object, _), stuck)| {
            let &(evidence, pod, container) = stuck.first()?;
            let (reason, message) = reason(container)?;
            let event = ns.events_about("Pod", &pod.name).find(|(_, event)| {
                event.reason == "Failed" && event.message.to_lowercase().contains("pull")
            });
            let said = event.map(|(_, event)| event.message.as_str()).or(message);
            let mut summary = format!(
                "image {} of {} cannot be pulled ({reason}, {} waiting)",
                container.image,
                object.name,
                count(stuck.len(), "pod"),
            );
            if let Some(said) = said {
                let _ = write!(summary, ": \"{}\"", evenkeel_domain::text::clip(said, 160));
            }
            let since = stuck.iter().filter_map(|(_, pod, _)| pod.created_at).min();
            let mut draft =
                Draft::new(FindingKind::ImagePullFailure, object, Severity::Critical, summary)
                    .since(since)
                    .fact("container", &container.name)
                    .fact("image", &container.image)
                    .fact("reason", reason)
                    .fact("failing_pods", stuck.len())
                    .fact("pod", &pod.name)
                    .maybe("replica_set", owner::replica_set(pod))
                    .cite(evidence, quote::field("reason", &reason))
                    .cite(evidence, quote::field("image", &container.image));
            if let Some((evidence, event)) = event {
                draft = draft.cite(evidence, quote::field("message", &event.message));
            } else if let Some(message) = message {
                draft = draft.cite(evidence, quote::field("message", &message));
            }
            Some(draft)
        })
        .collect()
}

fn reason(container: &Container) -> Option<(&str, Option<&str>)> {
    match &container.state {
        ContainerState::Waiting { reason: Some(reason), message }
            if REASONS.contains(&reason.as_str()) =>
        {
            Some((reason, message.as_deref()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn every_reason_is_found_with_image_and_message() {
        for reason in REASONS {
            let pod = world::pod("api", "bbbb", 1).waiting(reason, "manifest unknown");
            let view = world::view(|ns| ns.pods(vec![pod]));
            let found = analyze(&view);
            assert_eq!(found.len(), 1, "{reason}");
            assert_eq!(found[0].facts["image"], "registry.local/api:1");
            assert!(found[0].summary.contains("manifest unknown"));
            world::assert_quotes(&view, &found);
        }
    }

    #[test]
    fn other_waits_are_not() {
        let pod = world::pod("api", "bbbb", 1).waiting("ContainerCreating", "");
        assert_eq!(analyze(&world::view(|ns| ns.pods(vec![pod]))), []);
    }
}
