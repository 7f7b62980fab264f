//! The audit log: one JSON line for each write that was accepted, dry runs included, as a real API
//! server writes at level `Request` (`audit.k8s.io/v1`). Whoever wants to know what was done to
//! the range, and how often, asks this file and not those who did it.

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
}

impl Audit {
    /// Goes on in `path`.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new(file) })
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
