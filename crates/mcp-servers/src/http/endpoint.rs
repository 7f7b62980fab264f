//! Asking, within bounds of time and size.

use std::time::Duration;

use evenkeel_tools::failure::ToolFailure;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use secrecy::ExposeSecret as _;

use super::access::{Access, Auth};
use super::answer::Answer;
use super::service::Service;
use crate::failure::failure;
use crate::limits::Limits;
use crate::text::{clip, printable};

/// Seconds to wait after a 429 that doesn't say how long, and the longest wait believed.
const RETRY_AFTER_S: (u32, u32) = (5, 3600);

/// One API at one address.
pub struct Endpoint {
    service: &'static Service,
    client: Client,
    base: Url,
    auth: Auth,
    tenant: Option<String>,
    header: Option<(&'static str, &'static str)>,
    limits: Limits,
}

impl Endpoint {
    /// An endpoint, or the failure that says what is wrong with its configuration. Asks nobody yet.
    pub fn new(
        service: &'static Service,
        access: &Access,
        limits: Limits,
    ) -> Result<Self, ToolFailure> {
        let base = access.base().map_err(|why| {
            service.unusable(format!("the address of {} can't be used: {why}", service.name))
        })?;
        let client = client(access, limits).map_err(|why| service.unusable(why))?;
        let Access { auth, tenant, .. } = access.clone();
        Ok(Self { service, client, base, auth, tenant, header: None, limits })
    }

    /// The same with a header on every request.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    /// The limits it asks within.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// GET of a path below the base address, without a slash before it.
    pub async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Answer, ToolFailure> {
        self.send(path, self.client.get(self.url(path)?).query(query)).await
    }

    /// POST of a form, for expressions too long for an address.
    pub async fn post(&self, path: &str, form: &[(&str, String)]) -> Result<Answer, ToolFailure> {
        self.send(path, self.client.post(self.url(path)?).form(form)).await
    }

    fn url(&self, path: &str) -> Result<Url, ToolFailure> {
        let url =
            self.base.join(path).ok().filter(|url| url.as_str().starts_with(self.base.as_str()));
        url.ok_or_else(|| {
            self.service.unusable(format!("{} can't be added to the address", clip(path, 200).0))
        })
    }

    async fn send(&self, path: &str, request: RequestBuilder) -> Result<Answer, ToolFailure> {
        let mut request = match &self.auth {
            Auth::None => request,
            Auth::Bearer(token) => request.bearer_auth(token.expose_secret()),
            Auth::Basic(user, password) => request.basic_auth(user, Some(password.expose_secret())),
        };
        if let Some(tenant) = &self.tenant {
            request = request.header("X-Scope-OrgID", tenant);
        }
        if let Some((name, value)) = self.header {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(|error| self.transport(path, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        self.refusal(path, status, &headers)?;
        let max = self.limits.response_bytes;
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| self.transport(path, &error))?
        {
            if body.len() + chunk.len() > max {
                return Err(failure(
                    self.service.codes.too_large,
                    format!("the answer of {path} is larger than {max} bytes"),
                    self.service.narrow,
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { service: self.service, path: path.to_owned(), status, headers, body })
    }

    /// What every API means by these statuses.
    fn refusal(
        &self,
        path: &str,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), ToolFailure> {
        let Service { name, codes, .. } = self.service;
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(failure(
                codes.unauthorized,
                format!("{name} refused the credentials for {path} ({status})"),
                "Set a token or user and password that may read, and the tenant if it has tenants.",
            )),
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = headers
                    .get(RETRY_AFTER)
                    .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok())
                    .map_or(RETRY_AFTER_S.0, |seconds| seconds.min(RETRY_AFTER_S.1));
                let mut busy = failure(
                    codes.busy,
                    format!("{name} has no room for {path} at the moment ({status})"),
                    format!("Ask again in {wait} s, or raise the limit of this account there."),
                );
                busy.retry_after_s = Some(wait);
                Err(busy)
            }
            status if status.is_redirection() => Err(failure(
                codes.failed,
                format!(
                    "{name} answered {path} with a redirect to {} ({status}), which isn't followed so \
                     that credentials stay",
                    target(&self.base, headers)
                ),
                "Set the address that it redirects to, if that is the right one.",
            )),
            _ => Ok(()),
        }
    }

    fn transport(&self, path: &str, error: &reqwest::Error) -> ToolFailure {
        let Service { name, codes, .. } = self.service;
        if error.is_builder() {
            return self.service.unusable(format!(
                "the credentials or the tenant for {name} have characters that a header can't carry"
            ));
        }
        if error.is_timeout() {
            return failure(
                codes.timeout,
                format!("{path} wasn't answered within {} s", self.limits.request.as_secs_f32()),
                format!("Check {name}'s load; ask for less: a shorter range, fewer series."),
            );
        }
        let address = self.base.host_str().unwrap_or("its host");
        failure(
            codes.unreachable,
            format!("no answer from {name} at {address}: {}", root_cause(error)),
            format!("Check the address and the network path, and whether {name} is up."),
        )
    }
}

/// A client with these limits and certificates, or why there is none.
fn client(access: &Access, limits: Limits) -> Result<Client, String> {
    let mut builder = crate::guard::client()
        .timeout(limits.request)
        .connect_timeout(limits.request.min(Duration::from_secs(3)));
    if let Some(pem) = &access.ca_pem {
        builder = crate::guard::trusting(builder, pem)?;
    }
    builder.build().map_err(|error| format!("no HTTP client can be made: {error}"))
}

/// Where a redirect points, without what may be secret in it.
fn target(base: &Url, headers: &HeaderMap) -> String {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    match location.and_then(|location| base.join(location).ok()) {
        Some(url) => {
            let host = url.host_str().unwrap_or("another place");
            clip(&printable(&format!("{}://{host}{}", url.scheme(), url.path())), 200).0
        }
        None => "nowhere".to_owned(),
    }
}

/// The last cause of an error: the first ones repeat the address, which may hold credentials.
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    clip(&cause.to_string(), 300).0
}
