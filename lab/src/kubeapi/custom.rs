//! Custom resources: what a `CustomResourceDefinition` in the store defines is served like any other resource.
//!
//! The storage version is served, without its schema: objects are neither validated nor pruned nor converted.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::resources::{RESOURCES, Resource};
use super::status::FieldError;
use super::store::{Key, Store};
use crate::value::{at, list, name, text};

/// Plural of the definitions.
pub const DEFINITIONS: &str = "customresourcedefinitions";

/// Every resource that was ever defined in this process. A definition is a few words and lives as long as the process,
/// so that resources are `'static` whether they are built in or not; what is served is for the store to say.
static KNOWN: Mutex<Vec<&'static Resource>> = Mutex::new(Vec::new());

fn known() -> Vec<&'static Resource> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The version that objects are stored in.
fn storage_version(definition: &Value) -> Option<&Value> {
    list(definition, &["spec", "versions"])
        .iter()
        .find(|version| at(version, &["storage"]).as_bool() == Some(true))
}

/// Remembers what a definition defines.
pub fn define(definition: &Value) {
    let Some(version) = storage_version(definition) else { return };
    let names = at(definition, &["spec", "names"]);
    let group = text(definition, &["spec", "group"]);
    let same = |known: &&&Resource| {
        known.group == group
            && known.version == text(version, &["name"])
            && known.plural == text(names, &["plural"])
    };
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if all.iter().any(|known| same(&known)) {
        return;
    }
    let keep = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let status = at(version, &["subresources", "status"]).is_object();
    all.push(Box::leak(Box::new(Resource {
        group: keep(group),
        version: keep(text(version, &["name"])),
        plural: keep(text(names, &["plural"])),
        singular: keep(text(names, &["singular"])),
        kind: keep(text(names, &["kind"])),
        namespaced: text(definition, &["spec", "scope"]) == "Namespaced",
        short: &[],
        subresources: if status { &["status"] } else { &[] },
        custom: true,
    })));
}

/// The defined resource at a group, version and plural.
pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Resource> {
    known().into_iter().find(|r| r.group == group && r.version == version && r.plural == plural)
}

/// The defined resource by plural.
pub fn by_plural(plural: &str) -> Option<&'static Resource> {
    known().into_iter().find(|resource| resource.plural == plural)
}

/// Whether the store holds what defines a resource.
pub fn is_served(store: &Store, resource: &Resource) -> bool {
    !resource.custom
        || store
            .get(&Key {
                plural: DEFINITIONS,
                namespace: String::new(),
                name: format!("{}.{}", resource.plural, resource.group),
            })
            .is_some_and(|definition| {
                storage_version(&definition)
                    .is_some_and(|version| text(version, &["name"]) == resource.version)
            })
}

/// Every resource that is served.
pub fn served(store: &Store) -> Vec<&'static Resource> {
    RESOURCES.iter().chain(known()).filter(|resource| is_served(store, resource)).collect()
}

/// Defined resources whose definition is gone.
pub fn abandoned(store: &Store) -> Vec<&'static Resource> {
    known().into_iter().filter(|resource| !is_served(store, resource)).collect()
}

/// What is wrong with a definition.
pub fn faults(definition: &Value) -> Vec<FieldError> {
    let (group, plural) =
        (text(definition, &["spec", "group"]), text(definition, &["spec", "names", "plural"]));
    let mut found = Vec::new();
    if name(definition) != format!("{plural}.{group}") {
        found.push(FieldError::invalid(
            "metadata.name",
            at(definition, &["metadata", "name"]),
            "must be spec.names.plural+\".\"+spec.group",
        ));
    }
    if !group.contains('.') {
        let value = at(definition, &["spec", "group"]);
        found.push(FieldError::invalid(
            "spec.group",
            value,
            "should be a domain with at least one dot",
        ));
    }
    let taken = RESOURCES.iter().any(|resource| resource.plural == plural)
        || known().iter().any(|known| known.plural == plural && known.group != group);
    if taken {
        let value = at(definition, &["spec", "names", "plural"]);
        found.push(FieldError::invalid(
            "spec.names.plural",
            value,
            "is taken by another resource of the range, which knows resources by their plural",
        ));
    }
    if storage_version(definition).is_none() {
        let value = at(definition, &["spec", "versions"]);
        found.push(FieldError::invalid(
            "spec.versions",
            value,
            "must have exactly one version marked as storage version",
        ));
    }
    found
}
