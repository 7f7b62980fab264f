//! Between the platform and the API server: answers as a busy, broken or slow one does. What the
//! API server accepted is still counted by its own audit log.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use rand::Rng as _;
use reqwest::Certificate;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

/// What happens to a write that is no dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// 409, not applied.
    Conflict,
    /// 429 with Retry-After, not applied.
    Busy,
    /// 500, not applied.
    Broken,
    /// Applied, and answered with 500.
    AppliedAndBroken,
    /// Applied, and not answered in any time somebody waits for.
    AppliedAndSilent,
    /// Applied, and the connection is cut.
    AppliedAndCut,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Conflict,
        Self::Busy,
        Self::Broken,
        Self::AppliedAndBroken,
        Self::AppliedAndSilent,
        Self::AppliedAndCut,
    ];

    fn applied(self) -> bool {
        matches!(self, Self::AppliedAndBroken | Self::AppliedAndSilent | Self::AppliedAndCut)
    }
}

struct Inner {
    upstream: String,
    http: reqwest::Client,
    /// Of a hundred writes so many meet a fault.
    percent: u32,
    met: Mutex<std::collections::BTreeMap<Fault, usize>>,
}

/// A proxy that makes trouble.
pub struct Proxy {
    address: SocketAddr,
    inner: Arc<Inner>,
    operator: String,
}

impl Proxy {
    /// In front of the API at `upstream` of the range in `dir`; of a hundred writes `percent` meet
    /// a fault.
    pub async fn start(dir: &Path, upstream: &str, percent: u32) -> Result<Self> {
        let pem = std::fs::read(dir.join("ca.crt")).context("reading the range's CA")?;
        let ca = Certificate::from_pem(&pem).context("reading the range's CA")?;
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([ca]).build()?;
        let inner =
            Arc::new(Inner { upstream: upstream.to_owned(), http, percent, met: Mutex::default() });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&inner));
        let socket = TcpListener::bind("127.0.0.1:0").await.context("listening as a proxy")?;
        let address = socket.local_addr()?;
        tokio::spawn(async move { axum::serve(socket, router).await });
        let tokens =
            std::fs::read(dir.join("tokens.json")).context("reading the range's tokens")?;
        let tokens: Value = serde_json::from_slice(&tokens)?;
        let operator = tokens["operator"].as_str().unwrap_or_default().to_owned();
        Ok(Self { address, inner, operator })
    }

    /// A kubeconfig that leads here, with an operator's rights.
    pub fn kubeconfig(&self) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "range",
            "clusters": [{"name": "range", "cluster": {"server": format!("http://{}", self.address)}}],
            "users": [{"name": "operator", "user": {"token": self.operator}}],
            "contexts": [{"name": "range", "context": {"cluster": "range", "user": "operator"}}],
        })
    }

    /// Which faults were met how often.
    pub fn met(&self) -> std::collections::BTreeMap<Fault, usize> {
        self.inner.met.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Longer than any tool waits.
const SILENCE: Duration = Duration::from_mins(2);

/// A write that is no dry run, of an object and not of a question.
fn writes(method: &Method, uri: &Uri) -> bool {
    !matches!(*method, Method::GET | Method::POST)
        && !uri.query().unwrap_or_default().contains("dryRun=All")
}

async fn pass(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 4 << 20).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE, "too large");
    };
    let fault = if writes(&parts.method, &parts.uri) { inner.choose() } else { None };
    if fault.is_none_or(Fault::applied) {
        let answer =
            forward(&inner, &parts.method, &parts.uri, &parts.headers, body.to_vec()).await;
        if fault.is_none() {
            return answer;
        }
    }
    match fault {
        Some(Fault::Conflict) => {
            status(StatusCode::CONFLICT, "the object has been modified; please apply your changes")
        }
        Some(Fault::Busy) => {
            let mut busy = status(StatusCode::TOO_MANY_REQUESTS, "please try again later");
            busy.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            busy
        }
        Some(Fault::AppliedAndSilent) => {
            sleep(SILENCE).await;
            status(StatusCode::GATEWAY_TIMEOUT, "too late")
        }
        Some(Fault::AppliedAndCut) => {
            // A body that ends with an error makes the server cut the connection.
            let cut =
                futures::stream::once(async { Err::<String, _>(std::io::Error::other("cut")) });
            Response::new(Body::from_stream(cut))
        }
        _ => status(StatusCode::INTERNAL_SERVER_ERROR, "etcdserver: request timed out"),
    }
}

impl Inner {
    fn choose(&self) -> Option<Fault> {
        let mut random = rand::rng();
        if random.random_range(0..100) >= self.percent {
            return None;
        }
        let fault = Fault::ALL[random.random_range(0..Fault::ALL.len())];
        *self.met.lock().unwrap_or_else(PoisonError::into_inner).entry(fault).or_default() += 1;
        Some(fault)
    }
}

fn status(code: StatusCode, message: &str) -> Response {
    let reason = code.canonical_reason().unwrap_or_default().replace(' ', "");
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code.as_u16(),
    });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = code;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

async fn forward(
    inner: &Inner,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Vec<u8>,
) -> Response {
    let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let mut request =
        inner.http.request(method.clone(), format!("{}{path}", inner.upstream)).body(body);
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let Ok(answer) = request.send().await else {
        return status(StatusCode::BAD_GATEWAY, "no answer");
    };
    let (code, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let Ok(body) = answer.bytes().await else {
        return status(StatusCode::BAD_GATEWAY, "half an answer");
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = code;
    if let Some(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}
