//! Who is asking, and whom to ask.

use std::net::SocketAddr;

use axum::{Extension, extract::ConnectInfo};
use evenkeel_domain::{access::Caller, id::UserId};
use evenkeel_services::Services;
use http::request::Parts;
use leptos::prelude::use_context;
use tower_sessions::Session;

use super::ApiError;

/// Under which key a session names its user.
const USER_KEY: &str = "user";

/// The services and the signed-in person; 401 when there is none. The server's middleware has checked the session or
/// the token and left the caller with the request.
pub async fn asking() -> Result<(Services, Caller), ApiError> {
    let services = services()?;
    let caller = leptos_axum::extract::<Option<Extension<Caller>>>().await.ok().flatten();
    let caller = caller.map(|Extension(caller)| caller).ok_or_else(|| {
        super::status::of_answer(401);
        ApiError::nobody()
    })?;
    Ok((services, caller))
}

/// The services alone, for those who are about to sign in.
pub fn services() -> Result<Services, ApiError> {
    use_context::<Services>().ok_or_else(unwired)
}

/// From where the request came, for the limits on signing in.
pub fn remote() -> String {
    let parts = use_context::<Parts>();
    let address =
        parts.as_ref().and_then(|parts| parts.extensions.get::<ConnectInfo<SocketAddr>>());
    address.map_or_else(|| "unknown".to_owned(), |ConnectInfo(address)| address.ip().to_string())
}

/// Begins a session for a person; its id changes, so that one planted before is worth nothing.
pub async fn begin_session(user: UserId) -> Result<(), ApiError> {
    let session = session().await?;
    session.cycle_id().await.map_err(|_| store_failed())?;
    session.insert(USER_KEY, user.to_string()).await.map_err(|_| store_failed())
}

/// Ends the session.
pub async fn end_session() -> Result<(), ApiError> {
    session().await?.flush().await.map_err(|_| store_failed())
}

/// The session of this request.
pub async fn session() -> Result<Session, ApiError> {
    leptos_axum::extract::<Session>().await.map_err(|_| unwired())
}

fn unwired() -> ApiError {
    super::status::of_answer(500);
    ApiError::new(
        500,
        "app.unwired",
        "The server is not set up to answer this.",
        "Tell whoever runs this server.",
    )
}

/// The session could not be written.
pub fn store_failed() -> ApiError {
    super::status::of_answer(503);
    ApiError::new(
        503,
        "session.store",
        "Your session could not be saved.",
        "Try again in a moment.",
    )
}
