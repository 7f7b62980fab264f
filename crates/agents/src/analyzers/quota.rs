//! A quota is used up.

use std::fmt::Write as _;

use evenkeel_domain::{
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
    text::clip,
};

use crate::{draft::Draft, quote, view::KubernetesView};

/// Finds quotas with nothing left; worse when a workload was refused pods for it.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    let mut found = Vec::new();
    for ns in &view.namespaces {
        let Some(answer) = &ns.quotas else { continue };
        for quota in &answer.value.quotas {
            let full: Vec<_> = quota
                .items
                .iter()
                .filter(|i| {
                    i.hard.value > 0.0 && i.used.as_ref().is_some_and(|u| u.value >= i.hard.value)
                })
                .collect();
            let Some(item) = full.first() else { continue };
            let refused = ns.all_events().find(|(_, event)| {
                event.reason == "FailedCreate" && event.message.contains("exceeded quota")
            });
            let names: Vec<_> = full.iter().map(|item| item.resource.as_str()).collect();
            let mut summary = format!(
                "quota {} is used up: {} ({} of {})",
                quota.name,
                names.join(", "),
                item.used.as_ref().map_or("?", |used| used.text.as_str()),
                item.hard.text,
            );
            if let Some((_, event)) = refused {
                let _ = write!(summary, "; \"{}\"", clip(&event.message, 160));
            }
            let object = ObjectRef::new(ObjectKind::ResourceQuota, &ns.name, &quota.name);
            let severity = if refused.is_some() { Severity::Critical } else { Severity::Warning };
            let mut draft = Draft::new(FindingKind::QuotaExhausted, object, severity, summary)
                .fact("resource", &item.resource)
                .fact("hard", &item.hard.text)
                .fact("refused", refused.is_some())
                .cite(answer.evidence, quote::field("resource", &item.resource))
                .cite(answer.evidence, quote::field("name", &quota.name));
            if let Some((evidence, event)) = refused {
                draft = draft
                    .since(event.first_seen)
                    .cite(evidence, quote::field("message", &event.message));
            }
            found.push(draft);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn a_full_quota_that_refused_pods_is_critical() {
        let view = world::view(|ns| {
            ns.quota("compute", "pods", "10", "10").quota("roomy", "pods", "10", "3").event(
                "ReplicaSet",
                "api-bbbb",
                "FailedCreate",
                "pods \"api-x\" is forbidden: exceeded quota: compute",
                4,
            )
        });
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Critical);
        world::assert_quotes(&view, &found);
    }
}
