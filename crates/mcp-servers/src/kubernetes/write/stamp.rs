//! The action id on an object.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::ACTION_ID_ANNOTATION;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use crate::failure::bad_arguments;
use crate::kubernetes::view::workload::annotation;

/// The last actions, newest first. A repeat of an action that isn't the very last one must be recognised too.
const RECENT: &str = "evenkeel.dev/recent-action-ids";
/// Ids kept: more actions than one incident's plan has.
const MAX_RECENT: usize = 8;

/// 1 to 63 letters, digits, `-`, `_` or `.`.
pub(in crate::kubernetes) fn check_action_id(id: &str) -> Result<(), ToolFailure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=63).contains(&id.len()) && id.chars().all(plain) {
        Ok(())
    } else {
        Err(bad_arguments("actionId must be 1 to 63 letters, digits, '-', '_' or '.'"))
    }
}

/// Whether that action has been done to the object.
pub(in crate::kubernetes) fn is_stamped(meta: &ObjectMeta, id: &str) -> bool {
    annotation(meta, ACTION_ID_ANNOTATION).is_some_and(|last| last == id)
        || annotation(meta, RECENT).is_some_and(|recent| recent.split(',').any(|old| old == id))
}

/// Stamps an object, given as JSON.
pub(super) fn stamp(object: &mut Value, id: &str) {
    let annotations = &mut object["metadata"]["annotations"];
    let recent = annotations.get(RECENT).and_then(Value::as_str).unwrap_or_default().to_owned();
    let ids: Vec<&str> = std::iter::once(id)
        .chain(recent.split(',').filter(|old| !old.is_empty()))
        .take(MAX_RECENT)
        .collect();
    annotations[RECENT] = json!(ids.join(","));
    annotations[ACTION_ID_ANNOTATION] = json!(id);
}

#[cfg(test)]
mod tests {
    use super::{is_stamped, stamp};
    use serde_json::json;

    #[test]
    fn an_action_is_recognised_after_later_ones() {
        let mut object = json!({"metadata": {"name": "web"}});
        for id in ["a", "b", "c"] {
            stamp(&mut object, id);
        }
        let meta = serde_json::from_value(object["metadata"].clone()).unwrap();
        for id in ["a", "b", "c"] {
            assert!(is_stamped(&meta, id), "{id}");
        }
        assert!(!is_stamped(&meta, "d"));
        assert_eq!(object["metadata"]["annotations"]["evenkeel.dev/action-id"], "c");
    }
}
