//! HTTP: webhook, API, streams, MCP, pages, and the layers around all of them.

pub mod api;
pub mod assets;
pub mod caller;
pub mod docs;
pub mod events;
pub mod guard;
pub mod health;
pub mod mcp;
pub mod pages;
pub mod problem;
pub mod state;
pub mod webhook;

use std::time::Duration;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use http::StatusCode;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use crate::{
    config::Config,
    session_store::{self, DatabaseSessions},
    wiring::Platform,
};
use state::AppState;

/// Largest body of a form or an API call.
const BODY_MAX: usize = 512 * 1024;
/// Longest time for a call of the API.
const REQUEST_MAX: Duration = Duration::from_mins(1);

/// The whole of HTTP.
pub fn router(platform: &Platform, config: &Config) -> anyhow::Result<Router> {
    let assets = assets::load(&config.site)?;
    let state = AppState::new(platform, assets);
    let secure = config.public_url.starts_with("https://");
    let sessions = DatabaseSessions::new(platform.store.clone(), platform.clock.clone());
    let sessions = SessionManagerLayer::new(sessions)
        .with_name(if secure { "__Host-evenkeel" } else { "evenkeel" })
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(session_store::IDLE));

    let (api, openapi) = api::router();
    let api = api.layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_MAX));
    let signed_in = Router::new()
        .merge(api)
        .merge(events::router())
        .merge(mcp::router())
        .merge(docs::router(openapi))
        .merge(pages::router(&state))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(state.clone(), caller::identify))
        .layer(from_fn(guard::same_origin))
        .layer(sessions);
    Ok(Router::new()
        .merge(webhook::router(config.intake.concurrency, platform.metrics.clone()))
        .merge(health::router())
        .merge(signed_in)
        .merge(assets::router(&config.site))
        .layer(from_fn_with_state(state.clone(), guard::measure))
        .layer(from_fn(guard::headers))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .route("/favicon.ico", get(assets::no_icon))
        .with_state(state))
}
