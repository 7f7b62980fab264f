//! Revisions that are kept as `ControllerRevision`s.

use evenkeel_tools::kubernetes::{SourceVersion, WorkloadRevision};
use k8s_openapi::api::apps::v1::ControllerRevision;
use serde_json::Value;

use super::template::{strip_hash, yaml};
use super::workload::{CHANGE_CAUSE, MAX_DIFF, MAX_REVISIONS, annotation, is_controlled_by};
use super::{source, time};
use crate::kubernetes::redact::redact_pair;
use crate::text::{clip, safe, unified_diff};

/// The history of the workload with that uid, newest first, and whether older revisions were left out.
pub(in crate::kubernetes) fn revisions(
    all: Vec<ControllerRevision>,
    owner: Option<&str>,
    current: Option<&str>,
) -> (Vec<WorkloadRevision>, bool) {
    let mut own: Vec<(i64, ControllerRevision)> = all
        .into_iter()
        .filter(|revision| is_controlled_by(&revision.metadata, owner))
        .filter_map(|revision| revision.revision.map(|number| (number, revision)))
        .collect();
    own.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let truncated = own.len() > MAX_REVISIONS;
    let shown = own
        .iter()
        .take(MAX_REVISIONS)
        .enumerate()
        .map(|(index, (number, revision))| {
            let name = revision.metadata.name.clone().unwrap_or_default();
            let older = own.get(index + 1).map(|(_, older)| older);
            WorkloadRevision {
                revision: *number,
                current: current.map_or(index == 0, |current| current == name),
                name,
                created_at: time(revision.metadata.creation_timestamp.as_ref()),
                images: images(revision),
                source: source_of(revision),
                change_cause: annotation(&revision.metadata, CHANGE_CAUSE)
                    .map(|cause| safe(&cause, 500).0),
                diff_from_previous: older.map(|older| diff(older, revision)),
            }
        })
        .collect();
    (shown, truncated)
}

/// The diff of two revisions' templates, secrets redacted.
pub(in crate::kubernetes) fn diff(
    before: &ControllerRevision,
    after: &ControllerRevision,
) -> String {
    let (mut before, mut after) = (template(before), template(after));
    redact_pair(&mut before, &mut after);
    unified_diff(&yaml(&before), &yaml(&after), MAX_DIFF).0
}

/// Images of the containers.
pub(in crate::kubernetes) fn images(revision: &ControllerRevision) -> Vec<String> {
    let containers = revision.data.0.pointer("/spec/template/spec/containers");
    let containers = containers.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    containers
        .iter()
        .filter_map(|container| container.get("image").and_then(Value::as_str))
        .map(|image| clip(image, 300).0)
        .collect()
}

fn source_of(revision: &ControllerRevision) -> Option<SourceVersion> {
    let template = serde_json::from_value(template(revision)).ok();
    source::of(template.as_ref(), revision.metadata.annotations.as_ref())
}

/// The pod template in the patch that a revision is.
fn template(revision: &ControllerRevision) -> Value {
    let mut template = revision.data.0.pointer("/spec/template").cloned().unwrap_or(Value::Null);
    if let Some(fields) = template.as_object_mut() {
        fields.remove("$patch");
    }
    strip_hash(&mut template);
    template
}

#[cfg(test)]
mod tests {
    use super::revisions;
    use k8s_openapi::api::apps::v1::ControllerRevision;
    use serde_json::json;

    fn revision(number: i64, owner: &str, image: &str, password: &str) -> ControllerRevision {
        serde_json::from_value(json!({
            "metadata": {"name": format!("db-{number}"), "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": owner, "controller": true}]},
            "revision": number,
            "data": {"spec": {"template": {"$patch": "replace", "spec": {"containers": [
                {"name": "db", "image": image, "env": [{"name": "PASSWORD", "value": password}]}]}}}}
        }))
        .unwrap()
    }

    #[test]
    fn the_history_is_its_own_newest_first_and_shows_no_secret() {
        let all = vec![
            revision(1, "mine", "db:1", "hunter2"),
            revision(3, "mine", "db:2", "hunter3"),
            revision(2, "other", "db:9", "x"),
        ];
        let (found, truncated) = revisions(all, Some("mine"), Some("db-1"));
        let told: Vec<_> = found.iter().map(|r| (r.revision, r.current)).collect();
        assert_eq!((told, truncated), (vec![(3, false), (1, true)], false));
        let diff = found[0].diff_from_previous.as_deref().unwrap();
        assert!(diff.contains("+  - image: db:2") || diff.contains("image: db:2"), "{diff}");
        assert!(diff.contains("[redacted, changed]") && !diff.contains("hunter"), "{diff}");
        assert!(found[1].diff_from_previous.is_none());
    }
}
