//! The memory of each organisation as an MCP server in this process: it needs the database, which no child gets.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use evenkeel_domain::id::{IncidentId, OrganisationId};
use evenkeel_mcp::{Connector, FromTransport};
use evenkeel_mcp_servers::{
    Limits, ToolServer,
    memory::{self, Cursor, Memory, Page, Recollections},
    runbooks::{self, Runbooks, Sources},
};
use evenkeel_services::{ClosedIncidents, ServiceError};
use evenkeel_storage::{Store, incidents::ClosedPlace};
use futures::{FutureExt as _, future::BoxFuture};
use rmcp::ServiceExt as _;
use tokio::io::DuplexStream;

/// Bytes on the way between client and server in one process.
const PIPE: usize = 64 * 1024;

/// Servers in this process: runbooks, the same for all, and memories, one an organisation.
pub struct Inside {
    limits: Limits,
    cache: Option<PathBuf>,
    runbooks: Mutex<Option<Arc<ToolServer<Runbooks>>>>,
    memories: Mutex<HashMap<OrganisationId, Arc<ToolServer<Memory>>>>,
}

impl Inside {
    /// None is made before it is first asked.
    pub fn new(limits: Limits) -> Self {
        Self { limits, cache: None, runbooks: Mutex::default(), memories: Mutex::default() }
    }

    /// The same with a folder for what may be lost.
    #[must_use]
    pub fn with_cache(self, cache: Option<PathBuf>) -> Self {
        Self { cache, ..self }
    }

    /// Runbooks that ship, and those of the operator's folders, repositories and Notion.
    pub fn runbooks(&self) -> Box<dyn Connector> {
        let mut held = self.runbooks.lock().unwrap_or_else(PoisonError::into_inner);
        let server = held.get_or_insert_with(|| {
            let sources = Sources { cache: self.cache.clone(), ..Sources::from_env() };
            Arc::new(runbooks::server(Runbooks::new(sources, self.limits), self.limits))
        });
        connector(server)
    }

    /// The memory of an organisation.
    pub fn memory(
        &self,
        store: &Arc<dyn Store>,
        organisation: OrganisationId,
    ) -> Box<dyn Connector> {
        let mut held = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let server = held
            .entry(organisation)
            .or_insert_with(|| Arc::new(server(Arc::clone(store), organisation, self.limits)));
        connector(server)
    }
}

/// The `memory` server of an organisation.
pub fn server(
    store: Arc<dyn Store>,
    organisation: OrganisationId,
    limits: Limits,
) -> ToolServer<Memory> {
    memory::server(Memory::new(Closed(ClosedIncidents::of(store, organisation))), limits)
}

fn connector<C: Send + Sync + 'static>(server: &Arc<ToolServer<C>>) -> Box<dyn Connector> {
    let server = Arc::clone(server);
    Box::new(FromTransport::new(move || serve(&server)))
}

/// Serves a session; it ends when the other end is dropped.
fn serve<C: Send + Sync + 'static>(server: &Arc<ToolServer<C>>) -> DuplexStream {
    let (here, there) = tokio::io::duplex(PIPE);
    let server = Arc::clone(server);
    tokio::spawn(async move {
        match server.serve(there).await {
            Ok(running) => drop(running.waiting().await),
            Err(error) => {
                tracing::debug!(%error, "a session with a server in this process ended before it began");
            }
        }
    });
    here
}

/// The platform's closed incidents in the server's words.
struct Closed(ClosedIncidents);

impl Recollections for Closed {
    fn closed(&self, after: Option<Cursor>, limit: u32) -> BoxFuture<'_, Result<Page, String>> {
        async move {
            let place = after.map(|cursor| ClosedPlace {
                closed_at: cursor.closed_at,
                id: IncidentId::parse(&cursor.id).ok(),
            });
            let found = self.0.after(place, limit).await.map_err(said)?;
            let full = found.len() >= limit as usize;
            let last = found.last().map(|(place, _)| cursor(*place));
            let incidents = found.into_iter().filter_map(|(_, incident)| incident).collect();
            Ok(Page { incidents, last, full })
        }
        .boxed()
    }

    fn latest(&self, most: u32) -> BoxFuture<'_, Result<Option<Cursor>, String>> {
        async move { Ok(self.0.before_latest(most).await.map_err(said)?.map(cursor)) }.boxed()
    }
}

fn cursor(place: ClosedPlace) -> Cursor {
    let id = place.id.map(|id| id.to_string()).unwrap_or_default();
    Cursor { closed_at: place.closed_at, id }
}

/// The whole chain goes to the log, where it happened; the tool says what was being done.
fn said(error: ServiceError) -> String {
    tracing::error!(
        error = &error as &dyn std::error::Error,
        "closed incidents cannot be read for the memory"
    );
    error.to_string()
}
