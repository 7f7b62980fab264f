//! The built front end: names from its manifest, files with their compressed twins.

use std::path::Path;

use anyhow::Context;
use axum::{Router, middleware::map_response, response::Response};
use evenkeel_app::shell::Assets;
use http::{HeaderValue, StatusCode, header};
use tower_http::services::ServeDir;

use super::state::AppState;

/// Reads the manifest that the site builder wrote.
pub fn load(site: &Path) -> anyhow::Result<Assets> {
    let path = site.join("manifest.json");
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!("the front end is not built: {} is missing; run ./start.sh", path.display())
    })?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a manifest", path.display()))
}

/// Files of the site. Those under `/pkg` carry a hash of their content in their name.
pub fn router(site: &Path) -> Router<AppState> {
    let files =
        |folder: &str| ServeDir::new(site.join(folder)).precompressed_br().precompressed_gzip();
    Router::new()
        .nest_service("/pkg", cached("public, max-age=31536000, immutable", files("pkg")))
        .nest_service("/fonts", cached("public, max-age=31536000, immutable", files("fonts")))
        .route_service(
            "/favicon.svg",
            tower_http::services::ServeFile::new(site.join("favicon.svg")),
        )
}

fn cached(value: &'static str, files: ServeDir) -> Router {
    let mark = move |mut response: Response| {
        if response.status().is_success() {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(header::CACHE_CONTROL, value);
        }
        std::future::ready(response)
    };
    Router::new().fallback_service(files).layer(map_response(mark))
}

/// Browsers ask for it whatever the page says.
pub async fn no_icon() -> StatusCode {
    StatusCode::NO_CONTENT
}
