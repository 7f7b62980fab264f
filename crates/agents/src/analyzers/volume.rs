//! A volume claim is not bound.

use std::fmt::Write as _;

use evenkeel_domain::{
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
    text::clip,
};
use jiff::SignedDuration;

use crate::{draft::Draft, quote, view::KubernetesView};

/// Provisioning takes some seconds on most storage.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// Finds claims without a volume.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    let mut found = Vec::new();
    for ns in &view.namespaces {
        let Some(answer) = &ns.pvcs else { continue };
        for pvc in &answer.value.pvcs {
            let young = pvc.created_at.is_some_and(|at| view.now.duration_since(at) < PATIENCE);
            if pvc.phase == "Bound" || (pvc.phase == "Pending" && young) {
                continue;
            }
            let event = ns
                .events_about("PersistentVolumeClaim", &pvc.name)
                .find(|(_, event)| event.kind == evenkeel_tools::kubernetes::EventType::Warning);
            let mut summary = format!("volume claim {} is {}, not bound", pvc.name, pvc.phase);
            if let Some((_, event)) = event {
                let _ = write!(summary, ": \"{}\"", clip(&event.message, 160));
            }
            let object = ObjectRef::new(ObjectKind::PersistentVolumeClaim, &ns.name, &pvc.name);
            let mut draft =
                Draft::new(FindingKind::VolumeUnbound, object, Severity::Critical, summary)
                    .since(event.and_then(|(_, e)| e.first_seen).or(pvc.created_at))
                    .fact("phase", &pvc.phase)
                    .maybe("storage_class", pvc.storage_class.as_ref())
                    .cite(answer.evidence, quote::field("name", &pvc.name))
                    .cite(answer.evidence, quote::field("phase", &pvc.phase));
            if let Some((evidence, event)) = event {
                draft = draft.cite(evidence, quote::field("message", &event.message));
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
    fn pending_for_long_and_lost_are_found() {
        let view = world::view(|ns| {
            ns.pvc("old", "Pending", -600)
                .pvc("young", "Pending", -5)
                .pvc("gone", "Lost", -600)
                .pvc("fine", "Bound", -600)
        });
        let names: Vec<_> = analyze(&view).into_iter().map(|d| d.object.name).collect();
        assert_eq!(names, ["old", "gone"]);
        world::assert_quotes(&view, &analyze(&view));
    }
}
