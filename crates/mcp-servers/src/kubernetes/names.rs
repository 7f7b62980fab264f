//! Checking names before they become part of an address.

use evenkeel_tools::ToolFailure;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope};
use kube::Resource;
use kube::api::ListParams;

use crate::failure::{NOT_NEXT, bad_arguments};

/// A DNS subdomain, as object names are: it can't hold a slash or a question mark.
pub(super) fn check(what: &str, name: &str) -> Result<(), ToolFailure> {
    let fits = !name.is_empty()
        && name.len() <= 253
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'))
        && name
            .split('.')
            .all(|part| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-'));
    if fits { Ok(()) } else { Err(bad_arguments(format!("{name:?} isn't a {what}"))) }
}

/// The collection of a namespaced kind.
pub(super) fn collection<K>(namespace: &str) -> Result<String, ToolFailure>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    check("namespace", namespace)?;
    Ok(K::url_path(&(), Some(namespace)))
}

/// The namespace of a [`collection`]; `None` where the address has none.
pub(super) fn namespace_of(collection: &str) -> Option<&str> {
    collection.split_once("/namespaces/")?.1.split_once('/').map(|(namespace, _)| namespace)
}

/// All objects of a namespaced kind, whatever their namespace.
pub(super) fn everywhere<K>() -> String
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    K::url_path(&(), None)
}

/// The collection of a kind that lives outside namespaces.
pub(super) fn cluster_collection<K>() -> String
where
    K: Resource<DynamicType = (), Scope = ClusterResourceScope>,
{
    K::url_path(&(), None)
}

/// Parameters of a list: selector and limit, checked.
pub(super) fn list_params(
    selector: Option<&str>,
    limit: Option<u32>,
) -> Result<ListParams, ToolFailure> {
    let limit = limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(bad_arguments("limit must be between 1 and 500"));
    }
    let params = ListParams::default().limit(limit);
    Ok(match selector {
        Some(selector) if selector.len() > 1024 => {
            return Err(bad_arguments("the label selector is too long"));
        }
        Some(selector) => params.labels(selector),
        None => params,
    })
}

/// Bytes of what a page before gave as `next`; etcd's keys, of which it is made, are far shorter.
const MAX_TOKEN: usize = 8 * 1024;

/// [`list_params`] of the page after another one.
pub(super) fn page_params(
    selector: Option<&str>,
    limit: Option<u32>,
    after: Option<&str>,
) -> Result<ListParams, ToolFailure> {
    with_page(list_params(selector, limit)?, after)
}

/// These parameters for the page after another one.
pub(super) fn with_page(
    params: ListParams,
    after: Option<&str>,
) -> Result<ListParams, ToolFailure> {
    let Some(token) = after else { return Ok(params) };
    if token.is_empty() || token.len() > MAX_TOKEN || token.chars().any(char::is_control) {
        return Err(bad_arguments(NOT_NEXT));
    }
    Ok(params.continue_token(token))
}

/// Parameters of a list that may be of one name only.
pub(super) fn named_params(
    what: &str,
    name: Option<&str>,
    limit: Option<u32>,
    after: Option<&str>,
) -> Result<ListParams, ToolFailure> {
    let params = page_params(None, limit, after)?;
    let Some(name) = name else { return Ok(params) };
    check(what, name)?;
    Ok(params.fields(&format!("metadata.name={name}")))
}

/// Whether an object is the one asked for: not every server knows the field selector.
pub(super) fn is_asked(meta: &ObjectMeta, name: Option<&str>) -> bool {
    name.is_none() || meta.name.as_deref() == name
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_cannot_leave_their_place_in_the_address() {
        for good in ["shop", "shop-7d9f8b6c5-x2x4z", "a.b.c", "0"] {
            assert!(check("name", good).is_ok(), "{good}");
        }
        for bad in ["", "..", "a/b", "a?b", "A", "-a", "a-", "a..b", "a%2fb", "ä", &"a".repeat(254)]
        {
            assert!(check("name", bad).is_err(), "{bad}");
        }
    }
}
