//! Where a server may listen.

use std::net::SocketAddr;

use tokio::net::TcpListener;

/// Why a server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Beyond this machine, in the clear.
    #[error(
        "{0} is reachable from other machines, and this server speaks no TLS: tokens and answers would be readable on \
         the way. Put a proxy with TLS in front and say --behind-tls, or listen on 127.0.0.1"
    )]
    InTheClear(SocketAddr),
    /// Beyond this machine, under names that nobody gave.
    #[error(
        "{0} is reachable from other machines: say by which names (--host), all others are refused"
    )]
    Nameless(SocketAddr),
    /// The system refused.
    #[error("cannot listen on {addr}")]
    Bind {
        /// Where.
        addr: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Listens on `addr`. Beyond this machine only behind TLS, and under `hosts`.
pub async fn bind(
    addr: SocketAddr,
    behind_tls: bool,
    hosts: &[String],
) -> Result<TcpListener, ListenError> {
    if !addr.ip().to_canonical().is_loopback() {
        if !behind_tls {
            return Err(ListenError::InTheClear(addr));
        }
        if hosts.is_empty() {
            return Err(ListenError::Nameless(addr));
        }
    }
    TcpListener::bind(addr).await.map_err(|source| ListenError::Bind { addr, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn beyond_this_machine_only_behind_tls_and_by_name() {
        let names = ["mcp.example".to_owned()];
        let anywhere: SocketAddr = "0.0.0.0:0".parse().unwrap();
        let refused = bind(anywhere, false, &names).await.unwrap_err();
        assert!(matches!(refused, ListenError::InTheClear(_)), "{refused}");
        let refused = bind(anywhere, true, &[]).await.unwrap_err();
        assert!(matches!(refused, ListenError::Nameless(_)), "{refused}");
        for addr in ["[::]:0", "[::ffff:10.0.0.1]:0", "192.0.2.1:0"] {
            let refused = bind(addr.parse().unwrap(), false, &names).await.unwrap_err();
            assert!(matches!(refused, ListenError::InTheClear(_)), "{addr}: {refused}");
        }
        let here = bind("127.0.0.1:0".parse().unwrap(), false, &[]).await.unwrap();
        assert!(here.local_addr().unwrap().ip().is_loopback());
    }
}
