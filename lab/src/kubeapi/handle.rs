//! One request from authentication to answer.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::Value;

use super::auth::{User, authorize};
use super::path::{Query, Target};
use super::status::ApiError;
use super::{
    Api, custom, discovery, openapi, pod_log, read, remove, review, scale, usage, watch, write,
};

/// The real server's limit for a request body.
const MAX_BODY: usize = 3 * 1024 * 1024;

/// One request, taken apart.
pub struct Call {
    /// Who calls.
    pub user: User,
    /// HTTP method.
    pub method: Method,
    /// Path.
    pub path: String,
    /// Path and parameters as they were sent.
    pub uri: String,
    /// Query parameters.
    pub query: Query,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: axum::body::Bytes,
}

impl Call {
    /// A header's text.
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The content type without parameters.
    pub fn content_type(&self) -> &str {
        self.header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim()
    }

    /// The body as JSON or YAML, whatever it says it is.
    pub fn document(&self) -> Result<Value, ApiError> {
        let kind = self.content_type();
        if kind.contains("yaml") {
            return serde_norway::from_slice(&self.body)
                .map_err(|e| ApiError::bad_request(format!("error converting YAML to JSON: {e}")));
        }
        if kind.contains("protobuf") {
            return Err(ApiError::unsupported_media(kind));
        }
        serde_json::from_slice(&self.body).map_err(|e| {
            ApiError::bad_request(format!(
                "the object provided is unrecognized (must be of type JSON): {e}"
            ))
        })
    }

    /// Whether the client wants a Table.
    pub fn wants_table(&self) -> bool {
        self.wants("as=Table")
    }

    /// Whether the client wants the objects' metadata only.
    pub fn wants_metadata(&self) -> bool {
        self.wants("as=PartialObjectMetadata")
    }

    fn wants(&self, form: &str) -> bool {
        self.header(header::ACCEPT).split(',').next().is_some_and(|first| first.contains(form))
    }
}

/// Answers one request.
pub async fn handle(api: Arc<Api>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let user = match api.tokens.authenticate(&parts.headers) {
        Ok(user) => user,
        Err(_) if matches!(parts.uri.path(), "/livez" | "/readyz" | "/healthz") => {
            return plain("ok");
        }
        Err(error) => return error.into_response(),
    };
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return ApiError::too_large().into_response();
    };
    let call = Call {
        user,
        method: parts.method,
        path: parts.uri.path().to_owned(),
        uri: parts.uri.to_string(),
        query: Query::parse(parts.uri.query()),
        headers: parts.headers,
        body,
    };
    let answer = dispatch(&api, &call).await.unwrap_or_else(ApiError::into_response);
    api.audit.note(&call, answer.status());
    answer
}

async fn dispatch(api: &Arc<Api>, call: &Call) -> Result<Response<Body>, ApiError> {
    if matches!(call.path.as_str(), "/livez" | "/readyz" | "/healthz") {
        return Ok(plain("ok"));
    }
    if let Some(review) = review::answer(api, call) {
        return review;
    }
    if let Some(usage) = usage::answer(api, call) {
        return usage;
    }
    let target = Target::parse(&call.path);
    if let Some(target) = target.filter(|target| custom::is_served(&api.store, target.resource)) {
        return resource(api, call, &target).await;
    }
    if call.method != Method::GET {
        return Err(ApiError::no_such_path());
    }
    if let Some(document) = discovery::document(&api.store, &call.path, call.header(header::ACCEPT))
    {
        return Ok(document);
    }
    openapi::document(&api.store, &call.path)
        .map(|document| json(StatusCode::OK, &document))
        .ok_or_else(ApiError::no_such_path)
}

async fn resource(
    api: &Arc<Api>,
    call: &Call,
    target: &Target,
) -> Result<Response<Body>, ApiError> {
    let verb = verb(call, target);
    authorize(&api.store, &call.user, verb, target)?;
    match (verb, target.subresource.as_str()) {
        ("get", "log") => pod_log::answer(api, call, target).await,
        ("get", "scale") => scale::get(api, target),
        ("update" | "patch", "scale") => scale::write(api, call, target),
        ("create", "eviction") => remove::evict(api, call, target),
        ("get", _) => read::get(api, call, target),
        ("list", "") => read::list(api, call, target),
        ("watch", "") => watch::answer(api, call, target),
        ("create", "") if target.name.is_none() => write::create(api, call, target),
        ("update", "" | "status") => write::replace(api, call, target),
        ("patch", "" | "status") => write::patch(api, call, target),
        ("delete", "") => remove::delete(api, call, target),
        ("deletecollection", "") => remove::delete_collection(api, call, target),
        _ => Err(ApiError::method_not_allowed()),
    }
}

fn verb(call: &Call, target: &Target) -> &'static str {
    let named = target.name.is_some();
    match call.method {
        Method::GET | Method::HEAD if call.query.flag("watch") && target.subresource.is_empty() => {
            "watch"
        }
        Method::GET | Method::HEAD if named => "get",
        Method::GET | Method::HEAD => "list",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE if named => "delete",
        Method::DELETE => "deletecollection",
        _ => "unknown",
    }
}

/// A JSON answer.
pub fn json(code: StatusCode, document: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = code;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

fn plain(text: &'static str) -> Response<Body> {
    Response::new(Body::from(text))
}
