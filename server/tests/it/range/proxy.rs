//! Between Evenkeel and the Kubernetes API: counts what is written, and holds what it is told to,
//! so that a kill hits exactly the moment that is meant.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, Method, Uri, header};
use reqwest::Certificate;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

/// What happens to requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They pass.
    Pass,
    /// None is answered.
    Silent,
    /// A write is not passed on.
    HoldWrites,
    /// A write is passed on, and its answer is not.
    HoldAnswers,
}

struct Inner {
    upstream: String,
    http: reqwest::Client,
    mode: Mutex<Mode>,
    /// Paths of the writes that the API accepted.
    accepted: Mutex<Vec<String>>,
    /// How many requests are or were held.
    held: watch::Sender<usize>,
}

pub struct Proxy {
    address: SocketAddr,
    inner: Arc<Inner>,
    admin: String,
    operator: String,
}

impl Proxy {
    /// In front of the API of the range in `dir`.
    pub async fn start(dir: &Path, upstream: &str) -> Self {
        let ca = Certificate::from_pem(&std::fs::read(dir.join("ca.crt")).unwrap()).unwrap();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([ca]).build().unwrap();
        let inner = Arc::new(Inner {
            upstream: upstream.to_owned(),
            http,
            mode: Mutex::new(Mode::Pass),
            accepted: Mutex::default(),
            held: watch::Sender::new(0),
        });
        let router = Router::new().fallback(pass).with_state(inner.clone());
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(socket, router).await.unwrap() });
        let tokens = std::fs::read(dir.join("tokens.json")).unwrap();
        let tokens: Value = serde_json::from_slice(&tokens).unwrap();
        let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self { address, inner, admin: token("admin"), operator: token("operator") }
    }

    /// A kubeconfig that leads here, with an operator's rights.
    pub fn kubeconfig(&self) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "range",
            "clusters": [{ "name": "range", "cluster": { "server": format!("http://{}", self.address) } }],
            "users": [{ "name": "operator", "user": { "token": self.operator } }],
            "contexts": [{ "name": "range", "context": { "cluster": "range", "user": "operator" } }],
        })
    }

    pub fn set(&self, mode: Mode) {
        *self.inner.mode.lock().unwrap() = mode;
        self.inner.held.send_replace(0);
    }

    /// Waits until a request is held.
    pub async fn holds_one(&self) {
        let mut held = self.inner.held.subscribe();
        let waiting = held.wait_for(|held| *held > 0);
        tokio::time::timeout(crate::harness::PATIENCE, waiting)
            .await
            .expect("no request came")
            .unwrap();
    }

    /// The writes the API accepted so far.
    pub fn writes(&self) -> usize {
        self.inner.accepted.lock().unwrap().len()
    }

    /// A Deployment of the shop, past the proxy.
    pub async fn deployment(&self, name: &str) -> Value {
        let path = format!("/apis/apps/v1/namespaces/shop/deployments/{name}");
        self.ask(Method::GET, &path, None).await
    }

    /// A request of the administrator's, past the proxy, which must succeed. A patch is a list of operations or an
    /// object to merge.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let kind = match (&method, &body) {
            (&Method::PATCH, Some(Value::Array(_))) => "application/json-patch+json",
            (&Method::PATCH, _) => "application/merge-patch+json",
            _ => "application/json",
        };
        let request = self.inner.http.request(method, format!("{}{path}", self.inner.upstream));
        let mut request = request.bearer_auth(&self.admin);
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, kind).body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    pub async fn generation(&self, name: &str) -> i64 {
        self.deployment(name).await["metadata"]["generation"].as_i64().unwrap()
    }

    /// Somebody else changes a Deployment, harmlessly.
    pub async fn meddle(&self, name: &str) {
        let path = format!("/apis/apps/v1/namespaces/shop/deployments/{name}");
        let change = json!({ "spec": { "progressDeadlineSeconds": 61 } });
        self.ask(Method::PATCH, &path, Some(change)).await;
    }
}

/// A write that is no dry run.
fn writes(method: &Method, uri: &Uri) -> bool {
    // What an account may do is asked by POST as well; nothing is kept of it.
    let asks = uri.path().starts_with("/apis/authorization.k8s.io/");
    let dry_run = uri.query().unwrap_or_default().contains("dryRun=All");
    *method != Method::GET && !asks && !dry_run
}

async fn pass(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let mode = *inner.mode.lock().unwrap();
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 4 << 20).await.unwrap();
    let write = writes(&parts.method, &parts.uri);
    if mode == Mode::Silent || (mode == Mode::HoldWrites && write) {
        return hold(&inner).await;
    }
    let (status, kind, answer) =
        forward(&inner, &parts.method, &parts.uri, &parts.headers, body).await;
    if write && (200..300).contains(&status) {
        inner.accepted.lock().unwrap().push(parts.uri.path().to_owned());
    }
    if mode == Mode::HoldAnswers && write {
        return hold(&inner).await;
    }
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(answer))
        .unwrap()
}

async fn hold(inner: &Inner) -> Response {
    inner.held.send_modify(|held| *held += 1);
    std::future::pending().await
}

async fn forward(
    inner: &Inner,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> (u16, String, Bytes) {
    let url = format!("{}{}", inner.upstream, uri.path_and_query().unwrap());
    let mut request = inner.http.request(method.clone(), url).body(body);
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    match request.send().await {
        Ok(answer) => {
            let kind = answer.headers().get(header::CONTENT_TYPE);
            let kind = kind.map_or_else(String::new, |k| k.to_str().unwrap().to_owned());
            (answer.status().as_u16(), kind, answer.bytes().await.unwrap_or_default())
        }
        Err(error) => (502, "text/plain".to_owned(), error.to_string().into()),
    }
}
