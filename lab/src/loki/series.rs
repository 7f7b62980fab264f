//! `series`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::json;

use super::answer::{Refusal, success};
use super::logql::{Filter, selector};
use super::params::Params;
use super::store::Store;

/// Streams that match one of the selectors.
pub async fn series(
    State(store): State<Arc<Store>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let known = ["match[]", "start", "end", "since"];
    let params = Params::read(&method, &uri, &headers, &body, &known)?;
    let filters = params
        .all("match[]")
        .map(|text| selector(text).map(Filter::new).map_err(|e| Refusal::bad(e.to_string())))
        .collect::<Result<Vec<_>, _>>()?;
    if filters.is_empty() {
        return Err(Refusal::bad("0 matcher groups supplied"));
    }
    let mut found = BTreeSet::new();
    store.visit(params.bounds(6)?, |labels, _| {
        if filters.iter().any(|filter| filter.chooses(labels)) {
            found.insert(labels.clone());
        }
    });
    Ok(success(Some(json!(found))))
}
