//! `push`, in JSON.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::answer::Refusal;
use super::store::{Labels, Store};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stream {
    stream: Labels,
    values: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Plain(String, String),
    WithMetadata(String, String, Labels),
}

/// Takes lines.
pub async fn push(
    State(store): State<Arc<Store>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Refusal::bad("this double takes application/json only"));
    }
    let body: Body =
        serde_json::from_slice(&body).map_err(|error| Refusal::bad(error.to_string()))?;
    for Stream { stream, values } in body.streams {
        if stream.is_empty() {
            return Err(Refusal::bad("error at least one label pair is required per stream"));
        }
        for line in values {
            let (at, line, metadata) = match line {
                Line::Plain(at, line) => (at, line, Labels::new()),
                Line::WithMetadata(at, line, metadata) => (at, line, metadata),
            };
            let at = at.parse().map_err(|_| {
                Refusal::bad(format!("the time {at:?} isn't a text of nanoseconds"))
            })?;
            store.push(&stream, at, line, metadata);
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
