//! A pod names a ConfigMap or Secret, or a key of one, that does not exist.

use std::collections::BTreeMap;

use evenkeel_domain::{
    finding::FindingKind, id::EvidenceId, object::ObjectRef, severity::Severity, text::clip,
};
use evenkeel_tools::kubernetes::{ContainerState, Pod};

use super::count;
use crate::{
    draft::Draft,
    focus::is_name,
    quote,
    view::{KubernetesView, NamespaceView, owner},
};

struct Missing<'a> {
    evidence: EvidenceId,
    pod: &'a Pod,
    message: &'a str,
    kind: &'static str,
    name: String,
}

/// Finds missing configuration, one finding per workload and missing name.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(in_namespace).collect()
}

fn in_namespace(ns: &NamespaceView) -> Vec<Draft> {
    let mut groups: BTreeMap<(ObjectRef, String), Vec<Missing<'_>>> = BTreeMap::new();
    for (evidence, pod) in ns.live_pods() {
        for (evidence, message) in complaints(ns, evidence, pod) {
            let Some((kind, name)) = what(message) else { continue };
            let missing = Missing { evidence, pod, message, kind, name: name.clone() };
            groups.entry((owner::workload(pod), name)).or_default().push(missing);
        }
    }
    groups
        .into_iter()
        .filter_map(|((object, _), all)| {
            let first = all.first()?;
            let mut pods: Vec<_> = all.iter().map(|m| m.pod.name.as_str()).collect();
            pods.sort_unstable();
            pods.dedup();
            let summary = format!(
                "{} of {} cannot start: {} {} is missing (\"{}\")",
                count(pods.len(), "pod"),
                object.name,
                first.kind,
                first.name,
                clip(first.message, 160),
            );
            let mut draft =
                Draft::new(FindingKind::MissingConfig, object, Severity::Critical, summary)
                    .since(all.iter().filter_map(|m| m.pod.created_at).min())
                    .fact("missing_kind", first.kind)
                    .fact("missing_name", &first.name)
                    .fact("failing_pods", pods.len())
                    .fact("pod", &first.pod.name)
                    .maybe("replica_set", owner::replica_set(first.pod));
            for missing in all.iter().take(2) {
                draft = draft.cite(missing.evidence, quote::field("message", &missing.message));
            }
            Some(draft)
        })
        .collect()
}

/// What the kubelet says of a pod that may be missing something: container states, then events.
/// Events outlive what they complain of, so they count only while a container waits.
fn complaints<'a>(
    ns: &'a NamespaceView,
    evidence: EvidenceId,
    pod: &'a Pod,
) -> Vec<(EvidenceId, &'a str)> {
    let waiting = |state: &'a ContainerState| match state {
        ContainerState::Waiting { reason, message } => Some((reason, message)),
        _ => None,
    };
    let states = pod.containers.iter().filter_map(|c| waiting(&c.state));
    let mut said: Vec<_> = states
        .clone()
        .filter(|(reason, _)| reason.as_deref() == Some("CreateContainerConfigError"))
        .filter_map(|(_, message)| Some((evidence, message.as_deref()?)))
        .collect();
    if states.clone().next().is_some() || pod.phase == "Pending" {
        said.extend(
            ns.events_about("Pod", &pod.name)
                .filter(|(_, event)| matches!(event.reason.as_str(), "FailedMount" | "Failed"))
                .map(|(evidence, event)| (evidence, event.message.as_str())),
        );
    }
    said
}

/// Reads `configmap "x" not found`, `secret "x" not found`, `couldn't find key k in ConfigMap
/// ns/x`.
fn what(message: &str) -> Option<(&'static str, String)> {
    let lower = message.to_lowercase();
    let kinds = [("configmap", "ConfigMap"), ("secret", "Secret")];
    if lower.contains("couldn't find key") {
        let (at, kind) =
            kinds.iter().find_map(|(word, kind)| Some((lower.rfind(word)? + word.len(), *kind)))?;
        let name =
            lower[at..].trim().rsplit('/').next()?.trim_matches(|c: char| c == '"' || c == '.');
        return is_name(name).then(|| (kind, name.to_owned()));
    }
    if !lower.contains("not found") {
        return None;
    }
    kinds.iter().find_map(|(word, kind)| {
        let rest = &lower[lower.find(&format!("{word} \""))? + word.len() + 2..];
        let name = rest.split('"').next()?.rsplit('/').next()?;
        is_name(name).then(|| (*kind, name.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn the_missing_name_is_read() {
        let table = [
            ("configmap \"api-settings\" not found", Some(("ConfigMap", "api-settings"))),
            ("secret \"db\" not found", Some(("Secret", "db"))),
            ("couldn't find key port in ConfigMap shop/api", Some(("ConfigMap", "api"))),
            (
                "MountVolume.SetUp failed for volume \"c\" : configmap \"api-files\" not found",
                Some(("ConfigMap", "api-files")),
            ),
            ("configmap \"x; drop\" not found", None),
            ("container has runAsNonRoot", None),
        ];
        for (message, expected) in table {
            let found = what(message);
            assert_eq!(found.as_ref().map(|(k, n)| (*k, n.as_str())), expected, "{message}");
        }
    }

    #[test]
    fn a_waiting_container_tells_what_it_misses() {
        let pod = world::pod("api", "bbbb", 1)
            .waiting("CreateContainerConfigError", "configmap \"api-settings\" not found");
        let view = world::view(|ns| ns.pods(vec![pod]));
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts["missing_name"], "api-settings");
        world::assert_quotes(&view, &found);
    }

    #[test]
    fn an_old_event_of_a_pod_that_runs_is_no_finding() {
        let pod = world::pod("api", "bbbb", 1);
        let view = world::view(|ns| {
            ns.event("Pod", &pod.0.name, "FailedMount", "configmap \"x\" not found", 3)
                .pods(vec![pod.clone()])
        });
        assert_eq!(analyze(&view), []);
    }
}
