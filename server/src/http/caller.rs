//! Who is asking: a browser session or an API token, put into the request's extensions.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use evenkeel_domain::{access::Caller, id::UserId};
use evenkeel_services::{ServiceError, Services};
use http::{HeaderMap, header, request::Parts};
use tower_sessions::Session;

use super::problem::ApiProblem;

/// The session key that holds the signed-in person's id.
const USER: &str = "user";

/// Finds out who is asking. A token that is wrong is refused here; nobody at all goes on, and
/// each handler decides.
pub async fn identify(
    State(services): State<Services>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let found = match bearer(request.headers()) {
        Some(token) => match services.caller_of_token(token).await {
            Ok(None) => Err(ServiceError::SignInRequired),
            other => other,
        },
        None => of_session(&services, &session).await,
    };
    match found {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Ok(None) => {}
        Err(error) => return ApiProblem::from(error).into_response(),
    }
    next.run(request).await
}

async fn of_session(
    services: &Services,
    session: &Session,
) -> Result<Option<Caller>, ServiceError> {
    let user: Option<String> =
        session.get(USER).await.map_err(|e| ServiceError::Busy(Box::new(e)))?;
    match user.and_then(|id| UserId::parse(&id).ok()) {
        Some(id) => services.caller_of_session(id).await,
        None => Ok(None),
    }
}

/// The bearer token of a request, if it has one.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The asking person; 401 without one.
pub struct Asking(pub Caller);

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.map(Self).ok_or_else(|| ServiceError::SignInRequired.into())
    }
}
