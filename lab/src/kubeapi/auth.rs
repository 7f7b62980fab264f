//! Who calls, and what they may do: three users with a bearer token each, and whoever the administrator impersonates.

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use super::path::Target;
use super::rbac;
use super::status::ApiError;
use super::store::Store;

/// The header by which an administrator acts as somebody else.
const IMPERSONATE: &str = "impersonate-user";

/// A user of the range's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// May do everything.
    Admin,
    /// What an autonomous operator should have: read all but Secrets, change workloads, run Jobs again, delete pods.
    Operator,
    /// Reads all but Secrets.
    Viewer,
    /// Somebody the administrator impersonates, with the roles bound to that name.
    Bound(Arc<str>),
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Verb.
    pub verb: &'a str,
    /// API group.
    pub group: &'a str,
    /// Plural.
    pub resource: &'a str,
    /// Sub-resource, or empty.
    pub subresource: &'a str,
    /// Namespace, or empty for all.
    pub namespace: &'a str,
    /// Name, or empty for all.
    pub name: &'a str,
}

impl User {
    /// The user of that name.
    fn named(name: &str) -> Self {
        [Self::Admin, Self::Operator, Self::Viewer]
            .into_iter()
            .find(|user| user.name() == name)
            .unwrap_or_else(|| Self::Bound(name.into()))
    }

    /// The user's name in messages.
    pub fn name(&self) -> &str {
        match self {
            Self::Admin => "range-admin",
            Self::Operator => "system:serviceaccount:range:operator",
            Self::Viewer => "system:serviceaccount:range:viewer",
            Self::Bound(name) => name,
        }
    }

    /// The user's groups.
    pub fn groups(&self) -> Vec<String> {
        let all = "system:authenticated".to_owned();
        if *self == Self::Admin {
            return vec!["system:masters".to_owned(), all];
        }
        match self.name().strip_prefix("system:serviceaccount:").and_then(|n| n.split_once(':')) {
            Some((namespace, _)) => vec![
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{namespace}"),
                all,
            ],
            None => vec![all],
        }
    }

    /// Whether the user may do it.
    pub fn may(&self, store: &Store, asked: &Asked<'_>) -> bool {
        // Everybody may ask what they may do.
        if *self == Self::Admin || (asked.resource.starts_with("self") && asked.verb == "create") {
            return true;
        }
        if let Self::Bound(_) = self {
            return rbac::rules_of(store, self, asked.namespace)
                .iter()
                .any(|rule| rbac::allows(rule, asked));
        }
        if asked.resource == "secrets" {
            return false;
        }
        if matches!(asked.verb, "get" | "list" | "watch") {
            return true;
        }
        *self == Self::Operator
            && match (asked.group, asked.resource) {
                ("apps", "deployments" | "replicasets" | "statefulsets" | "daemonsets") => {
                    matches!(asked.verb, "patch" | "update")
                }
                ("", "pods") => {
                    asked.verb == "delete"
                        || (asked.verb == "create" && asked.subresource == "eviction")
                }
                ("", "nodes" | "configmaps") | ("autoscaling", "horizontalpodautoscalers") => {
                    matches!(asked.verb, "patch" | "update")
                }
                ("batch", "jobs") => asked.verb == "create",
                _ => false,
            }
    }
}

/// The three tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Token of [`User::Admin`].
    pub admin: String,
    /// Token of [`User::Operator`].
    pub operator: String,
    /// Token of [`User::Viewer`].
    pub viewer: String,
}

impl Tokens {
    /// Who sent the request, or whom they act as.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<User, ApiError> {
        let sent = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        let user = [
            (&self.admin, User::Admin),
            (&self.operator, User::Operator),
            (&self.viewer, User::Viewer),
        ]
        .into_iter()
        .find(|(token, _)| same(token, sent))
        .map(|(_, user)| user)
        .ok_or_else(ApiError::unauthorized)?;
        let Some(other) = headers.get(IMPERSONATE) else { return Ok(user) };
        let other = other.to_str().unwrap_or_default();
        if user != User::Admin || other.is_empty() {
            let why = format!(
                "User \"{}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope",
                user.name()
            );
            return Err(ApiError::forbidden("users", other, &why));
        }
        Ok(User::named(other))
    }
}

/// Compares in time that depends on the length alone.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && !a.is_empty()
        && a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// Refuses with the API server's sentence when `user` may not do `verb` to the target.
pub fn authorize(store: &Store, user: &User, verb: &str, target: &Target) -> Result<(), ApiError> {
    check(
        store,
        user,
        &Asked {
            verb,
            group: target.resource.group,
            resource: target.resource.plural,
            subresource: &target.subresource,
            namespace: target.namespace.as_deref().unwrap_or_default(),
            name: target.name.as_deref().unwrap_or_default(),
        },
    )
}

/// Refuses with the API server's sentence when `user` may not do it.
pub fn check(store: &Store, user: &User, asked: &Asked<'_>) -> Result<(), ApiError> {
    if user.may(store, asked) {
        return Ok(());
    }
    let what = if asked.subresource.is_empty() {
        asked.resource.to_owned()
    } else {
        format!("{}/{}", asked.resource, asked.subresource)
    };
    let scope = if asked.namespace.is_empty() {
        "at the cluster scope".to_owned()
    } else {
        format!("in the namespace \"{}\"", asked.namespace)
    };
    let qualified = if asked.group.is_empty() {
        asked.resource.to_owned()
    } else {
        format!("{}.{}", asked.resource, asked.group)
    };
    let why = format!(
        "User \"{}\" cannot {} resource \"{what}\" in API group \"{}\" {scope}",
        user.name(),
        asked.verb,
        asked.group
    );
    Err(ApiError::forbidden(&qualified, asked.name, &why))
}
