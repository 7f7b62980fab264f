//! Opening a session with a server, over whatever carries the protocol.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rmcp::model::{ClientCapabilities, ClientConfig, Implementation, ProtocolVersion};
use rmcp::service::{NotificationContext, Peer, RoleClient, RunningService};
use rmcp::transport::IntoTransport;
use rmcp::{ClientHandler, ServiceExt as _};

use crate::pins::Pins;

/// Opens sessions with one server.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Opens a session; the text says why not.
    async fn connect(&self) -> Result<Session, String>;
}

/// An open session. Dropping it ends it, and kills the child behind it, if any.
pub struct Session {
    running: RunningService<RoleClient, Client>,
    offered: std::sync::Mutex<Pins>,
    list_changed: Arc<AtomicBool>,
    flooded: Arc<AtomicBool>,
    _child: Option<tokio::process::Child>,
}

/// Our side of the protocol: we offer nothing, and notice when the server says that its tools changed.
struct Client {
    list_changed: Arc<AtomicBool>,
}

impl ClientHandler for Client {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(
            ClientCapabilities::default(),
            Implementation::new("evenkeel", env!("CARGO_PKG_VERSION")),
        )
        // Later versions have no handshake, so that none of them may be asked for in one.
        .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.list_changed.store(true, Ordering::Relaxed);
    }
}

impl Session {
    /// Opens a session over any transport that rmcp knows: a pair of streams, a duplex stream, a child, HTTP.
    pub async fn open<T, E, A>(transport: T) -> Result<Self, String>
    where
        T: IntoTransport<RoleClient, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        Self::open_with(transport, None, Arc::default()).await
    }

    pub(crate) async fn open_with<T, E, A>(
        transport: T,
        child: Option<tokio::process::Child>,
        flooded: Arc<AtomicBool>,
    ) -> Result<Self, String>
    where
        T: IntoTransport<RoleClient, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let list_changed = Arc::new(AtomicBool::new(false));
        let client = Client { list_changed: Arc::clone(&list_changed) };
        let running = client
            .serve(transport)
            .await
            .map_err(|error| format!("the handshake failed: {error}"))?;
        let tools = running
            .peer()
            .list_all_tools()
            .await
            .map_err(|error| format!("no list of tools: {error}"))?;
        Ok(Self {
            running,
            offered: std::sync::Mutex::new(Pins::of(&tools)),
            list_changed,
            flooded,
            _child: child,
        })
    }

    pub(crate) fn peer(&self) -> &Peer<RoleClient> {
        self.running.peer()
    }

    /// Whether the other side hung up.
    pub(crate) fn is_closed(&self) -> bool {
        self.running.is_closed() || self.running.peer().is_transport_closed()
    }

    /// Whether it was ended because of a message without end.
    pub(crate) fn is_flooded(&self) -> bool {
        self.flooded.load(Ordering::Relaxed)
    }

    /// The tools offered now; asked for again when the server said that they changed.
    pub(crate) async fn offered(&self) -> Result<Pins, String> {
        if self.list_changed.swap(false, Ordering::Relaxed) {
            let tools = self.peer().list_all_tools().await.map_err(|error| {
                self.list_changed.store(true, Ordering::Relaxed);
                format!("no list of tools: {error}")
            })?;
            *self.lock() = Pins::of(&tools);
        }
        Ok(self.lock().clone())
    }

    /// Whether the server still answers at all.
    pub(crate) async fn is_alive(&self, within: Duration) -> bool {
        tokio::time::timeout(within, self.peer().list_tools(None))
            .await
            .is_ok_and(|answer| answer.is_ok())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pins> {
        self.offered.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A connector from a function that makes transports: for servers in the same process.
pub struct FromTransport<F>(F);

impl<F> FromTransport<F> {
    /// Calls `make` for every session.
    pub fn new(make: F) -> Self {
        Self(make)
    }
}

#[async_trait]
impl<F, S> Connector for FromTransport<F>
where
    F: Fn() -> S + Send + Sync,
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    async fn connect(&self) -> Result<Session, String> {
        Session::open((self.0)()).await
    }
}
