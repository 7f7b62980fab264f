//! The audit log: one JSON line for each write that was accepted, dry runs included, as a real API
//! server writes at level `Request` (`audit.k8s.io/v1`). Whoever wants to know what was done to
//! the range, and how often, asks this file and not those who did it. Beside it, in memory, what permissions
//! all requests needed: whoever writes a Role compares it with that.

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

/// Where accepted writes are noted.
pub struct Audit {
    file: Mutex<File>,
    asked: Mutex<BTreeSet<Permission>>,
}

/// What a request needs to be permitted, in the words of a Role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// API group, empty for core.
    pub group: String,
    /// Resource, with its sub-resource: `pods`, `pods/log`.
    pub resource: String,
    /// Verb.
    pub verb: String,
}

impl Audit {
    /// Goes on in `path`.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new(file), asked: Mutex::default() })
    }

    /// Notes what a request asked for, reads too, whether it was permitted or not. Kept in memory.
    pub fn ask(&self, verb: &str, target: &Target) {
        let resource = target.resource;
        let name = match target.subresource.as_str() {
            "" => resource.plural.to_owned(),
            sub => format!("{}/{sub}", resource.plural),
        };
        let asked =
            Permission { group: resource.group.to_owned(), resource: name, verb: verb.to_owned() };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(asked);
    }

    /// What was asked for since this was called last.
    pub fn take_asked(&self) -> BTreeSet<Permission> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes a write that was accepted. Called before its answer is sent.
    pub fn note(&self, call: &Call, status: StatusCode) {
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

fn event(call: &Call, target: &Target, status: StatusCode) -> Value {
    let resource = target.resource;
    let verb = match call.method {
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        _ if target.name.is_some() => "delete",
        _ => "deletecollection",
    };
    let sent = call.document().unwrap_or(Value::Null);
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request",
        "stage": "ResponseComplete", "auditID": random_uid(), "stageTimestamp": now(),
        "requestURI": call.uri, "verb": verb,
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
