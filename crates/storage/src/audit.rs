//! The organisation-wide audit trail: who did what, beside the journals of incidents.

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    id::{AuditId, ClusterId, IncidentId, OrganisationId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StorageError;

/// One record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its id; sorts by time.
    pub id: AuditId,
    /// Whose trail.
    pub organisation: OrganisationId,
    /// When.
    pub at: Timestamp,
    /// Who: an e-mail address, `token name of address`, or `evenkeel` itself.
    pub actor: String,
    /// What: `user.signed_in`, `plan.approved`, `cluster.stopped`, …
    pub action: String,
    /// To what, in words.
    pub subject: String,
    /// The cluster, if it concerns one.
    pub cluster: Option<ClusterId>,
    /// The incident, if it concerns one.
    pub incident: Option<IncidentId>,
    /// What else is worth keeping; no secrets.
    pub detail: Value,
}

/// What to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this cluster.
    pub cluster: Option<ClusterId>,
    /// Only of this incident.
    pub incident: Option<IncidentId>,
    /// Only actions that begin with this.
    pub action: Option<String>,
    /// Only records older than this one.
    pub before: Option<AuditId>,
    /// At most so many.
    pub limit: u32,
}

/// The audit trail.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds a record.
    async fn audit(&self, record: &AuditRecord) -> Result<(), StorageError>;
    /// Records of an organisation, newest first.
    async fn audit_trail(
        &self,
        organisation: OrganisationId,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditRecord>, StorageError>;
}
