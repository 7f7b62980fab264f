//! What a workload says it was built from.

use std::collections::BTreeMap;

use evenkeel_tools::kubernetes::SourceVersion;
use k8s_openapi::api::core::v1::PodTemplateSpec;

/// Annotations and labels that name a commit or a version, the surest first: the
/// [OCI image annotations](https://github.com/opencontainers/image-spec/blob/main/annotations.md) and the
/// [recommended labels](https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).
const KEYS: [&str; 4] = [
    "org.opencontainers.image.revision",
    "org.opencontainers.image.version",
    "app.kubernetes.io/version",
    "tags.datadoghq.com/version",
];
/// Characters of a version: a label's value has 63, a commit 40 or 64.
const MAX: usize = 128;

type Marks = BTreeMap<String, String>;

/// What a pod template says, else the annotations of the object that keeps it: controllers copy those of the workload
/// there.
pub(in crate::kubernetes) fn of(
    template: Option<&PodTemplateSpec>,
    kept: Option<&Marks>,
) -> Option<SourceVersion> {
    let meta = template.and_then(|template| template.metadata.as_ref());
    version(&[
        meta.and_then(|meta| meta.annotations.as_ref()),
        meta.and_then(|meta| meta.labels.as_ref()),
        kept,
    ])
}

/// The first that any of them carries, of those that could be a version.
fn version(marks: &[Option<&Marks>]) -> Option<SourceVersion> {
    KEYS.iter().find_map(|key| {
        let value = marks.iter().flatten().find_map(|marks| marks.get(*key))?;
        let fits = (1..=MAX).contains(&value.len())
            && value.chars().all(|c| c.is_ascii_alphanumeric() || "._+-/".contains(c));
        fits.then(|| SourceVersion { key: (*key).to_owned(), value: value.clone() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_surer_than_a_version_and_nonsense_is_neither() {
        let marks = |pairs: &[(&str, &str)]| -> Marks {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let labels = marks(&[("app.kubernetes.io/version", "1.5.0")]);
        let notes = marks(&[("org.opencontainers.image.revision", "1a2b3c4"), ("other", "x")]);
        let of = |marks: &[Option<&Marks>]| version(marks).map(|found| found.value);
        assert_eq!(of(&[Some(&labels), Some(&notes)]).as_deref(), Some("1a2b3c4"));
        assert_eq!(of(&[None, Some(&labels)]).as_deref(), Some("1.5.0"));
        assert_eq!(of(&[None]), None);
        for bad in ["", "a b", "1;rm", "\u{202e}1", &"a".repeat(129)] {
            let bad = marks(&[("org.opencontainers.image.revision", bad)]);
            assert_eq!(of(&[Some(&bad), Some(&labels)]).as_deref(), Some("1.5.0"));
        }
    }
}
