//! Talking to the API server, with a time limit, a byte limit and errors that say what happened.

use std::net::SocketAddr;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use http::Request;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{GetParams, ListParams};
use kube::client::{Body, ClientBuilder, ConfigExt as _};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::request::Error::BuildRequest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::write::guard::Fence;
use super::{errors, kubeconfig, names};
use crate::KUBECONFIG_TEXT;
use crate::failure::failure;
use crate::guard::BoxError;
use crate::limits::Limits;

/// One cluster, or why there is none: then every call answers with that reason.
pub struct Kube {
    client: Result<kube::Client, ToolFailure>,
    limits: Limits,
    fence: Fence,
}

/// Objects of one page where whole lists are read: a page of large ones must fit into an answer.
const PAGE: u32 = 200;
/// Pages at most: as many as fit into the time of a call.
const PAGES: usize = 50;
/// By how much fewer objects are asked for when their page was too large.
const FEWER: u32 = 4;

/// A page of a list.
#[derive(Deserialize)]
#[serde(bound = "K: DeserializeOwned")]
pub(super) struct Page<K> {
    #[serde(default)]
    pub metadata: PageMetadata,
    #[serde(default = "Vec::new", deserialize_with = "or_empty")]
    pub items: Vec<K>,
}

/// Where the next page begins.
#[derive(Deserialize, Default)]
pub(super) struct PageMetadata {
    #[serde(rename = "continue")]
    pub next: Option<String>,
}

/// Go writes a list or a map that nothing was put into as `null`; so do lists of metadata of a kind with no objects.
pub(super) fn or_empty<'de, D, T>(input: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(input)?.unwrap_or_default())
}

impl<K> Page<K> {
    /// Whether the server has more.
    pub(super) fn truncated(&self) -> bool {
        self.next().is_some()
    }

    /// What the server wants to hear for the rest.
    pub(super) fn next(&self) -> Option<String> {
        self.metadata.next.clone().filter(|token| !token.is_empty())
    }
}

impl Kube {
    /// The cluster of `KUBECONFIG` (its current context, or `KUBE_CONTEXT`), else the pod's service account.
    /// `EVENKEEL_KUBERNETES_UNPROTECTED` names protected namespaces that may be written to.
    pub async fn from_env(limits: Limits) -> Self {
        let client = match config_from_env().await {
            Ok(config) => client(config),
            Err(failure) => Err(failure),
        };
        Self { client, limits, fence: Fence::from_env() }
    }

    /// The cluster of that kube configuration.
    pub fn new(config: kube::Config, limits: Limits) -> Self {
        Self { client: client(config), limits, fence: Fence::default() }
    }

    /// No cluster: every call that would ask it fails.
    pub fn none(limits: Limits) -> Self {
        let failure = failure(
            codes::KUBERNETES_CONFIG,
            "no cluster is configured",
            "Connect a cluster by its kubeconfig.",
        );
        Self { client: Err(failure), limits, fence: Fence::default() }
    }

    /// A cluster behind any client; for tests.
    pub fn from_client(client: kube::Client, limits: Limits) -> Self {
        Self { client: Ok(client), limits, fence: Fence::default() }
    }

    /// Where nothing is written.
    pub(super) fn fence(&self) -> &Fence {
        &self.fence
    }

    /// One object.
    pub(super) async fn get<K: DeserializeOwned>(
        &self,
        path: String,
        name: &str,
    ) -> Result<K, ToolFailure> {
        let request = kube::core::Request::new(path).get(name, &GetParams::default());
        self.json(request.map_err(errors::unbuildable)?).await
    }

