//! A double of Notion, for tests: pages with blocks, databases with data sources, search, paging, trash, 429.
//!
//! Each request is held against Notion's own description of its API (`openapi.json`, cut to what is used): one that does
//! not fit it is answered with 400 and remembered in [`NotionDouble::violations`]. It is no Notion: what it answers is
//! built by hand after Notion's documentation.

mod answer;
mod contract;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The running double. It ends when it is dropped.
pub struct NotionDouble {
    address: SocketAddr,
    world: Arc<Mutex<World>>,
    _stop: DropGuard,
}

/// What this Notion holds.
#[derive(Default)]
pub(crate) struct World {
    key: String,
    page_size: usize,
    pages: BTreeMap<String, Page>,
    databases: BTreeMap<String, Vec<String>>,
    failures: VecDeque<(u16, Option<u64>)>,
    requests: Vec<String>,
    violations: Vec<String>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it was last edited, RFC 3339.
    pub edited: String,
    /// The data source it is a row of, if it is.
    pub data_source: Option<String>,
    /// Whether it is in the trash.
    pub in_trash: bool,
    /// Further properties, as Notion writes them.
    pub properties: Value,
    /// Its blocks: as Notion writes them, with the inner blocks under `children`.
    pub blocks: Vec<Value>,
}

impl Page {
    /// A page with those blocks, edited long ago.
    pub fn new(id: &str, title: &str, blocks: Vec<Value>) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            edited: "2026-01-01T00:00:00.000Z".to_owned(),
            data_source: None,
            in_trash: false,
            properties: json!({}),
            blocks,
        }
    }
}

/// A block of a kind with words in it.
pub fn block(kind: &str, words: &str, children: Vec<Value>) -> Value {
    json!({
        "type": kind,
        kind: { "rich_text": [{ "type": "text", "plain_text": words, "text": { "content": words } }] },
        "children": children,
    })
}

impl NotionDouble {
    /// Starts on a free loopback port; lists have at most `page_size` items, however many are asked for.
    pub async fn start(key: &str, page_size: usize) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let world = World { key: key.to_owned(), page_size, ..World::default() };
        let world = Arc::new(Mutex::new(world));
        let held = Arc::clone(&world);
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            std::future::ready(serve(&held, &method, &uri, &headers, &body))
        };
        let app = Router::new().fallback(answer);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            let serving = axum::serve(listener, app);
            if let Err(error) = serving.with_graceful_shutdown(stopped.cancelled_owned()).await {
                tracing::warn!(%error, "the double of Notion ended");
            }
        });
        Ok(Self { address, world, _stop: stop.drop_guard() })
    }

    /// Its address, for `NOTION_API_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a page or puts another in its place.
    pub fn put(&self, page: Page) {
        self.world().pages.insert(page.id.clone(), page);
    }

    /// Takes a page away altogether.
    pub fn delete(&self, page: &str) {
        self.world().pages.remove(page);
    }

    /// Adds a database over those data sources.
    pub fn database(&self, id: &str, data_sources: &[&str]) {
        let sources = data_sources.iter().map(|&source| source.to_owned()).collect();
        self.world().databases.insert(id.to_owned(), sources);
    }

    /// The next request is answered with this status, and `Retry-After` if given.
    pub fn fail_next(&self, status: u16, retry_after: Option<u64>) {
        self.world().failures.push_back((status, retry_after));
    }

    /// So many items are on a page of its answers from now on, however many are asked for.
    pub fn page_size(&self, items: usize) {
        self.world().page_size = items;
    }

    /// Method and path of each request so far.
    pub fn requests(&self) -> Vec<String> {
        self.world().requests.clone()
    }

    /// Requests that do not fit Notion's description of its API, with the reason.
    pub fn violations(&self) -> Vec<String> {
        self.world().violations.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(
    world: &Mutex<World>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    world.requests.push(format!("{method} {}", uri.path()));
    let request = match contract::check(method, uri, headers, body) {
        Ok(request) => request,
        Err(why) => {
            world.violations.push(format!("{method} {uri}: {why}"));
            return problem(400, "validation_error", &why, None);
        }
    };
    if let Some((status, retry_after)) = world.failures.pop_front() {
        return problem(status, "double_was_told_to", "as the test wants it", retry_after);
    }
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    if bearer != Some(format!("Bearer {}", world.key).as_str()) {
        return problem(401, "unauthorized", "API token is invalid.", None);
    }
    match answer::to(&world, &request) {
        Ok(value) => axum::Json(value).into_response(),
        Err((status, code, message)) => problem(status, code, &message, None),
    }
}

fn problem(status: u16, code: &str, message: &str, retry_after: Option<u64>) -> Response {
    let body = json!({ "object": "error", "status": status, "code": code, "message": message });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(body)).into_response();
    if let Some(value) = retry_after.and_then(|seconds| seconds.to_string().parse().ok()) {
        response.headers_mut().insert("retry-after", value);
    }
    response
}
