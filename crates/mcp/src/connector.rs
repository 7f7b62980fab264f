//! Opening a session with a server, over whatever carries the protocol.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rmcp::model::{
    ClientCapabilities, ClientConfig, Implementation, PaginatedRequestParams, ProtocolVersion,
};
use rmcp::service::{NotificationContext, Peer, RoleClient, RunningService};
use rmcp::transport::IntoTransport;
use rmcp::{ClientHandler, ServiceExt as _};
use tokio::time::Instant;

use crate::pins::{OfferedTool, TOOLS_MAX};
use crate::result::said;

/// How long a list of tools is believed, and so how long a tool that changes in silence may still be called.
const LIST_LASTS: Duration = Duration::from_mins(1);

/// Opens sessions with one server.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Opens a session; the text says why not.
    async fn connect(&self) -> Result<Session, String>;
}

/// An open session. Dropping it ends it, and kills the child behind it, if any.
pub struct Session {
    running: RunningService<RoleClient, Client>,
    offered: std::sync::Mutex<Offered>,
    list_changed: Arc<AtomicBool>,
    flooded: Arc<AtomicBool>,
    ends: Option<Instant>,
    _child: Option<tokio::process::Child>,
}

/// What the server offers, and when it said so.
struct Offered {
    tools: Arc<[OfferedTool]>,
    listed: Instant,
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
            .map_err(|error| format!("the handshake failed: {}", said(&error.to_string())))?;
        let tools = list(running.peer()).await?;
        let offered = std::sync::Mutex::new(Offered { tools, listed: Instant::now() });
        Ok(Self { running, offered, list_changed, flooded, ends: None, _child: child })
    }

    /// To be opened anew from that moment on: its credentials lapse then.
    #[must_use]
    pub(crate) fn until(self, ends: Option<Instant>) -> Self {
        Self { ends, ..self }
    }

    pub(crate) fn peer(&self) -> &Peer<RoleClient> {
        self.running.peer()
    }

    /// Whether the other side hung up, or the credentials lapsed.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_hung_up() || self.ends.is_some_and(|ends| ends <= Instant::now())
    }

    /// Whether the other side hung up.
    pub(crate) fn is_hung_up(&self) -> bool {
        self.running.is_closed() || self.running.peer().is_transport_closed()
    }

    /// Whether it was ended because of a message without end.
    pub(crate) fn is_flooded(&self) -> bool {
        self.flooded.load(Ordering::Relaxed)
    }

    /// The tools offered now; asked for again when the server said that they changed, and after [`LIST_LASTS`], because
    /// not every server says so.
    pub(crate) async fn offered(&self) -> Result<Arc<[OfferedTool]>, String> {
        let told = self.list_changed.swap(false, Ordering::Relaxed);
        let old = self.lock().listed.elapsed() >= LIST_LASTS;
        if told || old {
            match list(self.peer()).await {
                Ok(tools) => *self.lock() = Offered { tools, listed: Instant::now() },
                Err(reason) => {
                    if told {
                        self.list_changed.store(true, Ordering::Relaxed);
                    }
                    return Err(reason);
                }
            }
        }
        Ok(Arc::clone(&self.lock().tools))
    }

    /// Whether the server still answers at all.
    pub(crate) async fn is_alive(&self, within: Duration) -> bool {
        tokio::time::timeout(within, self.peer().list_tools(None))
            .await
            .is_ok_and(|answer| answer.is_ok())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Offered> {
        self.offered.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// All tools of a server, page by page, as far as a server in its right mind goes.
async fn list(peer: &Peer<RoleClient>) -> Result<Arc<[OfferedTool]>, String> {
    let mut tools = Vec::new();
    let mut cursor = None;
    loop {
        let page = cursor.take().map(|next| {
            let mut page = PaginatedRequestParams::default();
            page.cursor = Some(next);
            page
        });
        let page = peer
            .list_tools(page)
            .await
            .map_err(|error| format!("no list of tools: {}", said(&error.to_string())))?;
        for tool in &page.tools {
            let Some(read) = OfferedTool::read(tool) else {
                return Err("it offers a tool whose form is larger than 64 KiB".to_owned());
            };
            tools.push(read);
        }
        if tools.len() > TOOLS_MAX {
            return Err(format!("it offers more than {TOOLS_MAX} tools"));
        }
        // An empty page with a next one is a server that leads in circles.
        match page.next_cursor {
            Some(next) if !page.tools.is_empty() => cursor = Some(next),
            _ => return Ok(tools.into()),
        }
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
