//! Connections, their tools, and what is sealed.

use evenkeel_domain::{
    connection::{OfferedTool, ServerConnection},
    view::ConnectionState,
};
use evenkeel_storage::{
    StorageError,
    connections::{ConnectionRow, HealthRow, Pinned, Sealed, SealedFor, ToolRow},
};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `connections`.
#[derive(FromRow)]
pub struct ConnectionColumns {
    id: String,
    organisation: String,
    cluster: Option<String>,
    kind: String,
    name: String,
    settings: String,
    secret_sealed: Option<Vec<u8>>,
    allowed_networks: String,
    created_at: i64,
    created_by: String,
    changed_at: i64,
    changed_by: String,
}

impl TryFrom<ConnectionColumns> for ConnectionRow {
    type Error = StorageError;

    fn try_from(row: ConnectionColumns) -> Result<Self, StorageError> {
        let at = Row::of("connections", &row.id);
        Ok(Self {
            connection: ServerConnection {
                id: at.word("id", &row.id)?,
                organisation: at.word("organisation", &row.organisation)?,
                cluster: at.word_or_none("cluster", row.cluster.as_deref())?,
                kind: at.word("kind", &row.kind)?,
                settings: at.json("settings", &row.settings)?,
                allowed_networks: at.json("allowed_networks", &row.allowed_networks)?,
                created_at: at.time("created_at", row.created_at)?,
                changed_at: at.time("changed_at", row.changed_at)?,
                has_secret: row.secret_sealed.is_some(),
                name: row.name,
                created_by: row.created_by,
                changed_by: row.changed_by,
            },
            secret_sealed: row.secret_sealed,
        })
    }
}

/// A row of `connection_tools`.
#[derive(FromRow)]
pub struct ToolColumns {
    source: String,
    tool: String,
    offered: Option<String>,
    offered_hash: Option<String>,
    offered_at: i64,
    pinned: Option<String>,
    pinned_hash: Option<String>,
    pinned_at: Option<i64>,
    pinned_by: Option<String>,
}

impl TryFrom<ToolColumns> for ToolRow {
    type Error = StorageError;

    fn try_from(row: ToolColumns) -> Result<Self, StorageError> {
        let key = format!("{}/{}", row.source, row.tool);
        let at = Row::of("connection_tools", &key);
        let offered = match (row.offered, row.offered_hash) {
            (Some(form), Some(hash)) => {
                Some(OfferedTool { form: at.json("offered", &form)?, hash })
            }
            _ => None,
        };
        let pinned = match (row.pinned, row.pinned_hash, row.pinned_at, row.pinned_by) {
            (Some(form), Some(hash), Some(when), Some(by)) => Some(Pinned {
                form: at.json("pinned", &form)?,
                hash,
                at: at.time("pinned_at", when)?,
                by,
            }),
            _ => None,
        };
        let offered_at = at.time("offered_at", row.offered_at)?;
        Ok(Self { offered, pinned, offered_at, source: row.source, tool: row.tool })
    }
}

/// A row of `connection_health`.
#[derive(FromRow)]
pub struct HealthColumns {
    cluster: String,
    server: String,
    at: i64,
    ok_at: Option<i64>,
    state: String,
}

impl TryFrom<HealthColumns> for HealthRow {
    type Error = StorageError;

    fn try_from(row: HealthColumns) -> Result<Self, StorageError> {
        let at = Row::of("connection_health", &row.cluster);
        let mut state = at.json("state", &row.state)?;
        if let ConnectionState::Failing { last_ok_at, .. } = &mut state {
            *last_ok_at = at.time_or_none("ok_at", row.ok_at)?;
        }
        Ok(Self {
            cluster: at.word("cluster", &row.cluster)?,
            at: at.time("at", row.at)?,
            server: row.server,
            state,
        })
    }
}

/// A sealed text with whose it is: `cluster` or `connection`.
#[derive(FromRow)]
pub struct SealedColumns {
    kind: String,
    id: String,
    organisation: String,
    sealed: Vec<u8>,
}

impl TryFrom<SealedColumns> for Sealed {
    type Error = StorageError;

    fn try_from(row: SealedColumns) -> Result<Self, StorageError> {
        let at = Row::of("sealed texts", &row.id);
        let owner = match row.kind.as_str() {
            "cluster" => SealedFor::Cluster(at.word("id", &row.id)?),
            _ => SealedFor::Connection(at.word("id", &row.id)?),
        };
        let organisation = at.word("organisation", &row.organisation)?;
        Ok(Self { organisation, owner, sealed: row.sealed })
    }
}
