//! `labels` and `label/<name>/values`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::json;

use super::answer::{Refusal, success};
use super::logql::{Filter, selector};
use super::params::Params;
use super::store::{Labels, Store};

const KNOWN: &[&str] = &["start", "end", "since", "query"];

/// Names of labels.
pub async fn names(
    State(store): State<Arc<Store>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let params = Params::read(&method, &uri, &headers, &body, KNOWN)?;
    collect(&store, &params, |labels| labels.keys().cloned().collect())
}

/// Values of a label.
pub async fn values(
    State(store): State<Arc<Store>>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let params = Params::read(&method, &uri, &headers, &body, KNOWN)?;
    collect(&store, &params, |labels| labels.get(&name).cloned().into_iter().collect())
}

fn collect(
    store: &Store,
    params: &Params,
    of: impl Fn(&Labels) -> Vec<String>,
) -> Result<Response, Refusal> {
    let filter = params.get("query").map(|text| selector(text).map(Filter::new)).transpose();
    let filter = filter.map_err(|error| Refusal::bad(error.to_string()))?;
    let mut found = BTreeSet::new();
    store.visit(params.bounds(6)?, |labels, _| {
        if filter.as_ref().is_none_or(|filter| filter.chooses(labels)) {
            found.extend(of(labels));
        }
    });
    Ok(success((!found.is_empty()).then(|| json!(found))))
}
