//! The REST API, one file a subject. Every handler asks one service method; the services ask the
//! policy (invariant I9).

mod approvals;
mod audit;
mod audit_export;
mod clusters;
mod export;
mod incidents;
mod intake;
mod integrations;
mod people;

use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::AppState;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Evenkeel", description = "Incidents, plans, approvals and clusters. Times are \
         RFC 3339 in UTC; ids are ULIDs and sort by time; errors have a stable code, a sentence \
         and a next step."),
    modifiers(&Bearer),
    security(("token" = []))
)]
struct Description;

/// All endpoints, and their description.
pub fn router() -> (Router<AppState>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(clusters::list, clusters::connect))
        .routes(routes!(clusters::war_room))
        .routes(routes!(clusters::vitals))
        .routes(routes!(clusters::connections))
        .routes(routes!(clusters::renew_token))
        .routes(routes!(intake::alerts))
        .routes(routes!(intake::quarantine))
        .routes(routes!(intake::reread))
        .routes(routes!(clusters::stop))
        .routes(routes!(clusters::resume))
        .routes(routes!(clusters::investigate))
        .routes(routes!(clusters::drill))
        .routes(routes!(integrations::list, integrations::add))
        .routes(routes!(integrations::remove, integrations::change))
        .routes(routes!(integrations::test))
        .routes(routes!(integrations::approve))
        .routes(routes!(integrations::withdraw))
        .routes(routes!(incidents::list))
        .routes(routes!(incidents::one))
        .routes(routes!(incidents::journal))
        .routes(routes!(incidents::evidence))
        .routes(routes!(incidents::plans))
        .routes(routes!(incidents::propose))
        .routes(routes!(export::download))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::approve))
        .routes(routes!(approvals::reject))
        .routes(routes!(audit::trail))
        .routes(routes!(audit::standing))
        .routes(routes!(audit::verify))
        .routes(routes!(audit_export::download))
        .routes(routes!(audit::policies))
        .routes(routes!(people::me))
        .routes(routes!(people::overview))
        .routes(routes!(people::users, people::create_user))
        .routes(routes!(people::set_role))
        .routes(routes!(people::tokens, people::create_token))
        .routes(routes!(people::delete_token))
        .split_for_parts()
}

/// Parses an id in a path; nonsense is an error of the caller.
pub(crate) fn id<T: std::str::FromStr<Err = evenkeel_domain::id::InvalidId>>(
    text: &str,
) -> super::problem::ApiResult<T> {
    text.parse().map_err(|e: evenkeel_domain::id::InvalidId| {
        super::problem::ApiProblem::invalid("id", e.to_string())
    })
}
