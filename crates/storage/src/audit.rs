//! The organisation-wide audit trail: who did what, beside the journals of incidents.

use async_trait::async_trait;
pub use evenkeel_domain::audit::{AuditEntry, AuditRecord};
use evenkeel_domain::id::{AuditId, ClusterId, IncidentId, OrganisationId};
use evenkeel_engine::audit_chain::{AuditHead, BrokenTrail};

use crate::StorageError;

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

/// The audit trail. Most records come with the change they speak of, in its transaction; each is
/// put at the end of its organisation's chain ([`AuditHead::follow`]) by the one who writes, so
/// that positions have no gaps.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds a record of something that changed nothing else here.
    async fn audit(&self, record: &AuditRecord) -> Result<(), StorageError>;
    /// Records of an organisation, newest first.
    async fn audit_trail(
        &self,
        organisation: OrganisationId,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditRecord>, StorageError>;
    /// An organisation's chain after position `after`, oldest first, at most `limit`.
    async fn audit_entries(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StorageError>;
}

/// Walks an organisation's chain from its first record: its end, or the first record that does
/// not follow from the one before it.
pub async fn verify(
    store: &dyn AuditStore,
    organisation: OrganisationId,
) -> Result<Result<AuditHead, BrokenTrail>, StorageError> {
    /// Bounds what is in memory; a record is about a kilobyte.
    const PAGE: u32 = 1_000;
    let mut head = AuditHead::default();
    loop {
        let page = store.audit_entries(organisation, head.seq, PAGE).await?;
        for entry in &page {
            if let Err(broken) = head.step(organisation, entry) {
                return Ok(Err(broken));
            }
        }
        if page.len() < PAGE as usize {
            return Ok(Ok(head));
        }
    }
}
