//! How it answers, and how it refuses.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal in plain text, as Loki writes them.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub text: String,
}

impl Refusal {
    /// 400 with a text.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: text.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (self.status, headers, self.text).into_response()
    }
}

/// `{"status": "success", "data": …}`; like Loki without `data` where there is none.
pub fn success(data: Option<Value>) -> Response {
    let mut body = json!({"status": "success"});
    if let Some(data) = data {
        body["data"] = data;
    }
    Json(body).into_response()
}
