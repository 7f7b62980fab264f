//! The HTTP of one MCP server.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{Method, StatusCode, header, uri::Authority};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService},
};
use tokio_util::sync::CancellationToken;

use crate::{
    bearer::{self, Token},
    sessions::BoundedSessions,
};

/// Largest body of a request. Arguments of tools have some hundred bytes; a query has at most 16 KiB.
const BODY_MAX: usize = 256 * 1024;

/// Who may come in, and how.
#[derive(Clone)]
pub struct Door {
    /// What every request must bring.
    pub token: Token,
    /// Where the server listens, for the `Origin` of pages that it might serve itself.
    pub addr: SocketAddr,
    /// Names that it is reached at besides those of this machine; there is TLS in front of them.
    pub hosts: Vec<String>,
    /// How many sessions may be open.
    pub sessions: usize,
}

/// `server` at `/mcp`, and `/healthz` for whoever watches the process. `stop` ends all sessions.
pub fn router<S>(server: S, door: &Door, stop: CancellationToken) -> Router
where
    S: ServerHandler + Clone + Sync,
{
    let port = door.addr.port();
    let local = LOCAL.into_iter().map(|name| format!("http://{}:{port}", bracketed(name)));
    let named = door.hosts.iter().map(|name| {
        // An origin without a port would stand for every port.
        let port = name.parse::<Authority>().ok().and_then(|authority| authority.port_u16());
        let host = name.strip_suffix(&format!(":{}", port.unwrap_or(0))).unwrap_or(name);
        format!("https://{host}:{}", port.unwrap_or(443))
    });
    let config = guarded(&door.hosts, local.chain(named)).with_cancellation_token(stop);
    let sessions = Arc::new(BoundedSessions::new(door.sessions));
    let service =
        StreamableHttpService::new(move || Ok(server.clone()), Arc::clone(&sessions), config);
    Router::new()
        .route_service("/mcp", service)
        .layer(from_fn_with_state(sessions, room))
        .layer(from_fn_with_state(door.token.clone(), bearer::ask))
        .route("/healthz", get(async || "alive\n"))
}

/// The names of this machine.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

fn bracketed(name: &str) -> String {
    if name.contains(':') { format!("[{name}]") } else { name.to_owned() }
}

/// The transport with bounded bodies, for requests to this machine or `hosts`, from no page but one of `origins`.
pub fn guarded(
    hosts: &[String],
    origins: impl IntoIterator<Item = String>,
) -> StreamableHttpServerConfig {
    let local = LOCAL.into_iter().map(str::to_owned);
    StreamableHttpServerConfig::default()
        .with_allowed_hosts(local.chain(hosts.iter().cloned()))
        .with_allowed_origins(origins)
        .enforce_origin_validation()
        .with_max_request_body_bytes(BODY_MAX)
}

/// Says that there is no room for another session before one is begun: with a status that means "later".
async fn room(
    State(sessions): State<Arc<BoundedSessions>>,
    request: Request,
    next: Next,
) -> Response {
    let begins = request.method() == Method::POST
        && !request.headers().contains_key("mcp-session-id")
        && !request.headers().contains_key("mcp-protocol-version");
    if begins && sessions.full().await {
        let words = "all sessions are taken; close one, or wait until an idle one ends\n";
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], words)
            .into_response();
    }
    next.run(request).await
}
