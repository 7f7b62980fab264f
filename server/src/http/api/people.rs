//! The asking person, other people, and API tokens.

use axum::{
    Json,
    extract::{Path, State},
};
use evenkeel_domain::{
    access::{Role, TokenScope},
    view::{CreatedToken, Me, Overview, Problem, TokenLine, UserLine},
};
use evenkeel_services::Services;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::id;
use crate::http::{caller::Asking, problem::ApiResult};

/// A person to add.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPerson {
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: Role,
}

/// A person that was added, with their password, this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedPerson {
    /// The person.
    pub user: UserLine,
    /// Their first password.
    pub password: String,
}

/// A role to give.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewRole {
    /// The role.
    pub role: Role,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewToken {
    /// What it is called.
    pub name: String,
    /// How far it reaches.
    pub scope: TokenScope,
}

/// Who is asking, and what they may do.
#[utoipa::path(get, path = "/api/v1/me", tag = "people",
    responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub async fn me(State(services): State<Services>, Asking(caller): Asking) -> ApiResult<Json<Me>> {
    Ok(Json(services.me(&caller).await?))
}

/// What needs people, what is open, how the clusters do, the week's figures.
#[utoipa::path(get, path = "/api/v1/overview", tag = "incidents",
    responses((status = 200, body = Overview), (status = 401, body = Problem)))]
pub async fn overview(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<Overview>> {
    Ok(Json(services.overview(&caller).await?))
}

/// The people of the organisation.
#[utoipa::path(get, path = "/api/v1/users", tag = "people",
    responses((status = 200, body = Vec<UserLine>), (status = 403, body = Problem)))]
pub async fn users(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<Vec<UserLine>>> {
    Ok(Json(services.users(&caller).await?))
}

/// Add a person. The answer holds their first password, this once.
#[utoipa::path(post, path = "/api/v1/users", tag = "people", request_body = NewPerson,
    responses((status = 201, body = AddedPerson), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_user(
    State(services): State<Services>,
    Asking(caller): Asking,
    Json(new): Json<NewPerson>,
) -> ApiResult<(StatusCode, Json<AddedPerson>)> {
    let (user, password) = services.create_user(&caller, new.email, new.role).await?;
    Ok((StatusCode::CREATED, Json(AddedPerson { user, password })))
}

/// Give a person another role.
#[utoipa::path(put, path = "/api/v1/users/{id}/role", tag = "people", request_body = NewRole,
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn set_role(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(user): Path<String>,
    Json(new): Json<NewRole>,
) -> ApiResult<StatusCode> {
    services.set_role(&caller, id(&user)?, new.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The asking person's API tokens, without their secrets.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people",
    responses((status = 200, body = Vec<TokenLine>), (status = 401, body = Problem)))]
pub async fn tokens(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<Vec<TokenLine>>> {
    Ok(Json(services.tokens(&caller).await?))
}

/// Make an API token. The answer holds its secret, this once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = NewToken,
    responses((status = 201, body = CreatedToken), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn create_token(
    State(services): State<Services>,
    Asking(caller): Asking,
    Json(new): Json<NewToken>,
) -> ApiResult<(StatusCode, Json<CreatedToken>)> {
    let created = services.create_token(&caller, new.name, new.scope).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Revoke one of the asking person's tokens.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete_token(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(token): Path<String>,
) -> ApiResult<StatusCode> {
    services.delete_token(&caller, id(&token)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
