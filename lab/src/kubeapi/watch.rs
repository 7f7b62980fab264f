//! `watch`: a stream of changes as JSON lines.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, header};
use futures::stream;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::handle::Call;
use super::path::Target;
use super::resources::Resource;
use super::selector::{Fields, Labels};
use super::status::ApiError;
use super::store::Change;
use super::{Api, table};
use crate::value::at;

/// How long a watch lasts when the client does not say.
const DEFAULT_TIMEOUT: u64 = 1_800;
/// Between bookmarks.
const BOOKMARK_EVERY: Duration = Duration::from_secs(30);

struct Watch {
    api: Arc<Api>,
    resource: &'static Resource,
    namespace: Option<String>,
    name: Option<String>,
    labels: Labels,
    fields: Fields,
    as_table: bool,
    bookmarks: bool,
    seen: u64,
    changed: watch::Receiver<u64>,
    pending: VecDeque<Value>,
    ends: Instant,
    ended: bool,
}

/// Answers a watch.
pub fn answer(api: &Arc<Api>, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let (labels, fields) = call.query.selectors()?;
    let seconds = call.query.number("timeoutSeconds")?.unwrap_or(DEFAULT_TIMEOUT).clamp(1, 86_400);
    let changed = api.store.subscribe();
    let mut watch = Watch {
        api: Arc::clone(api),
        resource: target.resource,
        namespace: target.namespace.clone(),
        name: target.name.clone(),
        labels,
        fields,
        as_table: call.wants_table(),
        bookmarks: call.query.flag("allowWatchBookmarks"),
        seen: 0,
        changed,
        pending: VecDeque::new(),
        ends: Instant::now() + Duration::from_secs(seconds),
        ended: false,
    };
    let initial = call.query.flag("sendInitialEvents");
    match call.query.get("resourceVersion") {
        Some(version) if version != "0" && !initial => {
            watch.seen = version.parse().map_err(|_| {
                ApiError::bad_request(format!(
                    "invalid resource version {version:?}: strconv.ParseUint: invalid syntax"
                ))
            })?;
        }
        _ => watch.begin_with_all(initial),
    }
    let body = Body::from_stream(stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(format!("{event}\n")), watch))
    }));
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    Ok(response)
}

impl Watch {
    fn begin_with_all(&mut self, initial_events: bool) {
        let (objects, version) =
            self.api.store.list(self.resource.plural, self.namespace.as_deref());
        let events: Vec<Value> = objects
            .iter()
            .filter(|o| self.fits(o))
            .map(|object| self.event("ADDED", object))
            .collect();
        self.pending.extend(events);
        self.seen = version;
        if initial_events {
            let mut mark = self.bookmark();
            mark["object"]["metadata"]["annotations"] =
                json!({"k8s.io/initial-events-end": "true"});
            self.pending.push_back(mark);
        }
    }

    fn fits(&self, object: &Value) -> bool {
        self.name.as_deref().is_none_or(|name| crate::value::name(object) == name)
            && self.labels.matches(at(object, &["metadata", "labels"]))
            && self.fields.matches(object)
    }

    fn event(&self, kind: &str, object: &Arc<Value>) -> Value {
        if self.as_table {
            let shown =
                table::of(self.resource, std::slice::from_ref(object), self.seen, &Value::Null);
            json!({"type": kind, "object": shown})
        } else {
            json!({"type": kind, "object": **object})
        }
    }

    fn bookmark(&self) -> Value {
        json!({"type": "BOOKMARK", "object": {
            "kind": self.resource.kind, "apiVersion": self.resource.api_version(),
            "metadata": {"resourceVersion": self.seen.to_string(), "creationTimestamp": null},
        }})
    }

    /// What a change means to this watch, if anything.
    fn translate(&self, change: &Change) -> Option<Value> {
        let here = change.key.plural == self.resource.plural
            && self.namespace.as_deref().is_none_or(|ns| ns == change.key.namespace);
        if !here {
            return None;
        }
        let before = change.before.as_ref().is_some_and(|object| self.fits(object));
        let after = !change.deleted && self.fits(&change.object);
        match (before, after) {
            (false, false) => None,
            (false, true) => Some(self.event("ADDED", &change.object)),
            (true, true) => Some(self.event("MODIFIED", &change.object)),
            (true, false) => Some(self.event("DELETED", &change.object)),
        }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            if self.ended || Instant::now() >= self.ends {
                return None;
            }
            self.changed.mark_unchanged();
            let Some(changes) = self.api.store.changes_since(self.seen) else {
                self.ended = true;
                return Some(json!({"type": "ERROR", "object": ApiError::expired().to_status()}));
            };
            for change in &changes {
                self.seen = self.seen.max(change.version);
                if let Some(event) = self.translate(change) {
                    self.pending.push_back(event);
                }
            }
            if !self.pending.is_empty() {
                continue;
            }
            tokio::select! {
                result = self.changed.changed() => result.ok()?,
                () = tokio::time::sleep_until(self.ends) => return None,
                () = tokio::time::sleep(BOOKMARK_EVERY), if self.bookmarks => {
                    let mark = self.bookmark();
                    self.pending.push_back(mark);
                }
            }
        }
    }
}
