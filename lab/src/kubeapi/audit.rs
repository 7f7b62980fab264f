//! The audit log: one JSON line for each write that was accepted, dry runs included, as a real API
//! server writes at level `Request` (`audit.k8s.io/v1`). Whoever wants to know what was done to
//! the range, and how often, asks this file and not those who did it.
//!
//! Beside the log stands which kinds of requests there were at all, reads and refused ones included: what somebody needs
//! to be allowed can be told from it.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::handle::Call;
use super::path::Target;
use crate::value::{at, now, random_uid};

/// Kinds of requests remembered: far more than users times verbs times resources.
const MAX_ACCESSES: usize = 10_000;

/// A kind of request: who wanted to do what to which resource, in whatever namespace and under whatever name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// The user.
    pub user: String,
    /// The verb, in lower case.
    pub verb: &'static str,
    /// API group; empty for the core group and for paths.
    pub group: String,
    /// Plural with sub-resource (`pods/log`), or a path (`/apis`) that names no resource.
    pub resource: String,
}

/// Where accepted writes are noted, and what was asked for.
pub struct Audit {
    file: Mutex<File>,
    accesses: Mutex<BTreeSet<Access>>,
}

impl Audit {
    /// Goes on in `path`.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new(file), accesses: Mutex::default() })
    }

    /// The kinds of requests so far.
    pub fn accesses(&self) -> BTreeSet<Access> {
        self.accesses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The kinds of requests since this was called last.
    pub fn take_accesses(&self) -> BTreeSet<Access> {
        std::mem::take(&mut *self.accesses.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes a request, and whether it was a write that was accepted. Called before its answer is sent.
    pub fn note(&self, call: &Call, status: StatusCode) {
        let mut accesses = self.accesses.lock().unwrap_or_else(PoisonError::into_inner);
        if accesses.len() < MAX_ACCESSES {
            accesses.insert(access(call));
        }
        drop(accesses);
        if matches!(call.method, Method::GET | Method::HEAD) || !status.is_success() {
            return;
        }
        let Some(target) = Target::parse(&call.path) else { return };
        let line = format!("{}\n", event(call, &target, status));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::error!(%error, "the range's audit log could not be written");
        }
    }
}

/// Read from the path alone, so that what isn't stored (reviews, usage) and what isn't there are noted too.
fn access(call: &Call) -> Access {
    let segments: Vec<&str> = call.path.split('/').filter(|part| !part.is_empty()).collect();
    let (group, rest) = match segments.as_slice() {
        ["api", _, rest @ ..] if !rest.is_empty() => ("", rest),
        ["apis", group, _, rest @ ..] if !rest.is_empty() => (*group, rest),
        _ => ("", &[][..]),
    };
    let inner = match rest {
        // `namespaces/shop/status` is a namespace's own; everything else under a namespace lives in it.
        ["namespaces", _, part, ..] if !matches!(*part, "status" | "finalize") => &rest[2..],
        whole => whole,
    };
    let (plural, name, subresource) = match inner {
        [] => ("", false, ""),
        [plural] => (*plural, false, ""),
        [plural, _] => (*plural, true, ""),
        [plural, _, sub, ..] => (*plural, true, *sub),
    };
    let verb = match call.method {
        Method::GET | Method::HEAD if plural.is_empty() || name => "get",
        Method::GET | Method::HEAD if call.query.flag("watch") => "watch",
        Method::GET | Method::HEAD => "list",
        _ => verb(&call.method, name),
    };
    let resource = match (plural, subresource) {
        ("", _) => call.path.clone(),
        (plural, "") => plural.to_owned(),
        (plural, sub) => format!("{plural}/{sub}"),
    };
    Access { user: call.user.name().to_owned(), verb, group: group.to_owned(), resource }
}

/// The verb of a write.
fn verb(method: &Method, named: bool) -> &'static str {
    match *method {
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        _ if named => "delete",
        _ => "deletecollection",
    }
}

fn event(call: &Call, target: &Target, status: StatusCode) -> Value {
    let resource = target.resource;
    let sent = call.document().unwrap_or(Value::Null);
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request",
        "stage": "ResponseComplete", "auditID": random_uid(), "stageTimestamp": now(),
        "requestURI": call.uri, "verb": verb(&call.method, target.name.is_some()),
        "user": {"username": call.user.name(), "groups": call.user.groups()},
        "objectRef": {
            "resource": resource.plural, "apiGroup": resource.group,
            "namespace": target.namespace, "name": target.name, "subresource": target.subresource,
        },
        "dryRun": call.query.get("dryRun").is_some() || !at(&sent, &["dryRun"]).is_null(),
        "responseStatus": {"code": status.as_u16()},
        "requestObject": sent,
    })
}
