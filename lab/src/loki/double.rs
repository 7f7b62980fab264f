//! The double by itself, on a port of its own, for tests.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Labels, Store, router};

/// A running double. It ends when it is dropped.
pub struct LokiDouble {
    address: SocketAddr,
    store: Arc<Store>,
    _stop: DropGuard,
}

impl LokiDouble {
    /// Starts one on a free port of 127.0.0.1.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let store = Arc::new(Store::default());
        let stop = CancellationToken::new();
        let app = router(Arc::clone(&store));
        let ended = stop.clone();
        tokio::spawn(async move {
            let serving =
                axum::serve(listener, app).with_graceful_shutdown(ended.cancelled_owned());
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the Loki double ended");
            }
        });
        Ok(Self { address, store, _stop: stop.drop_guard() })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes a line of a stream at a time in nanoseconds.
    pub fn push(&self, labels: &[(&str, &str)], nanos: i64, line: &str) {
        let labels: Labels =
            labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.store.push(&labels, nanos, line.to_owned(), Labels::new());
    }
}
