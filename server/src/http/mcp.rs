//! `/mcp`: Evenkeel as an MCP server, for who brings an API token.
//!
//! Each request stands for itself: there are no sessions, so that nobody can use another's, any replica answers, and
//! the role is asked for every time. A browser's cookie opens nothing here: pages have no business with it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use evenkeel_services::{ServiceError, Services};
use http::Uri;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};

use super::{caller::Asking, problem::ApiProblem, state::AppState};

/// The route.
pub fn router() -> Router<AppState> {
    Router::new().route("/mcp", post(answer).get(answer).delete(answer))
}

/// How requests to `/mcp` are let in: by which names and from which page.
#[derive(Clone)]
pub struct McpDoor(Arc<StreamableHttpServerConfig>);

impl McpDoor {
    /// For an installation that people reach at `public_url`.
    pub fn new(public_url: &str) -> Self {
        let (hosts, origins) = named(public_url);
        let config = evenkeel_mcp_http::guarded(&hosts, origins)
            .with_legacy_session_mode(false)
            .with_json_response(true);
        Self(Arc::new(config))
    }
}

/// The host and the origin of an address, if it is one.
fn named(public_url: &str) -> (Vec<String>, Vec<String>) {
    let Ok(uri) = public_url.parse::<Uri>() else { return Default::default() };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Default::default();
    };
    let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    let origin = format!("{scheme}://{}:{port}", authority.host());
    (vec![authority.host().to_owned()], vec![origin])
}

async fn answer(
    State(services): State<Services>,
    State(McpDoor(config)): State<McpDoor>,
    Asking(caller): Asking,
    request: Request,
) -> Response {
    if caller.token.is_none() {
        return ApiProblem::from(ServiceError::SignInRequired).into_response();
    }
    let server = evenkeel_assistant::server(services, caller);
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::<NeverSessionManager>::default(),
        (*config).clone(),
    );
    service.handle(request).await.map(axum::body::Body::new)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn an_installation_is_reached_by_its_own_name_alone() {
        let one = |text: &str| vec![text.to_owned()];
        assert_eq!(
            named("https://evenkeel.example"),
            (one("evenkeel.example"), one("https://evenkeel.example:443"))
        );
        assert_eq!(
            named("http://127.0.0.1:3000"),
            (one("127.0.0.1"), one("http://127.0.0.1:3000"))
        );
        assert_eq!(named("nonsense"), (vec![], vec![]));
    }
}
