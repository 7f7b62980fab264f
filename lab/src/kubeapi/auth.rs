//! Who calls, and what they may do: three users, each with a bearer token.

use axum::http::{HeaderMap, header};

use super::path::Target;
use super::status::ApiError;

/// A user of the range's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// May do everything.
    Admin,
    /// What an autonomous operator should have: read all but Secrets, change workloads, run Jobs again, delete pods.
    Operator,
    /// Reads all but Secrets.
    Viewer,
}

impl User {
    /// The user's name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "range-admin",
            Self::Operator => "system:serviceaccount:range:operator",
            Self::Viewer => "system:serviceaccount:range:viewer",
        }
    }

    /// The user's groups.
    pub fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &["system:masters", "system:authenticated"],
            Self::Operator | Self::Viewer => &["system:serviceaccounts", "system:authenticated"],
        }
    }

    /// Whether the user may do `verb` on the resource.
    pub fn may(self, verb: &str, group: &str, plural: &str, subresource: &str) -> bool {
        if self == Self::Admin || plural.starts_with("self") {
            return true;
        }
        if plural == "secrets" {
            return false;
        }
        if matches!(verb, "get" | "list" | "watch") {
            return true;
        }
        self == Self::Operator
            && match (group, plural) {
                ("apps", "deployments" | "replicasets" | "statefulsets" | "daemonsets") => {
                    matches!(verb, "patch" | "update")
                }
                ("", "pods") => verb == "delete" || (verb == "create" && subresource == "eviction"),
                ("", "nodes" | "configmaps") | ("autoscaling", "horizontalpodautoscalers") => {
                    matches!(verb, "patch" | "update")
                }
                ("batch", "jobs") => verb == "create",
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
    /// Who sent the request.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<User, ApiError> {
        let sent = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        [(&self.admin, User::Admin), (&self.operator, User::Operator), (&self.viewer, User::Viewer)]
            .into_iter()
            .find(|(token, _)| same(token, sent))
            .map(|(_, user)| user)
            .ok_or_else(ApiError::unauthorized)
    }
}

/// Compares in time that depends on the length alone.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && !a.is_empty()
        && a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// Refuses with the API server's sentence when `user` may not do `verb`.
pub fn authorize(user: User, verb: &str, target: &Target) -> Result<(), ApiError> {
    let resource = target.resource;
    if user.may(verb, resource.group, resource.plural, &target.subresource) {
        return Ok(());
    }
    let what = if target.subresource.is_empty() {
        resource.plural.to_owned()
    } else {
        format!("{}/{}", resource.plural, target.subresource)
    };
    let scope = match &target.namespace {
        Some(namespace) => format!("in the namespace \"{namespace}\""),
        None => "at the cluster scope".to_owned(),
    };
    Err(ApiError::forbidden(
        &resource.qualified(),
        target.name.as_deref().unwrap_or_default(),
        &format!(
            "User \"{}\" cannot {verb} resource \"{what}\" in API group \"{}\" {scope}",
            user.name(),
            resource.group
        ),
    ))
}
