//! A server of ours, listening as it does when it ships.

use std::net::SocketAddr;

use anyhow::Context;
use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use evenkeel_mcp_http::{Door, Ending, Token};
use evenkeel_mcp_servers::ToolServer;
use http::{HeaderValue, header};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// The token of servers under test.
const TOKEN: &str = "conformance-0123456789abcdef0123456789abcdef";

/// A server that listens until this is dropped.
pub struct Running {
    addr: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Running {
    /// Serves `server` on a port of this machine. The suite knows no tokens, so each request gets it on its way in;
    /// everything after that is what ships.
    pub async fn start(server: ToolServer<()>) -> anyhow::Result<Self> {
        let listener = evenkeel_mcp_http::bind(([127, 0, 0, 1], 0).into(), false, &[]).await?;
        let addr = listener.local_addr().context("the listener has no address")?;
        let door =
            Door { token: Token::new(&TOKEN.into())?, addr, hosts: Vec::new(), sessions: 64 };
        let sessions = CancellationToken::new();
        let ending = Ending {
            sessions: sessions.clone(),
            calls: server.running().clone(),
            grace: server.call_limit(),
        };
        let router = evenkeel_mcp_http::router(server, &door, sessions).layer(from_fn(with_token));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            // An error is the drop of the sender, which is what is waited for.
            let _dropped = stopped.await;
        };
        tokio::spawn(evenkeel_mcp_http::serve(listener, router, stopped, ending));
        Ok(Self { addr, _stop: stop })
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.addr)
    }
}

async fn with_token(mut request: Request, next: Next) -> Response {
    if let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {TOKEN}")) {
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
    }
    next.run(request).await
}
