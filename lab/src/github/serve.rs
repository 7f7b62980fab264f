//! The double itself: listening, checking every request, answering.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::git::Git;
use super::schema::{Operation, Schema, decode};
use super::state::State;
use super::{objects, pulls, reads};
use crate::value::{clock, rfc3339};

/// Whom the double lets in.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Whoever has this token.
    Token(String),
    /// An App's installation: its tokens last as long as is said here.
    App {
        /// The App's id.
        app_id: String,
        /// Its public key, PKCS#1 DER.
        public_key: Vec<u8>,
        /// The installation's number.
        installation_id: u64,
        /// Seconds that its tokens last.
        lasts_s: i64,
    },
}

/// An answer instead of the right one.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Only for paths that contain this.
    pub on: String,
    /// The status; 0: hang up after having done what was asked.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A GitHub with one repository. Ends when it is dropped.
pub struct Double {
    pub(super) hub: Arc<Hub>,
    url: String,
    task: tokio::task::JoinHandle<()>,
}

/// What requests share.
pub(super) struct Hub {
    pub owner: String,
    pub name: String,
    pub id: u64,
    pub git: Git,
    pub schema: Schema,
    pub credentials: Credentials,
    inner: Mutex<Inner>,
    /// One change at a time, as in a real repository.
    pub writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Inner {
    state: State,
    violations: Vec<String>,
    requests: Vec<String>,
    troubles: VecDeque<Trouble>,
    installation_tokens: Vec<String>,
}

/// What a handler answers.
pub(super) struct Reply {
    pub status: u16,
    pub body: Value,
    pub more: bool,
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body, more: false }
    }

    pub fn created(body: Value) -> Self {
        Self { status: 201, body, more: false }
    }

    pub fn no(status: u16, message: &str) -> Self {
        Self {
            status,
            body: json!({"message": message, "documentation_url": "https://docs.github.com/rest"}),
            more: false,
        }
    }
}

impl Double {
    /// Serves an empty repository `owner/name`, kept in `dir`, on a free port of this machine.
    pub async fn start(dir: PathBuf, repository: &str, credentials: Credentials) -> Result<Self> {
        Self::start_at(dir, repository, credentials, 0).await
    }

    /// [`Self::start`] on a port of one's own.
    pub async fn start_at(
        dir: PathBuf,
        repository: &str,
        credentials: Credentials,
        port: u16,
    ) -> Result<Self> {
        let (owner, name) = repository.split_once('/').context("a repository is owner/name")?;
        let hub = Arc::new(Hub {
            owner: owner.to_owned(),
            name: name.to_owned(),
            id: 4711,
            git: Git::init(dir).await?,
            schema: Schema::load()?,
            credentials,
            inner: Mutex::default(),
            writing: tokio::sync::Mutex::new(()),
        });
        hub.with(|state| state.allow_merge_commit = true);
        let listener = TcpListener::bind(("127.0.0.1", port)).await.context("listening")?;
        let url = format!("http://{}", listener.local_addr().context("asking for the port")?);
        let app = Router::new().fallback(answer).with_state(Arc::clone(&hub));
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::warn!(%error, "the GitHub double ended");
            }
        });
        Ok(Self { hub, url, task })
    }

    /// Base address of its API.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The bare repository.
    pub fn git_dir(&self) -> &std::path::Path {
        self.hub.git.dir()
    }

    /// What requests or answers didn't fit GitHub's description.
    pub fn violations(&self) -> Vec<String> {
        self.hub.lock().violations.clone()
    }

    /// Requests so far: method, path and status.
    pub fn requests(&self) -> Vec<String> {
        self.hub.lock().requests.clone()
    }

    /// Answers the next request to such a path with this instead.
    pub fn trouble(&self, trouble: Trouble) {
        self.hub.lock().troubles.push_back(trouble);
    }

    /// Makes the installation's tokens invalid, as revoking does.
    pub fn revoke(&self) {
        self.hub.lock().installation_tokens.clear();
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept in memory, for a moment.
    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.lock().state)
    }

    pub fn violate(&self, what: String) {
        self.lock().violations.push(what);
    }

    fn trouble_for(&self, path: &str) -> Option<Trouble> {
        let mut inner = self.lock();
        let at = inner.troubles.iter().position(|trouble| path.contains(&trouble.on))?;
        inner.troubles.remove(at)
    }

    fn lets_in(&self, headers: &HeaderMap, path: &str) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = given.and_then(|value| value.strip_prefix("Bearer ")) else {
            return false;
        };
        match &self.credentials {
            Credentials::Token(right) => token == right,
            Credentials::App { app_id, public_key, .. } if path.starts_with("/app/") => {
                is_signed(token, app_id, public_key)
            }
            Credentials::App { .. } => {
                self.lock().installation_tokens.iter().any(|good| good == token)
            }
        }
    }

    pub fn installation_token(&self, lasts_s: i64) -> Value {
        let token = format!("ghs_{}", crate::value::random_uid().replace('-', ""));
        self.lock().installation_tokens.push(token.clone());
        let expires = jiff::SignedDuration::from_secs(lasts_s);
        let at = rfc3339(clock() + expires);
        json!({"token": token, "expires_at": at, "permissions": {"contents": "write", "pull_requests": "write"}, "repository_selection": "selected"})
    }
}

