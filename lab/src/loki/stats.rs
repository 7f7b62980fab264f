//! `index/stats`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::answer::Refusal;
use super::logql::{Filter, selector};
use super::params::Params;
use super::store::Store;

/// How much there is to read. A stream counts as one chunk. The answer has no envelope.
pub async fn stats(
    State(store): State<Arc<Store>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let params = Params::read(&method, &uri, &headers, &body, &["query", "start", "end"])?;
    let filter = Filter::new(
        selector(params.required("query")?).map_err(|error| Refusal::bad(error.to_string()))?,
    );
    let (mut streams, mut entries, mut bytes) = (0_u64, 0_u64, 0_usize);
    store.visit(params.bounds(1)?, |labels, lines| {
        if filter.chooses(labels) {
            streams += 1;
            for entry in lines {
                entries += 1;
                bytes += entry.line.len();
            }
        }
    });
    Ok(Json(json!({"streams": streams, "chunks": streams, "entries": entries, "bytes": bytes})))
}
