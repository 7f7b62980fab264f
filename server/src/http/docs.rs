//! The API's own description: as OpenAPI document, and as a page for people.

use std::{fmt::Write, sync::Arc};

use axum::{Json, Router, response::Html, routing::get};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::state::AppState;

/// `/api-docs/openapi.json` and `/docs`.
pub fn router(openapi: OpenApi) -> Router<AppState> {
    let document = Arc::new(serde_json::to_value(openapi).unwrap_or_default());
    let page = Arc::new(page(&document));
    Router::new()
        .route("/api-docs/openapi.json", get(async move || Json((*document).clone())))
        .route("/docs", get(async move || Html((*page).clone())))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Every path with its method, sentence and parameters; readable without a script.
fn page(document: &Value) -> String {
    let mut body = String::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let text = |key: &str| escape(operation[key].as_str().unwrap_or_default());
            let parameters: Vec<_> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|p| p["name"].as_str())
                .map(|name| format!("<code>{}</code>", escape(name)))
                .collect();
            // Writing to a String cannot fail.
            let _written = write!(
                body,
                "<section><h2><code>{} {}</code></h2><p>{}</p><p>{}</p>{}</section>",
                escape(&method.to_uppercase()),
                escape(path),
                text("summary"),
                text("description"),
                if parameters.is_empty() {
                    String::new()
                } else {
                    format!("<p>Parameters: {}</p>", parameters.join(", "))
                },
            );
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Evenkeel API</title></head><body><main><h1>Evenkeel API</h1>\
         <p>The whole description with every schema: \
         <a href=\"/api-docs/openapi.json\">openapi.json</a>. Send an API token as \
         <code>Authorization: Bearer evk_api_…</code>.</p>{body}</main></body></html>"
    )
}
