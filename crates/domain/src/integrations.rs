//! What the Integrations page and its API show.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    connection::ConnectionKind,
    id::{ClusterId, ConnectionId},
    view::ConnectionState,
};

/// Every connection of an organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Integrations {
    /// Those of all clusters first, then cluster by cluster.
    pub connections: Vec<Integration>,
    /// Clusters that connections can be made for.
    pub clusters: Vec<ClusterName>,
    /// Networks that the operator lets connections reach.
    pub networks: String,
}

/// A cluster to choose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterName {
    /// Its id.
    pub id: ClusterId,
    /// Its name.
    pub name: String,
}

/// Where a connection is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Origin {
    /// With the cluster itself, when it was connected.
    Cluster,
    /// In the registry; it can be removed here.
    Registry,
    /// In the operator's own file; only the operator changes it.
    Operator,
}

/// One connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Integration {
    /// What approvals of its tools are kept under.
    pub source: String,
    /// Its id, where it is in the registry.
    pub id: Option<ConnectionId>,
    /// Where it is written down.
    pub origin: Origin,
    /// What it is.
    pub kind: ConnectionKind,
    /// The server's name.
    pub server: String,
    /// Its cluster; `None`: all.
    pub cluster: Option<ClusterName>,
    /// Fields that are no secrets.
    pub settings: BTreeMap<String, String>,
    /// Whether credentials are stored.
    pub has_secret: bool,
    /// Networks that it names.
    pub allowed_networks: Vec<String>,
    /// When it was last changed, and by whom; `None` where nobody keeps that.
    pub changed: Option<Change>,
    /// How it did when it was last used, for each cluster it serves.
    pub health: Vec<ClusterHealth>,
    /// Its tools, by name.
    pub tools: Vec<ToolLine>,
}

impl Integration {
    /// How many of its tools wait for an administrator.
    pub fn waiting(&self) -> usize {
        let waits = |tool: &&ToolLine| matches!(tool.pin, PinState::New | PinState::Changed { .. });
        self.tools.iter().filter(waits).count()
    }
}

/// When something was done, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// How a connection did for one cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterHealth {
    /// The cluster.
    pub cluster: ClusterName,
    /// How it did.
    pub state: ConnectionState,
}

/// What calling a tool can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RiskClass {
    /// It only reads, says the operator's list.
    Reads,
    /// It changes the world.
    Writes,
    /// The operator's list does not know it; nobody can call it.
    Unlisted,
}

/// A tool of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolLine {
    /// Its name.
    pub name: String,
    /// What the server says about it.
    pub description: Option<String>,
    /// What calling it can do.
    pub risk: RiskClass,
    /// Agents that may call it, each with how far: `read`, `dry-run` or `write`.
    pub agents: Vec<AgentUse>,
    /// Whether its form is approved.
    pub pin: PinState,
    /// The hash of the form that is offered now, in hex; what an approval has to name.
    pub offered: Option<String>,
}

/// An agent that may call a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentUse {
    /// Its name.
    pub agent: String,
    /// How far it may go.
    pub may: String,
    /// Whether it has a standing question to this tool: it is asked in each investigation.
    #[serde(default)]
    pub asks: bool,
}

/// Whether the form of a tool is approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PinState {
    /// The form is that of the running version of Evenkeel.
    Version,
    /// Somebody approved exactly what is offered.
    Approved {
        /// When.
        at: Timestamp,
        /// Who.
        by: String,
    },
    /// Nobody has looked at it yet: it is denied.
    New,
    /// It is not what was approved any more: it is denied.
    Changed {
        /// When it was approved.
        at: Timestamp,
        /// By whom.
        by: String,
        /// What differs, as a unified diff of the forms as JSON.
        diff: String,
    },
    /// It was approved, and is not offered any more.
    Gone,
}

/// What a person enters to add a connection. Its `Debug` shows no values: some are secrets.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewConnection {
    /// The kind's word.
    pub kind: String,
    /// The cluster's id; empty: for all clusters of the organisation.
    #[serde(default)]
    pub cluster: String,
    /// The server's name, for a third-party server; of shipped ones it is the kind's.
    #[serde(default)]
    pub name: String,
    /// The kind's fields by name.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Networks (CIDR, with commas or spaces between them) that it may reach and no others.
    #[serde(default)]
    pub allowed_networks: String,
}

impl fmt::Debug for NewConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewConnection")
            .field("kind", &self.kind)
            .field("cluster", &self.cluster)
            .field("name", &self.name)
            .field("fields", &self.fields.keys())
            .finish_non_exhaustive()
    }
}

/// What a person changes of a connection. Its `Debug` shows no values: some are secrets.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionChange {
    /// Fields by name: what is not named stays. An empty setting is taken out; an empty credential stays as it is
    /// kept. Addresses cannot be changed: what is kept would be told to another.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Networks as in [`NewConnection`]; without it they stay.
    #[serde(default)]
    pub allowed_networks: Option<String>,
    /// Whether credentials that are kept and not entered anew are forgotten.
    #[serde(default)]
    pub forget_credentials: bool,
}

impl fmt::Debug for ConnectionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionChange")
            .field("fields", &self.fields.keys())
            .field("forget_credentials", &self.forget_credentials)
            .finish_non_exhaustive()
    }
}