    /// One object, `None` when it doesn't exist.
    pub(super) async fn find<K: DeserializeOwned>(
        &self,
        path: String,
        name: &str,
    ) -> Result<Option<K>, ToolFailure> {
        match self.get(path, name).await {
            Ok(object) => Ok(Some(object)),
            Err(failure) if failure.code == codes::KUBERNETES_NOT_FOUND => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// A page of objects, with fewer of them than asked for where so many are more than is read. An empty one of a
    /// namespace that doesn't exist is a failure: the API server itself makes no difference.
    pub(super) async fn list<K: DeserializeOwned>(
        &self,
        path: String,
        params: &ListParams,
    ) -> Result<Page<K>, ToolFailure> {
        self.listed(&path, params, false).await
    }

    async fn listed<K: DeserializeOwned>(
        &self,
        path: &str,
        params: &ListParams,
        only_metadata: bool,
    ) -> Result<Page<K>, ToolFailure> {
        let page = self.page(path, &mut params.clone(), only_metadata).await?;
        self.check_listed(path, &page).await?;
        Ok(page)
    }

    /// Refuses an empty list of a namespace that doesn't exist. Where that can't be told, the list stands.
    pub(super) async fn check_listed<K>(
        &self,
        path: &str,
        page: &Page<K>,
    ) -> Result<(), ToolFailure> {
        let Some(namespace) = names::namespace_of(path) else { return Ok(()) };
        if !page.items.is_empty() || page.truncated() {
            return Ok(());
        }
        // Listed and not got, because what reads may list them.
        let path = names::cluster_collection::<Namespace>();
        let mut params =
            ListParams::default().fields(&format!("metadata.name={namespace}")).limit(PAGE);
        let named = |found: Page<Namespace>| {
            let mut names = found.items.into_iter().filter_map(|found| found.metadata.name);
            found.metadata.next.is_some() || names.any(|name| name == namespace)
        };
        match self.page(&path, &mut params, true).await.map(named) {
            Ok(false) => Err(failure(
                codes::KUBERNETES_NOT_FOUND,
                format!("there is no namespace {namespace}"),
                "Check the name; list_namespaces lists what there is.",
            )),
            Ok(true) | Err(_) => Ok(()),
        }
    }

    /// A page of a list that is read on: `params` then stand at the next one. Whether the namespace exists is for
    /// [`Self::check_listed`] to say.
    pub(super) async fn next_page<K: DeserializeOwned>(
        &self,
        path: &str,
        params: &mut ListParams,
    ) -> Result<Page<K>, ToolFailure> {
        let page = self.page(path, params, false).await?;
        params.continue_token = page.next();
        Ok(page)
    }

    /// A page. Objects can be so large that a page of them is more than is read: then it is asked for fewer, which
    /// `params` keep.
    async fn page<K: DeserializeOwned>(
        &self,
        path: &str,
        params: &mut ListParams,
        only_metadata: bool,
    ) -> Result<Page<K>, ToolFailure> {
        loop {
            let request = kube::core::Request::new(path);
            let request =
                if only_metadata { request.list_metadata(params) } else { request.list(params) };
            match self.json(request.map_err(errors::unbuildable)?).await {
                Err(failure) if failure.code == codes::KUBERNETES_TOO_LARGE => {
                    let Some(limit) = params.limit.filter(|limit| *limit > 1) else {
                        return Err(failure);
                    };
                    params.limit = Some((limit / FEWER).max(1));
                }
                answer => return answer,
            }
        }
    }

    /// All objects, page by page, and whether there are more than are read. For what is joined with something else: half
    /// of it would show what is there as missing.
    pub(super) async fn list_whole<K: DeserializeOwned>(
        &self,
        path: String,
        params: ListParams,
    ) -> Result<(Vec<K>, bool), ToolFailure> {
        self.pages(path, params, false).await
    }

    /// [`Self::list_whole`], metadata only.
    pub(super) async fn list_whole_metadata<K: DeserializeOwned>(
        &self,
        path: String,
        params: ListParams,
    ) -> Result<(Vec<K>, bool), ToolFailure> {
        self.pages(path, params, true).await
    }

    async fn pages<K: DeserializeOwned>(
        &self,
        path: String,
        params: ListParams,
        only_metadata: bool,
    ) -> Result<(Vec<K>, bool), ToolFailure> {
        let mut all = Vec::new();
        let mut params = ListParams { limit: Some(PAGE), ..params };
        for _ in 0..PAGES {
            let page: Page<K> = self.page(&path, &mut params, only_metadata).await?;
            params.continue_token = page.next();
            all.extend(page.items);
            if params.continue_token.is_none() {
                return Ok((all, false));
            }
        }
        Ok((all, true))
    }

    /// A page of objects of which only the metadata is asked for.
    pub(super) async fn list_metadata<K: DeserializeOwned>(
        &self,
        path: String,
        params: &ListParams,
    ) -> Result<Page<K>, ToolFailure> {
        self.listed(&path, params, true).await
    }

    /// A document of the API server itself, such as discovery. `path` has no part from outside that isn't checked.
    pub(super) async fn get_path<T: DeserializeOwned>(
        &self,
        path: &str,
        accept: &str,
    ) -> Result<T, ToolFailure> {
        let request = Request::get(path).header(http::header::ACCEPT, accept).body(Vec::new());
        self.json(request.map_err(|error| errors::unbuildable(BuildRequest(error)))?).await
    }

    /// A review: created, answered, never stored.
    pub(super) async fn review<T: DeserializeOwned>(
        &self,
        path: &str,
        review: &serde_json::Value,
    ) -> Result<T, ToolFailure> {
        let request = Request::post(path)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(review.to_string().into_bytes());
        self.json(request.map_err(|error| errors::unbuildable(BuildRequest(error)))?).await
    }

    /// Sends a request and reads JSON.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<T, ToolFailure> {
        let what = describe(&request);
        let body = self.bytes(request).await?;
        serde_json::from_slice(&body).map_err(|error| {
            failure(
                codes::KUBERNETES_FAILED,
                format!("the answer to {what} isn't an object of the kind asked for: {error}"),
                "Check that the configured address is a Kubernetes API server of a supported version.",
            )
        })
    }

    /// Sends a request and reads the body of a successful answer.
    pub(super) async fn bytes(&self, request: Request<Vec<u8>>) -> Result<Vec<u8>, ToolFailure> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let what = describe(&request);
        let exchange = async {
            let response = client
                .send(request.map(Body::from))
                .await
                .map_err(|error| errors::transport(&what, &error))?;
            let (status, headers) = (response.status(), response.headers().clone());
            let limited = Limited::new(response.into_body(), self.limits.response_bytes);
            let body = limited.collect().await.map_err(|error| {
                if error.downcast_ref::<LengthLimitError>().is_some() {
                    errors::too_large(&what, self.limits.response_bytes)
                } else {
                    errors::transport(&what, error.as_ref())
                }
            })?;
            let body = body.to_bytes().to_vec();
            if status.is_success() {
                Ok(body)
            } else {
                Err(errors::status(&what, status, &headers, &body))
            }
        };
        match tokio::time::timeout(self.limits.request, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(errors::timeout(&what, self.limits.request)),
        }
    }
}

