//! Connections to tool servers, the tools they offer, and what is sealed.

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    audit::AuditRecord,
    connection::{OfferedTool, ServerConnection, ToolForm},
    id::{ClusterId, ConnectionId, OrganisationId},
    view::ConnectionState,
};

use crate::StorageError;

/// A connection with what is secret about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRow {
    /// What everybody may see.
    pub connection: ServerConnection,
    /// Its credentials, sealed by the services; opaque here.
    pub secret_sealed: Option<Vec<u8>>,
}

/// A tool of a server that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRow {
    /// The connection's id, or the operator's name for the server.
    pub source: String,
    /// The tool.
    pub tool: String,
    /// As it was last offered; `None`: it is not any more.
    pub offered: Option<OfferedTool>,
    /// When what is offered was last asked for and differed from what was known.
    pub offered_at: Timestamp,
    /// As it was approved.
    pub pinned: Option<Pinned>,
}

/// An approval of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The form that was approved.
    pub form: ToolForm,
    /// Its hash.
    pub hash: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Which tool of which server.
#[derive(Debug, Clone, Copy)]
pub struct ToolPlace<'a> {
    /// Whose.
    pub organisation: OrganisationId,
    /// The connection's id, or the operator's name for the server.
    pub source: &'a str,
    /// The tool.
    pub tool: &'a str,
}

/// How a cluster's server did when it was last asked, by whichever process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRow {
    /// The cluster.
    pub cluster: ClusterId,
    /// The server's name.
    pub server: String,
    /// When it was asked.
    pub at: Timestamp,
    /// How it did.
    pub state: ConnectionState,
}

/// Something sealed, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SealedFor {
    /// A cluster's kubeconfig.
    Cluster(ClusterId),
    /// A connection's credentials.
    Connection(ConnectionId),
}

/// A sealed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// What it was sealed for.
    pub owner: SealedFor,
    /// As it is kept.
    pub sealed: Vec<u8>,
}

/// Connections. What the audit trail keeps of a change comes with it: both are written or neither.
#[async_trait]
pub trait ConnectionStore: Send + Sync {
    /// Adds a connection; `Taken` if the same clusters have a server of that name.
    async fn create_connection(
        &self,
        row: &ConnectionRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Changes settings, credentials and networks of a connection that was last changed at `before`, and forgets how it
    /// did; `Missing` if there is none or it was changed since.
    async fn change_connection(
        &self,
        row: &ConnectionRow,
        before: Timestamp,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Removes a connection, what is known of its tools and how it did; `Missing` if the organisation has
    /// none of that id.
    async fn delete_connection(
        &self,
        organisation: OrganisationId,
        id: ConnectionId,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// The connections of an organisation: by name, those of all clusters first.
    async fn connections(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ConnectionRow>, StorageError>;
    /// The tools that are known of an organisation's servers, by source and name.
    async fn connection_tools(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ToolRow>, StorageError>;
    /// Keeps what a server offers: these tools, and no others any more. Approvals stay.
    async fn offer_tools(
        &self,
        organisation: OrganisationId,
        source: &str,
        tools: &[OfferedTool],
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// Approves a tool exactly as it is offered; `Missing` if it is not offered with this hash.
    async fn pin_tool(
        &self,
        place: ToolPlace<'_>,
        hash: &str,
        by: &str,
        at: Timestamp,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Takes an approval back; `Missing` if there is none.
    async fn unpin_tool(
        &self,
        place: ToolPlace<'_>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Keeps how servers did, where nothing later is kept. When one last did well stays known.
    async fn keep_health(&self, seen: &[HealthRow]) -> Result<(), StorageError>;
    /// How the servers of an organisation's clusters did, by cluster and name.
    async fn health(&self, organisation: OrganisationId) -> Result<Vec<HealthRow>, StorageError>;
    /// Everything that is sealed, of all organisations.
    async fn sealed(&self) -> Result<Vec<Sealed>, StorageError>;
    /// Replaces sealed texts, all or none: each pair is what is kept now and what is to be kept.
    /// `Conflict` if one is not what it was any more.
    async fn reseal(
        &self,
        changes: &[(Sealed, Vec<u8>)],
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
}
