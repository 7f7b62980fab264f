//! The tools of a running installation, handed on to whoever speaks MCP on this side.
//!
//! `evenkeel mcp evenkeel` is this over stdio: an engineer's assistant starts it, it holds the engineer's API token, and
//! what it may do is decided where the installation runs. It keeps nothing and needs no database.

use std::{sync::Arc, time::Duration};

use evenkeel_mcp_servers::failure::failure;
use evenkeel_tools::{
    ToolFailure,
    failure::{META, codes::EVENKEEL_UNREACHABLE},
    network::is_this_machine,
};
use http::Uri;
use rmcp::{
    ClientHandler, ErrorData, ServerHandler, ServiceExt as _,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig,
        ContentBlock, Implementation, JsonObject, ListToolsResult, MetaObject,
        PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig,
    },
    service::{RequestContext, RoleClient, RoleServer, RunningService, ServiceError},
    transport::{
        StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::{INSTRUCTIONS, SERVER};

/// Longest time for an answer: the tools there give up after ten seconds.
const LIMIT: Duration = Duration::from_secs(15);
/// Largest answer: a tool's result may have 1 MiB, and stands in it twice.
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// Why a bridge cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// The address is none.
    #[error(
        "EVENKEEL_URL must be the address of an installation, such as https://evenkeel.example"
    )]
    Address,
    /// The token would be readable on the way.
    #[error(
        "EVENKEEL_URL leads to another machine without TLS: the token would be readable on the way; use https"
    )]
    InTheClear,
    /// There is no token.
    #[error(
        "EVENKEEL_TOKEN is not set: make an API token in Evenkeel under Settings; the scope `read` is enough to look"
    )]
    NoToken,
    /// The HTTP client does not come up.
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
}

/// Hands on the tools of the installation at an address.
#[derive(Clone)]
pub struct Bridge {
    url: Arc<str>,
    token: SecretString,
    http: reqwest::Client,
    remote: Arc<Mutex<Option<Remote>>>,
}

type Remote = Arc<RunningService<RoleClient, Here>>;

/// How this side calls itself there. Not by the name of the engine's own client: what comes back is read by somebody
/// else's model, so the results must stand in their text, too.
struct Here;

impl ClientHandler for Here {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(
            ClientCapabilities::default(),
            Implementation::new("evenkeel-bridge", env!("CARGO_PKG_VERSION")),
        )
        // Later versions have no handshake, so that none of them may be asked for in one.
        .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }
}

impl Bridge {
    /// To the installation at `url`, with an API token. Asks nobody yet.
    pub fn new(url: &str, token: SecretString) -> Result<Self, BridgeError> {
        let uri: Uri = url.trim().parse().map_err(|_| BridgeError::Address)?;
        let host = uri.host().ok_or(BridgeError::Address)?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_this_machine(host) => {}
            Some("http") => return Err(BridgeError::InTheClear),
            _ => return Err(BridgeError::Address),
        }
        if token.expose_secret().trim().is_empty() {
            return Err(BridgeError::NoToken);
        }
        let http = reqwest::Client::builder()
            // The token goes to that address and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(LIMIT)
            .build()
            .map_err(BridgeError::Client)?;
        let url = format!("{}/mcp", url.trim().trim_end_matches('/'));
        Ok(Self { url: url.into(), token, http, remote: Arc::default() })
    }

    /// The open connection, or a new one.
    async fn remote(&self) -> Result<Remote, String> {
        let mut held = self.remote.lock().await;
        if let Some(remote) = held.as_ref().filter(|remote| !remote.is_closed()) {
            return Ok(Arc::clone(remote));
        }
        let mut config = StreamableHttpClientTransportConfig::with_uri(Arc::clone(&self.url))
            .auth_header(self.token.expose_secret().trim().to_owned());
        config.max_json_response_size = ANSWER_MAX;
        config.max_sse_event_size = ANSWER_MAX;
        let transport = StreamableHttpClientTransport::with_client(self.http.clone(), config);
        let opened = tokio::time::timeout(LIMIT, Here.serve(transport)).await;
        let remote = opened
            .map_err(|_| format!("no answer within {} s", LIMIT.as_secs()))?
            .map_err(|error| words(&error))?;
        Ok(Arc::clone(held.insert(Arc::new(remote))))
    }

    /// Why there is no answer, for a client: what the other side says, or that it does not.
    fn error(&self, error: ServiceError) -> ErrorData {
        match error {
            ServiceError::McpError(error) => error,
            other => self.unreachable(&words(&other)),
        }
    }

    fn unreachable(&self, why: &str) -> ErrorData {
        ErrorData::internal_error(self.sentence(why), None)
    }

    fn sentence(&self, why: &str) -> String {
        let why: String = why.chars().filter(|c| !c.is_control()).take(300).collect();
        format!("Evenkeel at {} does not answer: {why}. {NEXT}", self.url)
    }
}

