//! Which addresses a server of ours connects to. People enter addresses, and somebody else's DNS says what names stand
//! for, so what is connected to is checked at that moment: a name that changes its meaning between a check and the
//! connection changes nothing. Which networks are allowed comes with the environment
//! ([`evenkeel_tools::network::ALLOWED_NETWORKS`]).
//!
//! Every HTTP client of a server begins with [`client`], and every address that a person entered goes through [`check`].

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, LazyLock};

use evenkeel_tools::network::{ALLOWED_NETWORKS, AllowedNetworks};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, Url};

/// As the environment says. A text that names no networks allows none, and says so with the first call.
static NETWORKS: LazyLock<AllowedNetworks> = LazyLock::new(|| {
    let text = std::env::var(ALLOWED_NETWORKS).unwrap_or_default();
    AllowedNetworks::parse(&text).unwrap_or_else(|error| {
        tracing::error!(%error, "{ALLOWED_NETWORKS} can't be read: nothing is reached");
        AllowedNetworks::nothing()
    })
});

/// An HTTP client that connects to nothing else, follows no redirect (credentials must not follow to another host) and
/// asks no proxy (which would resolve names by itself).
pub fn client() -> ClientBuilder {
    within(NETWORKS.clone())
}

fn within(networks: AllowedNetworks) -> ClientBuilder {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(Guarded(networks)))
}

/// Whether an address may be asked: one that holds no name is resolved by nobody, so it is looked at here.
pub fn check(url: &Url) -> Result<(), String> {
    check_host(url.host_str().unwrap_or_default())
}

/// The same for a host alone.
pub fn check_host(host: &str) -> Result<(), String> {
    NETWORKS.check_host(host).map_err(|refused| refused.to_string())
}

/// Whether credentials may go there: over `https`, or to this very machine.
pub fn keeps_secrets(url: &Url) -> bool {
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme() == "https" || url.scheme() == "http" && here
}

/// [`check_host`] for a host that a program resolves by itself: everything that its name stands for now is looked at. What
/// cannot be resolved is reached by nobody.
pub fn check_named(host: &str, port: u16) -> Result<(), String> {
    check_host(host)?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let Ok(found) = (bare, port).to_socket_addrs() else { return Ok(()) };
    for address in found {
        NETWORKS.check(host, address.ip()).map_err(|refused| refused.to_string())?;
    }
    Ok(())
}

/// What a name stands for now, of that what may be connected to; for clients that are not made by [`client`].
pub async fn resolve(name: String) -> Result<std::vec::IntoIter<SocketAddr>, BoxError> {
    Ok(chosen(&NETWORKS, &name).await?.into_iter())
}

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

async fn chosen(networks: &AllowedNetworks, name: &str) -> Result<Vec<SocketAddr>, BoxError> {
    let found = tokio::net::lookup_host((name, 0)).await?;
    Ok(networks.choose(name, found)?)
}

struct Guarded(AllowedNetworks);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = self.0.clone();
        Box::pin(async move {
            let chosen = chosen(&networks, name.as_str()).await?;
            Ok(Box::new(chosen.into_iter()) as Addrs)
        })
    }
}

/// The builder of a client that trusts these certificates (PEM) beside the system's.
pub(crate) fn trusting(
    builder: reqwest::ClientBuilder,
    pem: &str,
) -> Result<reqwest::ClientBuilder, String> {
    let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes())
        .map_err(|error| format!("the CA isn't PEM: {error}"))?;
    if certificates.is_empty() {
        return Err("the CA holds no certificate".to_owned());
    }
    Ok(certificates.into_iter().fold(builder, reqwest::ClientBuilder::add_root_certificate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_number_that_is_an_address_is_looked_at_however_it_is_written() {
        for host in ["169.254.169.254", "[::ffff:a9fe:a9fe]"] {
            assert!(check_host(host).is_err(), "{host}");
        }
        for host in ["2852039166", "0xa9fea9fe"] {
            assert!(resolve(host.to_owned()).await.is_err(), "{host}");
            assert!(check_named(host, 443).is_err(), "{host}");
        }
        assert_eq!(check_host("127.0.0.1"), Ok(()));
        assert!(resolve("localhost".to_owned()).await.is_ok());
    }

    #[tokio::test]
    async fn a_name_is_checked_when_it_is_connected_to() {
        crate::install_tls_provider();
        let url = "http://localhost:9/";
        let public = within(AllowedNetworks::parse("public").unwrap()).build().unwrap();
        let error = public.get(url).send().await.unwrap_err();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        assert!(cause.to_string().contains("may not reach"), "{cause}");
    }
}
