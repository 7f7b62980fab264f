//! Reading request paths and query parameters.

use std::collections::HashMap;

use super::resources::{Resource, find};
use super::selector::{Fields, Labels};
use super::status::ApiError;
use super::store::Key;

/// What a path names.
#[derive(Debug)]
pub struct Target {
    /// The resource.
    pub resource: &'static Resource,
    /// Namespace, when one is named.
    pub namespace: Option<String>,
    /// Name, when one object is named.
    pub name: Option<String>,
    /// Sub-resource, or empty.
    pub subresource: String,
}

impl Target {
    /// Parses `/api/v1/…` and `/apis/{group}/{version}/…`.
    pub fn parse(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
        let (group, version, rest) = match segments.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let decode = |text: &str| text.replace("%3A", ":").replace("%3a", ":");
        let (namespace, rest) = match rest {
            ["namespaces", namespace, plural, tail @ ..]
                if find(group, version, plural).is_some_and(|r| r.namespaced) =>
            {
                (Some(decode(namespace)), [&[*plural], tail].concat())
            }
            other => (None, other.to_vec()),
        };
        let (plural, name, subresource) = match rest.as_slice() {
            [plural] => (*plural, None, ""),
            [plural, name] => (*plural, Some(decode(name)), ""),
            [plural, name, sub] => (*plural, Some(decode(name)), *sub),
            _ => return None,
        };
        let resource = find(group, version, plural)?;
        if name.is_some() && resource.namespaced && namespace.is_none() {
            return None;
        }
        let known = subresource.is_empty()
            || resource.subresources.contains(&subresource)
            || (resource.plural == "pods" && subresource == "eviction");
        known.then(|| Self { resource, namespace, name, subresource: subresource.to_owned() })
    }

    /// The key of the named object.
    pub fn key(&self) -> Result<Key, ApiError> {
        let name = self.name.as_deref().ok_or_else(ApiError::method_not_allowed)?;
        Ok(Key::new(self.resource, self.namespace.as_deref().unwrap_or_default(), name))
    }
}

/// Parsed query parameters.
#[derive(Debug, Default)]
pub struct Query(HashMap<String, String>);

impl Query {
    /// Parses a query string; the last value of a repeated key wins.
    pub fn parse(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&').filter(|p| !p.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (percent_decode(key), percent_decode(value))
                })
                .collect(),
        )
    }

    /// A parameter's text; empty counts as missing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A boolean parameter.
    pub fn flag(&self, key: &str) -> bool {
        matches!(self.get(key), Some("true" | "1" | "True"))
    }

    /// A whole number; nonsense is refused as the server does.
    pub fn number(&self, key: &str) -> Result<Option<u64>, ApiError> {
        self.get(key)
            .map(|text| {
                text.parse().map_err(|_| {
                    ApiError::bad_request(format!(
                        "strconv.ParseInt: parsing {text:?}: invalid syntax"
                    ))
                })
            })
            .transpose()
    }

    /// `dryRun=All`.
    pub fn dry_run(&self) -> Result<bool, ApiError> {
        match self.get("dryRun") {
            None => Ok(false),
            Some("All") => Ok(true),
            Some(other) => Err(ApiError::unprocessable(format!(
                "PatchOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: {other:?}: supported values: \"All\""
            ))),
        }
    }

    /// Label and field selector.
    pub fn selectors(&self) -> Result<(Labels, Fields), ApiError> {
        Ok((
            Labels::parse(self.get("labelSelector").unwrap_or_default())?,
            Fields::parse(self.get("fieldSelector").unwrap_or_default())?,
        ))
    }
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair: Vec<u8> = rest.by_ref().take(2).collect();
                let decoded = std::str::from_utf8(&pair)
                    .ok()
                    .and_then(|hex| u8::from_str_radix(hex, 16).ok());
                bytes.push(decoded.unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let target =
            Target::parse("/apis/apps/v1/namespaces/shop/deployments/checkout/scale").unwrap();
        assert_eq!(
            (target.namespace.as_deref(), target.name.as_deref()),
            (Some("shop"), Some("checkout"))
        );
        assert_eq!(target.subresource, "scale");
        assert_eq!(Target::parse("/api/v1/namespaces/shop").unwrap().resource.plural, "namespaces");
        assert_eq!(Target::parse("/api/v1/namespaces/shop/pods").unwrap().resource.plural, "pods");
        assert_eq!(Target::parse("/api/v1/namespaces/shop/status").unwrap().subresource, "status");
        for nonsense in [
            "/api/v1",
            "/api/v2/pods",
            "/apis/apps/v1/pods",
            "/api/v1/pods/x",
            "/api/v1/namespaces/a/pods/x/exec",
        ] {
            assert!(Target::parse(nonsense).is_none(), "{nonsense}");
        }
    }

    #[test]
    fn queries() {
        let query = Query::parse(Some("labelSelector=app%3Dcheckout%2Ctier&watch=1&limit=x"));
        assert_eq!(query.get("labelSelector"), Some("app=checkout,tier"));
        assert!(query.flag("watch"));
        assert!(query.number("limit").is_err());
    }
}
