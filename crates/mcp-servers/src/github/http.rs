//! Asking GitHub, with a time limit, a byte limit, its rate limits, and errors that say what happened.
//!
//! Reads send the `ETag` of what was answered before, so that what hasn't changed costs nothing of the rate limit. Once
//! GitHub says that a limit is used up nothing more is sent until it lets requests through again: asking on makes it
//! worse. Nothing is repeated in secret but a read whose installation token was refused.

use std::sync::Mutex;
use std::time::Duration;

use evenkeel_tools::failure::{ToolFailure, codes};
use http::{HeaderMap, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::auth::{Auth, InstallationToken, Installed};
use super::cache::Cache;
use super::config::{GithubConfig, config_failure};
use super::names::{Repository, not_allowed};
use super::{errors, words};
use crate::clock::now;
use crate::failure::failure;
use crate::limits::Limits;

/// The version of the REST API that was written against.
const API_VERSION: &str = "2022-11-28";

/// The configured repositories, or why there are none: then every call answers with that reason.
pub struct Github {
    inner: Result<Inner, ToolFailure>,
}

struct Inner {
    client: Client,
    rest: Url,
    graphql: Url,
    auth: Auth,
    allowed: Vec<Repository>,
    limits: Limits,
    cache: Cache,
    /// Until when GitHub's rate limit holds everything back.
    held: Mutex<Option<Timestamp>>,
}

/// A page of an answer.
pub(super) struct Page<T> {
    pub value: T,
    /// Whether GitHub has another page.
    pub more: bool,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Github {
    /// As the environment says.
    pub fn from_env(limits: Limits) -> Self {
        Self { inner: GithubConfig::from_env().and_then(|config| Inner::new(&config, limits)) }
    }

    /// As `config` says.
    pub fn new(config: &GithubConfig, limits: Limits) -> Self {
        Self { inner: Inner::new(config, limits) }
    }

    /// The repositories that may be touched.
    pub(super) fn allowed(&self) -> Result<&[Repository], ToolFailure> {
        Ok(&self.inner()?.allowed)
    }

    /// The repository of that name, if it may be touched. Everything that is asked or done begins here.
    pub(super) fn repository(&self, name: &str) -> Result<&Repository, ToolFailure> {
        let wanted = Repository::parse(name).ok_or_else(|| not_allowed(name))?;
        self.allowed()?.iter().find(|r| r.is(&wanted)).ok_or_else(|| not_allowed(name))
    }

    /// GET of an API path.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Page<T>, ToolFailure> {
        let inner = self.inner()?;
        let what = format!("get /{path}");
        let mut url = inner.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let kept = inner.cache.get(url.as_str());
        let mut request = inner.client.get(url.clone());
        if let Some(kept) = &kept {
            request = request.header(header::IF_NONE_MATCH, &kept.etag);
        }
        let again = request.try_clone();
        let mut answer = inner.exchange(&what, request).await?;
        if answer.status == StatusCode::UNAUTHORIZED
            && let Auth::App(app) = &inner.auth
            && let Some(again) = again
        {
            // Revoked before its time: a new one, once.
            *app.kept.lock().await = None;
            answer = inner.exchange(&what, again).await?;
        }
        if answer.status == StatusCode::NOT_MODIFIED
            && let Some(kept) = kept
        {
            return Ok(Page { value: parse(&what, &kept.body)?, more: kept.more });
        }
        let more = has_next(&answer.headers);
        let etag =
            answer.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let body = Inner::success(&what, answer)?;
        let value = parse(&what, &body)?;
        if let Some(etag) = etag {
            inner.cache.put(url.to_string(), etag, &body, more);
        }
        Ok(Page { value, more })
    }

    /// [`Self::get`], `None` when it doesn't exist.
    pub(super) async fn find<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Option<T>, ToolFailure> {
        match self.get(path, &[]).await {
            Ok(page) => Ok(Some(page.value)),
            Err(failure) if failure.code == codes::GITHUB_NOT_FOUND => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// A request that changes something. Never repeated here.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<T, ToolFailure> {
        let inner = self.inner()?;
        let what = format!("{} /{path}", method.as_str().to_lowercase());
        let request = inner.client.request(method, inner.url(path)?).json(body);
        let answer = inner.exchange(&what, request).await?;
        parse(&what, &Inner::success(&what, answer)?)
    }

    /// A GraphQL operation; the field `field` of its data. GraphQL says failures in a successful answer.
    pub(super) async fn graphql<T: DeserializeOwned>(
        &self,
        document: &str,
        variables: Value,
        field: &str,
    ) -> Result<T, ToolFailure> {
        let inner = self.inner()?;
        let what = format!("graphql {field}");
        let body = json!({"query": document, "variables": variables});
        let request = inner.client.post(inner.graphql.clone()).json(&body);
        let answer = inner.exchange(&what, request).await?;
        let mut said: GraphqlAnswer = parse(&what, &Inner::success(&what, answer)?)?;
        if let Some(first) = said.errors.first() {
            return Err(graphql_error(&what, first));
        }
        let value = said.data.as_mut().map(|data| data[field].take()).unwrap_or_default();
        serde_json::from_value(value).map_err(|error| errors::garbage(&what, &error.to_string()))
    }

    fn inner(&self) -> Result<&Inner, ToolFailure> {
        self.inner.as_ref().map_err(Clone::clone)
    }
}

#[derive(Deserialize)]
struct GraphqlAnswer {
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<GraphqlError>,
}

#[derive(Deserialize)]
struct GraphqlError {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    message: String,
    /// Of what does not fit the schema, and is not begun.
    #[serde(default)]
    extensions: serde_json::Map<String, Value>,
}

fn graphql_error(what: &str, error: &GraphqlError) -> ToolFailure {
    let said = crate::text::clip(&words::clean(&error.message).replace('\n', " "), 500).0;
    match error.kind.as_deref() {
        Some("RATE_LIMITED" | "RATE_LIMIT") => errors::busy(what, 60, &said),
        Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => failure(
            codes::GITHUB_FORBIDDEN,
            format!("{what} is forbidden: {said}"),
            "Grant the permission that docs/github.md lists for this tool.",
        ),
        Some("NOT_FOUND") => failure(
            codes::GITHUB_NOT_FOUND,
            format!("{what} doesn't exist: {said}"),
            "Check that the token or the App's installation covers the repository.",
        ),
        kind if kind == Some("UNPROCESSABLE") || error.extensions.contains_key("code") => failure(
            codes::GITHUB_INVALID,
            format!("GitHub refused {what}: {said}"),
            "Do what the message asks for, by hand if need be.",
        ),
        // Among these are its own time-outs: what was asked for may have been done.
        _ => failure(
            codes::GITHUB_FAILED,
            format!("GitHub failed {what}, and does not say whether it was done: {said}"),
            "Look at GitHub whether it was done before trying again.",
        ),
    }
}

impl Inner {
    fn new(config: &GithubConfig, limits: Limits) -> Result<Self, ToolFailure> {
        let (rest, graphql) = config.addresses()?;
        let allowed = config.allowed()?;
        let auth = Auth::new(&config.auth)?;
        if let (Auth::App(_), Some(first)) = (&auth, allowed.first())
            && let Some(other) =
                allowed.iter().find(|r| !r.owner.eq_ignore_ascii_case(&first.owner))
        {
            return Err(config_failure(format!(
                "an App's installation has one owner, and GITHUB_REPOSITORIES names {first} and {other}"
            )));
        }
        for address in [&rest, &graphql] {
            crate::guard::check(address).map_err(config_failure)?;
        }
        let mut client = crate::guard::client()
            .timeout(limits.request)
            .connect_timeout(limits.request.min(Duration::from_secs(3)))
            .user_agent(concat!("evenkeel/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &config.ca_pem {
            client = crate::guard::trusting(client, pem).map_err(config_failure)?;
        }
        let client = client
            .build()
            .map_err(|error| config_failure(format!("no HTTP client can be made: {error}")))?;
        let (cache, held) = (Cache::default(), Mutex::new(None));
        Ok(Self { client, rest, graphql, auth, allowed, limits, cache, held })
    }

    fn url(&self, path: &str) -> Result<Url, ToolFailure> {
        self.rest.join(path).map_err(|error| {
            config_failure(format!("{path} can't be added to the address: {error}"))
        })
    }

    async fn exchange(&self, what: &str, request: RequestBuilder) -> Result<Answer, ToolFailure> {
        let token = match &self.auth {
            Auth::Token(token) => token.clone(),
            Auth::App(app) => self.installation_token(app).await?,
        };
        self.ask(what, request, &token).await
    }

    async fn ask(
        &self,
        what: &str,
        request: RequestBuilder,
        token: &SecretString,
    ) -> Result<Answer, ToolFailure> {
        if let Some(after) = self.held(now()) {
            return Err(errors::busy(what, after, "it said so a moment ago"));
        }
        let request = request
            .bearer_auth(token.expose_secret())
            .header(header::ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", API_VERSION);
        let host = self.rest.host_str().unwrap_or("its host");
        let broken = |error| errors::transport(what, host, self.limits.request, &error);
        let mut response = request.send().await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > self.limits.response_bytes {
                return Err(errors::too_large(what, self.limits.response_bytes));
            }
            body.extend_from_slice(&chunk);
        }
        self.hold(status, &headers, &body);
        Ok(Answer { status, headers, body })
    }

    fn success(what: &str, answer: Answer) -> Result<Vec<u8>, ToolFailure> {
        if answer.status.is_success() {
            return Ok(answer.body);
        }
        Err(errors::status(what, answer.status, &answer.headers, &answer.body, now()))
    }

    /// Seconds until GitHub lets requests through again, if it doesn't now.
    fn held(&self, now: Timestamp) -> Option<u32> {
        let mut held = self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let left = (*held)?.duration_since(now).as_secs();
        if left <= 0 {
            *held = None;
            return None;
        }
        u32::try_from(left).ok()
    }

    fn hold(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
        let said = String::from_utf8_lossy(&body[..body.len().min(2048)]);
        let at = now();
        let Some(after) = errors::limited(status, headers, &said, at) else { return };
        let until = at + SignedDuration::from_secs(after.into());
        *self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(until);
    }

    async fn installation_token(&self, app: &Installed) -> Result<SecretString, ToolFailure> {
        let mut kept = app.kept.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.is_good(now())) {
            return Ok(token.token.clone());
        }
        let path = format!("app/installations/{}/access_tokens", app.installation_id);
        let what = format!("post /{path}");
        // No more than what is configured, whatever the installation covers.
        let names: Vec<_> = self.allowed.iter().map(|repository| &repository.name).collect();
        let request = self.client.post(self.url(&path)?).json(&json!({"repositories": names}));
        let answer = self.ask(&what, request, &app.own_token(now())?).await?;
        let made: Made = parse(&what, &Self::success(&what, answer)?)?;
        let token = InstallationToken { token: made.token, expires_at: made.expires_at };
        let secret = token.token.clone();
        *kept = Some(token);
        Ok(secret)
    }
}

#[derive(Deserialize)]
struct Made {
    token: SecretString,
    expires_at: Timestamp,
}

fn parse<T: DeserializeOwned>(what: &str, body: &[u8]) -> Result<T, ToolFailure> {
    serde_json::from_slice(body).map_err(|error| errors::garbage(what, &error.to_string()))
}

/// Whether the `Link` header (RFC 8288) names a next page.
fn has_next(headers: &HeaderMap) -> bool {
    headers
        .get(header::LINK)
        .and_then(|link| link.to_str().ok())
        .is_some_and(|link| link.split(',').any(|part| part.contains("rel=\"next\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i2_only_a_refusal_says_that_nothing_was_done() {
        let code = |error: serde_json::Value| {
            graphql_error("graphql revertPullRequest", &serde_json::from_value(error).unwrap()).code
        };
        let timeout =
            "Something went wrong while executing your query. This may be the result of a timeout";
        for (error, expected) in [
            (
                serde_json::json!({"type": "UNPROCESSABLE", "message": "not mergeable"}),
                codes::GITHUB_INVALID,
            ),
            (serde_json::json!({"type": "FORBIDDEN", "message": "no"}), codes::GITHUB_FORBIDDEN),
            (serde_json::json!({"message": timeout}), codes::GITHUB_FAILED),
            (serde_json::json!({"extensions": {"code": "undefinedField"}}), codes::GITHUB_INVALID),
            (serde_json::json!({"type": "INTERNAL", "message": "no"}), codes::GITHUB_FAILED),
        ] {
            assert_eq!(code(error.clone()), expected, "{error}");
        }
    }
}