/// There is no installation to be asked.
pub(crate) fn nowhere() -> ToolFailure {
    failure(EVENKEEL_UNREACHABLE, "there is no installation of Evenkeel here", NEXT)
}

const NEXT: &str = "Check EVENKEEL_URL and EVENKEEL_TOKEN, and that the installation runs and the token has not lapsed.";

/// An error with its causes, which is where HTTP clients keep the reason.
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}

impl ServerHandler for Bridge {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(SERVER, env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let remote = self.remote().await.map_err(|why| self.unreachable(&why))?;
        remote.peer().list_tools(request).await.map_err(|error| self.error(error))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let remote = match self.remote().await {
            Ok(remote) => remote,
            Err(why) => return Ok(CallToolResponse::Complete(self.failed(&why))),
        };
        let call = tokio::time::timeout(LIMIT, remote.peer().call_tool_once(request));
        let Some(ended) = context.ct.run_until_cancelled(call).await else {
            return Err(ErrorData::internal_error("the client cancelled the call", None));
        };
        match ended {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(ServiceError::McpError(error))) => Err(error),
            Ok(Err(other)) => Ok(CallToolResponse::Complete(self.failed(&words(&other)))),
            Err(_) => {
                let why = format!("no answer within {} s", LIMIT.as_secs());
                Ok(CallToolResponse::Complete(self.failed(&why)))
            }
        }
    }
}

impl Bridge {
    /// A call that did not reach the installation, in words that its caller's model can use.
    fn failed(&self, why: &str) -> CallToolResult {
        let message = self.sentence(why);
        let mut result = CallToolResult::error(vec![ContentBlock::text(message.clone())]);
        let said =
            serde_json::json!({ "code": EVENKEEL_UNREACHABLE, "message": message, "next": NEXT });
        result.meta = Some(MetaObject(JsonObject::from_iter([(META.to_owned(), said)])));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::{Bridge, BridgeError};

    #[test]
    fn a_token_travels_only_where_nobody_reads_along() {
        evenkeel_mcp_servers::install_tls_provider();
        let bridge =
            |url: &str, token: &str| Bridge::new(url, token.into()).map(|b| b.url.to_string());
        assert_eq!(
            bridge("https://evenkeel.example/", "t").unwrap(),
            "https://evenkeel.example/mcp"
        );
        assert_eq!(bridge("http://localhost:3000", "t").unwrap(), "http://localhost:3000/mcp");
        assert!(bridge("http://[::1]:3000", "t").is_ok());
        for url in
            ["http://evenkeel.example", "http://localhost.evil.example", "http://10.0.0.1:3000"]
        {
            assert!(matches!(bridge(url, "t"), Err(BridgeError::InTheClear)), "{url}");
        }
        for url in ["", "evenkeel.example", "ftp://localhost", "file:///etc/passwd"] {
            assert!(matches!(bridge(url, "t"), Err(BridgeError::Address)), "{url}");
        }
        assert!(matches!(bridge("https://evenkeel.example", " "), Err(BridgeError::NoToken)));
    }
}
