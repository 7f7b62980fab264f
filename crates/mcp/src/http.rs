//! Servers elsewhere, over streamable HTTP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use evenkeel_tools::network::{AllowedNetworks, is_this_machine};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use crate::connector::{Connector, Session};

/// Time for the connection itself, within that for the whole handshake.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Time for asking for a token.
const TOKEN_LIMIT: Duration = Duration::from_secs(10);
/// Longest answer of a token endpoint that is read, in bytes: tokens have a few KiB.
const TOKEN_BYTES_MAX: usize = 64 * 1024;
/// Longest time a token is used for, in seconds, whatever its endpoint says.
const TOKEN_LASTS_MAX: u64 = 86_400;
/// A token is not used in its last seconds: a call may take as long.
const LAST_SECONDS: u64 = 30;

/// A server to reach.
#[derive(Clone)]
pub struct HttpSpec {
    /// Its address.
    pub url: String,
    /// How to sign in.
    pub sign_in: SignIn,
    /// Which networks may be reached.
    pub networks: AllowedNetworks,
}

/// How to sign in at a server.
#[derive(Clone)]
pub enum SignIn {
    /// Not at all.
    None,
    /// `Authorization: Bearer`.
    Bearer(SecretString),
    /// OAuth's client credentials grant (RFC 6749, 4.4).
    ClientCredentials(ClientCredentials),
}

/// What the grant needs. The token's address is configured, not discovered: it decides who is told the secret.
#[derive(Clone)]
pub struct ClientCredentials {
    /// Who we are there.
    pub client_id: String,
    /// And the proof of it.
    pub client_secret: SecretString,
    /// Where the token is asked for.
    pub token_url: String,
    /// What it is asked for, with spaces between; may be empty.
    pub scopes: String,
}

/// Opens sessions with a server elsewhere. The addresses that its name stands for are checked, and the checked ones are
/// connected to; redirects are not followed.
pub struct HttpConnector {
    spec: HttpSpec,
    client: Result<Client, String>,
    max_message_bytes: usize,
}

impl HttpConnector {
    /// Reaches `spec`, and refuses messages longer than `max_message_bytes`.
    pub fn new(spec: HttpSpec, max_message_bytes: usize) -> Self {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Guarded(spec.networks.clone())))
            // A proxy would resolve names by itself.
            .no_proxy()
            .connect_timeout(CONNECT_LIMIT)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| format!("no HTTP client can be made: {}", chain(&error)));
        Self { spec, client, max_message_bytes }
    }

    /// An address that may be asked.
    fn checked(&self, address: &str) -> Result<Url, String> {
        let url =
            Url::parse(address).map_err(|error| format!("{address} is no address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("{} is no scheme of the web", url.scheme()));
        }
        let host = url.host_str().unwrap_or_default();
        self.spec.networks.check_host(host).map_err(|refused| refused.to_string())?;
        Ok(url)
    }

    /// A token and when it must not be used any more.
    async fn token(
        &self,
        client: &Client,
        grant: &ClientCredentials,
    ) -> Result<(String, Option<Instant>), String> {
        let url = self.checked(&grant.token_url)?;
        let here = url.host_str().is_some_and(is_this_machine);
        if url.scheme() != "https" && !here {
            return Err("no token: the client secret is sent over https only".to_owned());
        }
        let mut form = vec![("grant_type", "client_credentials"), ("resource", &self.spec.url)];
        if !grant.scopes.is_empty() {
            form.push(("scope", &grant.scopes));
        }
        let request = client
            .post(url)
            .basic_auth(&grant.client_id, Some(grant.client_secret.expose_secret()))
            .timeout(TOKEN_LIMIT)
            .form(&form);
        let mut response =
            request.send().await.map_err(|error| format!("no token: {}", chain(&error)))?;
        if !response.status().is_success() {
            return Err(format!("no token: its endpoint answered {}", response.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| format!("no token: {}", chain(&error)))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > TOKEN_BYTES_MAX {
                return Err("no token: the answer of its endpoint is too large".to_owned());
            }
        }
        let issued: Issued = serde_json::from_slice(&body)
            .map_err(|_| "no token: the answer of its endpoint isn't OAuth's".to_owned())?;
        if !issued.token_type.eq_ignore_ascii_case("bearer") {
            return Err("no token: it isn't a bearer token".to_owned());
        }
        let ends = issued.expires_in.map(|seconds| {
            let usable =
                seconds.min(TOKEN_LASTS_MAX).saturating_sub(LAST_SECONDS).max(LAST_SECONDS);
            Instant::now() + Duration::from_secs(usable)
        });
        Ok((issued.access_token, ends))
    }
}

/// A token endpoint's answer (RFC 6749, 5.1).
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    token_type: String,
    expires_in: Option<u64>,
}

#[async_trait]
impl Connector for HttpConnector {
    async fn connect(&self) -> Result<Session, String> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let url = self.checked(&self.spec.url)?;
        let (token, ends) = match &self.spec.sign_in {
            SignIn::None => (None, None),
            SignIn::Bearer(token) => (Some(token.expose_secret().to_owned()), None),
            SignIn::ClientCredentials(grant) => {
                let (token, ends) = self.token(client, grant).await?;
                (Some(token), ends)
            }
        };
        let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str())
            .max_sse_event_size(self.max_message_bytes)
            .max_json_response_size(self.max_message_bytes)
            // A call that met an expired session may have been made: whether to repeat it is for us to say.
            .reinit_on_expired_session(false);
        if let Some(token) = token {
            config = config.auth_header(token);
        }
        let transport = StreamableHttpClientTransport::with_client(client.clone(), config);
        Ok(Session::open(transport).await?.until(ends))
    }
}

/// Resolves names to addresses that may be reached.
struct Guarded(AllowedNetworks);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let chosen: Vec<SocketAddr> = networks.choose(name.as_str(), found)?;
            Ok(Box::new(chosen.into_iter()) as Addrs)
        })
    }
}

/// An error with its causes; HTTP clients say what happened in the last of them.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