/// `get /api/v1/namespaces/shop/pods`: the request without its parameters.
fn describe<T>(request: &Request<T>) -> String {
    format!("{} {}", request.method().as_str().to_lowercase(), request.uri().path())
}

async fn config_from_env() -> Result<kube::Config, ToolFailure> {
    if let Some(kubeconfig) = kubeconfig_from_env()? {
        let context = std::env::var("KUBE_CONTEXT").ok().filter(|name| !name.is_empty());
        let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
        return kube::Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| config(format!("the kubeconfig can't be used: {error}")));
    }
    kube::Config::incluster().map_err(|error| {
        config(format!("KUBECONFIG isn't set and this isn't a pod with a service account: {error}"))
    })
}

/// The kubeconfig itself in [`KUBECONFIG_TEXT`], or files that `KUBECONFIG` names.
fn kubeconfig_from_env() -> Result<Option<Kubeconfig>, ToolFailure> {
    if let Ok(text) = std::env::var(KUBECONFIG_TEXT) {
        let entered = Kubeconfig::from_yaml(&text)
            .map_err(|error| config(format!("the cluster's kubeconfig can't be read: {error}")))?;
        if std::env::var(kubeconfig::LOCAL).is_ok_and(|word| word == "allow") {
            return Ok(Some(entered));
        }
        kubeconfig::check(&entered).map_err(config)?;
        return Ok(Some(entered));
    }
    if std::env::var_os("KUBECONFIG").is_none_or(|path| path.is_empty()) {
        return Ok(None);
    }
    Kubeconfig::from_env()
        .map_err(|error| config(format!("KUBECONFIG can't be read: {error}")))?
        .ok_or_else(|| config("KUBECONFIG names no file that exists".to_owned()))
        .map(Some)
}

fn client(config_value: kube::Config) -> Result<kube::Client, ToolFailure> {
    if let Some(host) = config_value.cluster_url.host() {
        crate::guard::check_host(host).map_err(config)?;
    }
    if config_value.proxy_url.is_some() {
        let why = "the kubeconfig (proxy-url), or the environment (HTTPS_PROXY, HTTP_PROXY), names a proxy, which would resolve \
            names by itself: none is used";
        return Err(failure(
            codes::KUBERNETES_CONFIG,
            why,
            "Take it out there, and let the API server be reached without.",
        ));
    }
    guarded(config_value, crate::guard::resolve)
        .map_err(|error| config(format!("no client can be made: {error}")))
}

/// kube's own client, but for two things. The names it connects to are resolved by `resolve`, at each connection. And it
/// repeats nothing: whether to try again is the caller's decision, and a hidden retry would turn "busy" into a time-out.
fn guarded<R, F>(config: kube::Config, resolve: R) -> Result<kube::Client, kube::Error>
where
    R: Fn(String) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<std::vec::IntoIter<SocketAddr>, BoxError>> + Send + 'static,
{
    let resolver = tower::service_fn(move |name: Name| resolve(name.as_str().to_owned()));
    let mut http = HttpConnector::new_with_resolver(resolver);
    http.enforce_http(false);
    let https = config.rustls_https_connector_with_connector(http)?;
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(https);
    let service = tower::ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(client);
    Ok(ClientBuilder::new(service, config.default_namespace).build())
}

fn config(message: String) -> ToolFailure {
    failure(
        codes::KUBERNETES_CONFIG,
        message,
        "Set KUBECONFIG to a file with the cluster's address, CA and a token, or run inside the cluster.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_looked_at_when_it_is_connected_to() {
        crate::install_tls_provider();
        let config = kube::Config::new("https://cluster.example:6443".parse().unwrap());
        let refuse = |name: String| async move { Err(format!("may not reach {name}").into()) };
        let client = guarded(config, refuse).unwrap();
        let kube = Kube::from_client(client, Limits::default());
        let asked = kube.get_path::<serde_json::Value>("/version", "application/json").await;
        let failure = asked.unwrap_err();
        assert_eq!(failure.code, codes::KUBERNETES_UNREACHABLE);
        assert!(failure.message.contains("may not reach cluster.example"), "{}", failure.message);
    }

    #[tokio::test]
    async fn a_proxy_is_refused() {
        let mut config = kube::Config::new("https://cluster.example:6443".parse().unwrap());
        config.proxy_url = Some("http://user:secret@proxy.example:3128".parse().unwrap());
        let failure = client(config).err().unwrap();
        assert_eq!(failure.code, codes::KUBERNETES_CONFIG);
        assert!(!failure.message.contains("secret"), "{}", failure.message);
    }
}
