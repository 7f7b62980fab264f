//! Servers over streamable HTTP: with a token, with OAuth, at addresses that may not be reached.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use evenkeel_mcp::{ClientCredentials, HttpSpec, Pins, SignIn, ToolBox};
use evenkeel_tools::network::AllowedNetworks;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler};
use serde_json::{Map, json};
use tower::ServiceExt as _;

use crate::support::{call, look_code, small};

const PATIENT: Duration = Duration::from_secs(10);

/// Offers `look` and answers with text only.
#[derive(Clone)]
struct Elsewhere;

impl ServerHandler for Elsewhere {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = Map::from_iter([("type".to_owned(), json!("object"))]);
        Ok(ListToolsResult::with_all_items(vec![Tool::new("look", "Looks.", schema)]))
    }

    async fn call_tool(
        &self,
        _request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let content = vec![ContentBlock::text("seen from elsewhere")];
        Ok(CallToolResponse::Complete(CallToolResult::success(content)))
    }
}

async fn only_with_token(headers: HeaderMap, request: Request, next: Next) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if token == Some("Bearer right") {
        return next.run(request).await;
    }
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response()
}

/// The server with no session yet, as after a restart.
fn fresh() -> Router {
    let service = StreamableHttpService::new(
        || Ok(Elsewhere),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    Router::new().nest_service("/mcp", service)
}

#[tokio::test]
async fn a_server_that_was_restarted_is_found_again() {
    evenkeel_mcp_servers::install_tls_provider();
    let running = Arc::new(RwLock::new(fresh()));
    let behind = Arc::clone(&running);
    let app = Router::new().fallback(move |request: Request| {
        let now = behind.read().unwrap().clone();
        async move { now.oneshot(request).await }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let tools = approved(spec(at, SignIn::None)).await;
    call(&tools, "metrics", "look", json!({})).await.unwrap();
    *running.write().unwrap() = fresh();
    let reply = call(&tools, "metrics", "look", json!({})).await.unwrap();
    assert_eq!(reply.content["text"], "seen from elsewhere");
    assert_eq!(tools.health()[0].restarts, 1);
}

/// Listens on loopback: `/mcp`, a token endpoint at `/token`, and `/moved`, which leads to `/mcp`. Answers where.
async fn listen(tokens: Arc<AtomicUsize>) -> String {
    evenkeel_mcp_servers::install_tls_provider();
    let token = move |headers: HeaderMap, body: String| async move {
        let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        // `client:secret`
        let known = basic == Some("Basic Y2xpZW50OnNlY3JldA==");
        if !known || !body.contains("grant_type=client_credentials") {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        tokens.fetch_add(1, Ordering::SeqCst);
        axum::Json(json!({"access_token": "right", "token_type": "Bearer", "expires_in": 3600}))
            .into_response()
    };
    let app = fresh()
        .layer(from_fn(only_with_token))
        .route("/token", post(token))
        .route("/moved", get(moved).post(moved));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn moved() -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/mcp")]).into_response()
}

fn spec(url: String, sign_in: SignIn) -> HttpSpec {
    HttpSpec { url, sign_in, networks: AllowedNetworks::default() }
}

async fn approved(spec: HttpSpec) -> ToolBox {
    let first = ToolBox::new(small()).with_foreign_http("test", spec.clone(), Pins::default());
    let offered = first.offered("test", PATIENT).await.unwrap();
    ToolBox::new(small()).with_foreign_http("test", spec, Pins::of(&offered))
}

#[tokio::test]
async fn a_token_opens_and_its_absence_does_not() {
    let at = listen(Arc::default()).await;
    let url = format!("{at}/mcp");
    let tools = approved(spec(url.clone(), SignIn::Bearer("right".to_owned().into()))).await;
    let reply = call(&tools, "metrics", "look", json!({})).await.unwrap();
    assert_eq!(reply.content["text"], "seen from elsewhere");
    for sign_in in [SignIn::None, SignIn::Bearer("wrong".to_owned().into())] {
        let tools = ToolBox::new(small()).with_foreign_http(
            "test",
            spec(url.clone(), sign_in),
            Pins::default(),
        );
        let error = tools.offered("test", PATIENT).await.unwrap_err();
        assert_eq!(error.code(), "mcp.unreachable");
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
}

#[tokio::test]
async fn oauth_s_client_credentials_bring_a_token() {
    let tokens = Arc::new(AtomicUsize::new(0));
    let at = listen(Arc::clone(&tokens)).await;
    let grant = |secret: &str| ClientCredentials {
        client_id: "client".to_owned(),
        client_secret: secret.to_owned().into(),
        token_url: format!("{at}/token"),
        scopes: "tools".to_owned(),
    };
    let good = spec(format!("{at}/mcp"), SignIn::ClientCredentials(grant("secret")));
    let tools = approved(good).await;
    for _ in 0..2 {
        call(&tools, "metrics", "look", json!({})).await.unwrap();
    }
    assert_eq!(tokens.load(Ordering::SeqCst), 2, "one a session, not one a call");
    let bad = spec(format!("{at}/mcp"), SignIn::ClientCredentials(grant("guess")));
    let tools = ToolBox::new(small()).with_foreign_http("test", bad, Pins::default());
    let error = tools.offered("test", PATIENT).await.unwrap_err();
    assert!(error.to_string().contains("no token"), "{error}");
}

#[tokio::test]
async fn addresses_outside_the_networks_are_not_reached_and_redirects_not_followed() {
    let at = listen(Arc::default()).await;
    let port = at.rsplit(':').next().unwrap();
    let token = || SignIn::Bearer("right".to_owned().into());
    let public = AllowedNetworks::parse("public").unwrap();
    // By address and by a name that stands for it: the name is checked when it is connected to.
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("http://{host}:{port}/mcp");
        let spec = HttpSpec { url, sign_in: token(), networks: public.clone() };
        let tools = ToolBox::new(small()).with_foreign_http("test", spec, Pins::default());
        let error = tools.offered("test", PATIENT).await.unwrap_err();
        assert_eq!(error.code(), "mcp.unreachable", "{host}: {error}");
    }
    let metadata = spec("http://169.254.169.254/mcp".to_owned(), token());
    let tools = ToolBox::new(small()).with_foreign_http("test", metadata, Pins::default());
    let error = tools.offered("test", PATIENT).await.unwrap_err();
    assert!(error.to_string().contains("metadata service"), "{error}");

    let moved = spec(format!("{at}/moved"), token());
    let tools = ToolBox::new(small()).with_foreign_http("test", moved, Pins::default());
    assert_eq!(look_code(&tools, PATIENT).await, "mcp.unreachable");
}
