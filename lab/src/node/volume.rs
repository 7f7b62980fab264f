//! Volumes: nothing is mounted, but a missing source keeps the pod from starting as it really would.

use serde_json::Value;

use crate::kubeapi::store::{Key, Store};
use crate::value::{at, list, namespace, text};

/// Why the pod's volumes cannot be set up, as the kubelet words it.
pub fn missing(store: &Store, pod: &Value) -> Option<String> {
    list(pod, &["spec", "volumes"]).iter().find_map(|volume| {
        let sources = [
            ("configMap", "name", "configmaps"),
            ("secret", "secretName", "secrets"),
            ("persistentVolumeClaim", "claimName", "persistentvolumeclaims"),
        ];
        sources.iter().find_map(|(field, name_field, plural)| {
            let source = at(volume, &[field]);
            let own = text(source, &[name_field]);
            let absent = source.is_object()
                && at(source, &["optional"]).as_bool() != Some(true)
                && store
                    .get(&Key {
                        plural,
                        namespace: namespace(pod).to_owned(),
                        name: own.to_owned(),
                    })
                    .is_none();
            absent.then(|| {
                format!(
                    "MountVolume.SetUp failed for volume \"{}\" : {} \"{own}\" not found",
                    text(volume, &["name"]),
                    plural.trim_end_matches('s')
                )
            })
        })
    })
}
