//! Errors as programs see them: a status, and a body with code, sentence and next step.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use evenkeel_domain::view::Problem;
use evenkeel_services::ServiceError;
use http::{HeaderValue, StatusCode, header};

/// An endpoint's error.
#[derive(Debug)]
pub struct ApiProblem(pub Problem);

impl ApiProblem {
    /// Something in the request that cannot be used.
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        ServiceError::Invalid { field, why: why.into() }.into()
    }
}

impl From<ServiceError> for ApiProblem {
    fn from(error: ServiceError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = problem.retry_after_s;
        let mut response = (status, Json(problem)).into_response();
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiProblem>;
