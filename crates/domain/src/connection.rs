//! Connections: the systems that a cluster, or every cluster of an organisation, is asked and
//! changed through. Each is one MCP server; what it needs to know is a short list of named fields.

use std::{collections::BTreeMap, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{ClusterId, ConnectionId, OrganisationId};

/// What is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConnectionKind {
    /// A Kubernetes API server.
    Kubernetes,
    /// A Prometheus, and the Alertmanager beside it.
    Prometheus,
    /// A Grafana Loki.
    Loki,
    /// GitHub, or a GitHub Enterprise Server.
    Github,
    /// Runbooks in Notion.
    Runbooks,
    /// Anybody's MCP server over streamable HTTP.
    Mcp,
}

impl ConnectionKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Kubernetes, Self::Prometheus, Self::Loki, Self::Github, Self::Runbooks, Self::Mcp];

    /// The word in the database, in addresses and in the API. Of shipped servers it is also the
    /// server's name, as in `config/agents.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Prometheus => "prometheus",
            Self::Loki => "loki",
            Self::Github => "github",
            Self::Runbooks => "runbooks",
            Self::Mcp => "mcp",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kubernetes => "Kubernetes",
            Self::Prometheus => "Prometheus and Alertmanager",
            Self::Loki => "Loki",
            Self::Github => "GitHub",
            Self::Runbooks => "Runbooks in Notion",
            Self::Mcp => "Another MCP server",
        }
    }

    /// Whether the server is part of Evenkeel; its tools are then those of the running version.
    pub fn is_shipped(self) -> bool {
        self != Self::Mcp
    }

    /// What is asked of a person who connects one, in order.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Kubernetes => KUBERNETES,
            Self::Prometheus => PROMETHEUS,
            Self::Loki => LOKI,
            Self::Github => GITHUB,
            Self::Runbooks => RUNBOOKS,
            Self::Mcp => MCP,
        }
    }
}

/// A text that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of connection")]
pub struct UnknownKind(pub String);

impl FromStr for ConnectionKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownKind(crate::text::clip(text, 64)))
    }
}

/// One thing that a connection needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the API and in settings.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What to enter.
    pub hint: &'static str,
    /// What it must look like.
    pub shape: Shape,
    /// Whether it cannot be left out.
    pub required: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The base address of a server.
    Address,
    /// A line that everybody may see.
    Line,
    /// Lines that everybody may see.
    Lines,
    /// A line that is sealed and never shown again.
    Secret,
    /// Lines that are sealed and never shown again.
    SecretLines,
}

impl Shape {
    /// Whether it is sealed and never shown again.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretLines)
    }
}

const fn field(name: &'static str, label: &'static str, shape: Shape, hint: &'static str) -> Field {
    Field { name, label, hint, shape, required: false }
}

const fn required(
    name: &'static str,
    label: &'static str,
    shape: Shape,
    hint: &'static str,
) -> Field {
    Field { required: true, ..field(name, label, shape, hint) }
}

const TENANT: Field =
    field("tenant", "Tenant", Shape::Line, "Sent as X-Scope-OrgID (Mimir, Loki, Thanos).");
const USERNAME: Field = field("username", "User name", Shape::Line, "");
const PASSWORD: Field = field("password", "Password", Shape::Secret, "");
const BEARER: Field = field("bearer_token", "Bearer token", Shape::Secret, "Instead of a user.");
const CA: Field =
    field("ca", "CA certificates", Shape::Lines, "PEM, trusted beside the system's own.");

const KUBERNETES: &[Field] = &[required(
    "kubeconfig",
    "Kubeconfig",
    Shape::SecretLines,
    "The whole file as YAML, with its own credentials.",
)];
const PROMETHEUS: &[Field] = &[
    required("url", "Prometheus address", Shape::Address, "http://prometheus.example:9090"),
    field("alertmanager_url", "Alertmanager address", Shape::Address, ""),
    TENANT,
    USERNAME,
    PASSWORD,
    BEARER,
    CA,
];
const LOKI: &[Field] = &[
    required("url", "Loki address", Shape::Address, "http://loki.example:3100"),
    TENANT,
    USERNAME,
    PASSWORD,
    BEARER,
    CA,
];
const GITHUB: &[Field] = &[
    required(
        "repositories",
        "Repositories",
        Shape::Line,
        "owner/name, with commas between them; nothing else is touched.",
    ),
    field("token", "Token", Shape::Secret, "Fine-grained. Or a GitHub App, below."),
    field("app_id", "App id", Shape::Line, ""),
    field("installation_id", "Installation id", Shape::Line, ""),
    field("private_key", "App private key", Shape::SecretLines, "PEM."),
    field("api_url", "API address", Shape::Address, "Of a GitHub Enterprise Server only."),
    CA,
];
const RUNBOOKS: &[Field] = &[
    required("notion_database", "Notion database id", Shape::Line, ""),
    required("notion_api_key", "Notion integration secret", Shape::Secret, ""),
    field("notion_api_url", "Notion API address", Shape::Address, "Unless it is Notion's own."),
];
const MCP: &[Field] = &[
    required("url", "Address", Shape::Address, "https://mcp.example/mcp, streamable HTTP."),
    field("bearer_token", "Bearer token", Shape::Secret, "Or OAuth, below."),
    field("client_id", "OAuth client id", Shape::Line, "For the client credentials grant."),
    field("client_secret", "OAuth client secret", Shape::Secret, ""),
    field("token_url", "OAuth token address", Shape::Address, "Where the token is asked for."),
    field("scopes", "OAuth scopes", Shape::Line, "With spaces between them."),
];

/// A connection as people and programs see it: no credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerConnection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Of which cluster; `None`: of all clusters of the organisation.
    pub cluster: Option<ClusterId>,
    /// What it is.
    pub kind: ConnectionKind,
    /// The server's name, as in `config/agents.toml`: the kind's for shipped servers.
    pub name: String,
    /// Fields that are no secrets.
    pub settings: BTreeMap<String, String>,
    /// Whether credentials are stored.
    pub has_secret: bool,
    /// Networks (CIDR) that it may reach and no others; none: whatever the installation allows.
    pub allowed_networks: Vec<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// A tool as its server offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolForm {
    /// Its name.
    pub name: String,
    /// What the server says about it: shown to people, trusted by nobody.
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// JSON Schema of its result, where the server tells.
    pub output_schema: Option<Value>,
}

/// A tool as its server offers it, with what an approval of exactly that form names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedTool {
    /// The form.
    pub form: ToolForm,
    /// SHA-256 over it, in hex, as the MCP client reckons it.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_words() {
        for kind in ConnectionKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let names: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
            let mut once = names.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), names.len(), "{kind:?} asks for something twice");
        }
        assert!("shell".parse::<ConnectionKind>().is_err());
    }
}
