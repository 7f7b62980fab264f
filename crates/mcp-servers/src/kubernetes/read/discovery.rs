//! Which kinds the API server serves beside Kubernetes' own.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{CustomKind, CustomKinds};
use futures::stream::{StreamExt as _, iter};
use serde::Deserialize;

use crate::failure::{bad_arguments, failure};
use crate::kubernetes::client::{Kube, or_empty};
use crate::kubernetes::names::check;

/// Versions looked at of one group.
const MAX_VERSIONS: usize = 4;
/// Groups of which lists are asked for one by one, where the API server doesn't give all at once.
const MAX_GROUPS: usize = 60;
/// The form that gives all at once (Kubernetes 1.27 and newer), else the older one.
const ACCEPT: &str =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/// Kubernetes' own groups. The core group, whose Secrets nobody reads here, has no name and so no place among the others.
const OWN: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "custom.metrics.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "external.metrics.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "metrics.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// Refuses what isn't a group of custom kinds.
pub(super) fn check_group(group: &str) -> Result<(), ToolFailure> {
    check("API group", group)?;
    // A custom kind's group is a domain name, says the API server.
    if is_own(group) || !group.contains('.') {
        return Err(bad_arguments(format!(
            "{group} is one of Kubernetes' own groups; its kinds are read with tools of their own, Secrets with none"
        )));
    }
    Ok(())
}

fn is_own(group: &str) -> bool {
    OWN.contains(&group)
}

#[derive(Deserialize)]
struct Answer {
    kind: String,
    /// `APIGroupDiscoveryList`.
    #[serde(default, deserialize_with = "or_empty")]
    items: Vec<Group>,
    /// `APIGroupList`.
    #[serde(default, deserialize_with = "or_empty")]
    groups: Vec<OldGroup>,
}

#[derive(Deserialize)]
struct Group {
    metadata: GroupName,
    #[serde(default, deserialize_with = "or_empty")]
    versions: Vec<GroupVersion>,
}

