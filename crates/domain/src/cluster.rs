//! A cluster, and what kind of place it is.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ClusterId, OrganisationId};

/// What a cluster is used for. It comes from the cluster's own configuration, never from an
/// alert's label, because policy depends on it (invariant I6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Environment {
    /// People depend on it now.
    Production,
    /// Like production, without its users.
    Staging,
    /// Anything may break here.
    Development,
}

impl Environment {
    /// The word used in policies, lists and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
        }
    }
}

/// A text that names no environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an environment: use production, staging or development")]
pub struct UnknownEnvironment(pub String);

impl FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "production" | "prod" => Ok(Self::Production),
            "staging" => Ok(Self::Staging),
            "development" | "dev" => Ok(Self::Development),
            other => Err(UnknownEnvironment(crate::text::clip(other, 64))),
        }
    }
}

/// Emergency Stop as it stands on a cluster: who threw it, when, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmergencyStop {
    /// Who threw it (an e-mail address or a token's name).
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in that person's words.
    pub reason: String,
}

/// A cluster as people and programs see it: no credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cluster {
    /// Its id.
    pub id: ClusterId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Its name, unique in the organisation.
    pub name: String,
    /// What it is used for.
    pub environment: Environment,
    /// Base URL of its Prometheus, if connected.
    pub prometheus_url: Option<String>,
    /// Base URL of its Alertmanager, if connected.
    pub alertmanager_url: Option<String>,
    /// Whether a kubeconfig is stored.
    pub kubernetes: bool,
    /// Whether it says of itself that it is a practice range.
    pub practice_range: bool,
    /// Emergency Stop, if it is on.
    pub stop: Option<EmergencyStop>,
    /// When it was connected.
    pub created_at: Timestamp,
}