/// Whether a JSON Web Token is the App's and in its time.
fn is_signed(token: &str, app_id: &str, public_key: &[u8]) -> bool {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else { return false };
    let read = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    let json = |part: &str| serde_json::from_slice::<Value>(&read(part)).unwrap_or_default();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key);
    let signed = key.verify(format!("{head}.{claims}").as_bytes(), &read(signature)).is_ok();
    let claims = json(claims);
    let time = clock().as_second();
    let (from, to) =
        (claims["iat"].as_i64().unwrap_or(i64::MAX), claims["exp"].as_i64().unwrap_or(0));
    signed
        && json(head)["alg"] == "RS256"
        && claims["iss"] == app_id
        && from <= time
        && to > time
        && to - from <= 660
}

async fn answer(
    Shared(hub): Shared<Arc<Hub>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let trouble = hub.trouble_for(&path);
    let reply = match &trouble {
        Some(trouble) if trouble.status != 0 => None,
        _ => Some(respond(&hub, &method, &uri, &headers, &body).await),
    };
    let rendered = reply.map(|reply| render(&headers, &uri, &reply));
    let status = match (&rendered, &trouble) {
        (Some(response), _) => response.status().as_u16(),
        (None, trouble) => trouble.as_ref().map_or(500, |trouble| trouble.status),
    };
    hub.lock().requests.push(format!("{method} {path} {status}"));
    if let Some(trouble) = trouble {
        if trouble.status == 0 {
            // Done, but nobody hears of it: the body promises more than comes.
            let broken =
                futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("hung up")) });
            return Response::new(axum::body::Body::from_stream(broken));
        }
        let mut response = trouble.body.into_response();
        *response.status_mut() = StatusCode::from_u16(trouble.status).unwrap_or_default();
        for (name, value) in trouble.headers {
            if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), value.parse()) {
                response.headers_mut().insert(name, value);
            }
        }
        return response;
    }
    rendered.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn render(headers: &HeaderMap, uri: &Uri, reply: &Reply) -> Response {
    let text = reply.body.to_string();
    let digest = Sha256::digest(text.as_bytes());
    let etag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(digest));
    let status = StatusCode::from_u16(reply.status).unwrap_or_default();
    if reply.status == 200
        && headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == etag.as_bytes())
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut response = (
        status,
        [(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::ETAG, etag.as_str())],
        text,
    )
        .into_response();
    if reply.more
        && let Ok(link) = format!("<https://range.invalid{}>; rel=\"next\"", uri.path()).parse()
    {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

async fn respond(
    hub: &Hub,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Reply {
    let path = uri.path();
    if !hub.lets_in(headers, path) {
        return Reply::no(401, "Bad credentials");
    }
    if headers.get(header::USER_AGENT).is_none() {
        hub.violate(format!("{method} {path}: no User-Agent"));
        return Reply::no(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        );
    }
    if path == "/graphql" {
        return pulls::graphql(hub, body).await;
    }
    let Some(operation) = hub.schema.operation(&method.as_str().to_lowercase(), path) else {
        hub.violate(format!("{method} {path}: no such operation is described"));
        return Reply::no(404, "Not Found");
    };
    let query = pairs(uri.query().unwrap_or_default());
    let wrong = hub.schema.request(&operation, &query, body);
    if !wrong.is_empty() {
        let said = format!("{method} {path}: {}", wrong.join("; "));
        hub.violate(said.clone());
        return Reply::no(422, &said);
    }
    let right_place =
        operation.params.get("owner").is_none_or(|owner| owner.eq_ignore_ascii_case(&hub.owner))
            && operation.params.get("repo").is_none_or(|name| name.eq_ignore_ascii_case(&hub.name));
    if !right_place {
        return Reply::no(404, "Not Found");
    }
    let input = serde_json::from_slice(body).unwrap_or(Value::Null);
    let reply = match dispatch(hub, method, &operation, &query, &input).await {
        Ok(reply) => reply,
        Err(error) => {
            hub.violate(format!("{method} {path}: the double failed: {error:#}"));
            return Reply::no(500, &format!("{error:#}"));
        }
    };
    for wrong in hub.schema.answer(&operation, reply.status, &reply.body) {
        hub.violate(format!("{method} {path}: the double's {wrong}"));
    }
    reply
}

async fn dispatch(
    hub: &Hub,
    method: &Method,
    operation: &Operation<'_>,
    query: &[(String, String)],
    input: &Value,
) -> Result<Reply> {
    let params = &operation.params;
    let get =
        |name: &str| query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
    let param = |name: &str| params.get(name).map_or("", String::as_str);
    let number = |name: &str| param(name).parse::<u64>().unwrap_or(0);
    let rest =
        operation.template.strip_prefix("/repos/{owner}/{repo}").unwrap_or(&operation.template);
    let page = reads::Paging::new(get("per_page"), get("page"));
    match (method.as_str(), rest) {
        ("GET", "") => Ok(reads::repository(hub)),
        ("GET", "/branches/{branch}") => reads::branch(hub, param("branch")).await,
        ("GET", "/commits") => reads::commits(hub, &get, page).await,
        ("GET", "/commits/{ref}") => reads::commit(hub, param("ref"), page).await,
        ("GET", "/commits/{ref}/check-runs") => reads::check_runs(hub, param("ref")).await,
        ("GET", "/commits/{ref}/status") => reads::status(hub, param("ref")).await,
        ("GET", "/commits/{commit_sha}/pulls") => pulls::of_commit(hub, param("commit_sha")).await,
        ("GET", "/compare/{basehead}") => reads::compare(hub, param("basehead"), page).await,
        ("GET", "/contents/{path}") => reads::contents(hub, param("path")).await,
        ("GET", "/codeowners/errors") => Ok(reads::codeowners_errors()),
        ("GET", "/deployments") => Ok(reads::deployments(hub, &get, page)),
        ("GET", "/deployments/{deployment_id}/statuses") => {
            Ok(reads::deployment_statuses(hub, number("deployment_id"), page))
        }
        ("GET", "/releases") => Ok(reads::releases(hub, page)),
        ("GET", "/rules/branches/{branch}") => {
            Ok(Reply::ok(Value::Array(hub.with(|state| state.rules.clone()))))
        }
        ("GET", "/git/blobs/{file_sha}") => objects::blob(hub, param("file_sha")).await,
        ("GET", "/git/commits/{commit_sha}") => objects::commit(hub, param("commit_sha")).await,
        ("GET", "/git/matching-refs/{ref}") => objects::references(hub, param("ref")).await,
        ("GET", "/git/ref/{ref}") => objects::reference(hub, param("ref")).await,
        ("GET", "/git/trees/{tree_sha}") => objects::tree(hub, param("tree_sha")).await,
        ("POST", "/git/blobs") => objects::make_blob(hub, input).await,
        ("POST", "/git/trees") => objects::make_tree(hub, input).await,
        ("POST", "/git/commits") => objects::make_commit(hub, input).await,
        ("POST", "/git/refs") => objects::make_reference(hub, input).await,
        ("GET", "/issues/{issue_number}/comments") => {
            Ok(pulls::comments(hub, number("issue_number")))
        }
        ("POST", "/issues/{issue_number}/comments") => {
            Ok(pulls::comment(hub, number("issue_number"), input))
        }
        ("GET", "/pulls") => pulls::list(hub, &get, page).await,
        ("POST", "/pulls") => pulls::open(hub, input).await,
        ("GET", "/pulls/{pull_number}") => pulls::get(hub, number("pull_number")).await,
        ("PATCH", "/pulls/{pull_number}") => pulls::change(hub, number("pull_number"), input).await,
        ("GET", "/pulls/{pull_number}/files") => {
            pulls::files(hub, number("pull_number"), page).await
        }
        ("PUT", "/pulls/{pull_number}/merge") => {
            pulls::merge(hub, number("pull_number"), input).await
        }
        ("POST", "/app/installations/{installation_id}/access_tokens") => {
            Ok(access_token(hub, number("installation_id")))
        }
        (method, template) => anyhow::bail!("{method} {template} isn't answered"),
    }
}

fn access_token(hub: &Hub, installation: u64) -> Reply {
    match &hub.credentials {
        Credentials::App { installation_id, lasts_s, .. } if *installation_id == installation => {
            Reply::created(hub.installation_token(*lasts_s))
        }
        _ => Reply::no(404, "Not Found"),
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let plain = |text: &str| decode(&text.replace('+', " "));
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}