#[derive(Deserialize)]
struct GroupName {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
    #[serde(default)]
    freshness: String,
    #[serde(default, deserialize_with = "or_empty")]
    resources: Vec<Served>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Served {
    resource: String,
    response_kind: Option<Kind>,
    #[serde(default)]
    scope: String,
    #[serde(default, deserialize_with = "or_empty")]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldGroup {
    name: String,
    preferred_version: OldVersion,
    #[serde(default, deserialize_with = "or_empty")]
    versions: Vec<OldVersion>,
}

#[derive(Deserialize)]
struct OldVersion {
    version: String,
}

#[derive(Deserialize)]
struct OldList {
    #[serde(default, deserialize_with = "or_empty")]
    resources: Vec<OldResource>,
}

#[derive(Deserialize)]
struct OldResource {
    name: String,
    kind: String,
    namespaced: bool,
    #[serde(default, deserialize_with = "or_empty")]
    verbs: Vec<String>,
}

/// Custom kinds that can be listed, of one group or all of them, in the version the API server prefers.
pub(super) async fn custom_kinds(
    kube: &Kube,
    group: Option<&str>,
) -> Result<CustomKinds, ToolFailure> {
    let answer: Answer = kube.get_path("/apis", ACCEPT).await?;
    let wanted = |name: &str| !is_own(name) && group.is_none_or(|group| group == name);
    if answer.kind == "APIGroupList" {
        let groups = answer.groups.into_iter().filter(|group| wanted(&group.name)).collect();
        return one_by_one(kube, groups).await;
    }
    let mut found = CustomKinds { kinds: Vec::new(), truncated: false, unread: Vec::new() };
    for group in answer.items.into_iter().filter(|group| wanted(&group.metadata.name)) {
        let name = group.metadata.name;
        // The preferred version comes first; what it lacks may be served by another one.
        let mut stale = false;
        for version in group.versions {
            if version.freshness == "Stale" {
                stale = true;
                continue;
            }
            for served in version.resources {
                let kind = CustomKind {
                    group: name.clone(),
                    kind: served.response_kind.map(|kind| kind.kind).unwrap_or_default(),
                    version: version.version.clone(),
                    resource: served.resource,
                    namespaced: served.scope == "Namespaced",
                };
                add(&mut found.kinds, kind, &served.verbs);
            }
        }
        if stale {
            found.unread.push(name);
        }
    }
    Ok(found)
}

/// Adds a kind that can be listed, unless a version that is preferred to this one serves it.
fn add(kinds: &mut Vec<CustomKind>, kind: CustomKind, verbs: &[String]) {
    let same = |known: &CustomKind| known.group == kind.group && known.resource == kind.resource;
    if verbs.iter().any(|verb| verb == "list") && !kinds.iter().any(same) {
        kinds.push(kind);
    }
}

async fn one_by_one(kube: &Kube, groups: Vec<OldGroup>) -> Result<CustomKinds, ToolFailure> {
    let truncated = groups.len() > MAX_GROUPS;
    let of_group = |group: OldGroup| {
        let OldGroup { name, preferred_version, versions } = group;
        let mut all = vec![preferred_version.version];
        for version in versions {
            if !all.contains(&version.version) {
                all.push(version.version);
            }
        }
        all.into_iter().take(MAX_VERSIONS).map(move |version| (name.clone(), version))
    };
    let all = groups.into_iter().take(MAX_GROUPS).flat_map(of_group);
    let lists = iter(all).map(|(name, version)| async move {
        // Both came from outside and become part of an address.
        let checked = check("API group", &name).and_then(|()| check("version", &version));
        let path = format!("/apis/{name}/{version}");
        let list = match checked {
            Ok(()) => kube.get_path::<OldList>(&path, "application/json").await,
            Err(failure) => Err(failure),
        };
        (name, version, list)
    });
    let lists: Vec<_> = lists.buffered(4).collect().await;
    let mut found = CustomKinds { kinds: Vec::new(), truncated, unread: Vec::new() };
    for (group, version, list) in lists {
        let Ok(list) = list else {
            if !found.unread.contains(&group) {
                found.unread.push(group);
            }
            continue;
        };
        for resource in list.resources.into_iter().filter(|it| !it.name.contains('/')) {
            let kind = CustomKind {
                group: group.clone(),
                kind: resource.kind,
                version: version.clone(),
                resource: resource.name,
                namespaced: resource.namespaced,
            };
            add(&mut found.kinds, kind, &resource.verbs);
        }
    }
    Ok(found)
}

/// The kind of that group and plural.
pub(super) async fn custom_kind(
    kube: &Kube,
    group: &str,
    version: Option<&str>,
    resource: &str,
) -> Result<CustomKind, ToolFailure> {
    check_group(group)?;
    check("resource", resource)?;
    let found = custom_kinds(kube, Some(group)).await?;
    let Some(mut kind) = found.kinds.into_iter().find(|kind| kind.resource == resource) else {
        if found.unread.iter().any(|unread| unread == group) {
            return Err(failure(
                codes::KUBERNETES_FAILED,
                format!(
                    "whatever serves {group} does not answer, so it is not known whether it serves {resource}"
                ),
                "Look at the APIService of that group and at what runs behind it.",
            ));
        }
        return Err(failure(
            codes::KUBERNETES_NOT_SERVED,
            format!("the API server serves no {resource} of {group}"),
            "Look at list_custom_kinds; the add-on that brings this kind may not be installed.",
        ));
    };
    if let Some(version) = version {
        check("version", version)?;
        version.clone_into(&mut kind.version);
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::check_group;

    #[test]
    fn kubernetes_own_groups_are_refused() {
        for own in
            ["", "apps", "batch", "rbac.authorization.k8s.io", "v1", "secrets", "a/b.c", "A.b"]
        {
            assert!(check_group(own).is_err(), "{own}");
        }
        for custom in ["argoproj.io", "cert-manager.io", "gateway.networking.k8s.io"] {
            assert!(check_group(custom).is_ok(), "{custom}");
        }
    }
}
