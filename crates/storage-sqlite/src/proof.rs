//! What the chains are checked by.

use async_trait::async_trait;
use evenkeel_domain::{
    audit::AuditRecord,
    id::{IncidentId, OrganisationId},
    proof::Verification,
};
use evenkeel_engine::{
    audit_chain::AuditHead,
    checkpoint::Checkpoint,
    proof::{AuditRow, JournalHead, JournalRow},
};
use evenkeel_storage::{ProofStore, StorageError, proof::Unanchored};
use evenkeel_storage_sql::proof::{self, ANCHORING};
use sqlx::Sqlite;

use crate::{SqliteStore, audit};

#[async_trait]
impl ProofStore for SqliteStore {
    async fn audit_rows(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StorageError> {
        proof::audit_rows(self, organisation, after, limit).await
    }

    async fn audit_end(&self, organisation: OrganisationId) -> Result<AuditHead, StorageError> {
        proof::audit_end(self, organisation).await
    }

    async fn audit_stray(
        &self,
        organisation: OrganisationId,
        until: u64,
    ) -> Result<Option<String>, StorageError> {
        proof::audit_stray(self, organisation, until).await
    }

    async fn journal_rows(
        &self,
        incident: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, StorageError> {
        proof::journal_rows(self, incident, after, limit).await
    }

    async fn journal_hash(&self, incident: &str, seq: u64) -> Result<Option<String>, StorageError> {
        proof::journal_hash(self, incident, seq).await
    }

    async fn answers(
        &self,
        incident: &str,
        evidence: &[String],
    ) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        proof::answers(self, incident, evidence).await
    }

    async fn journal_heads(
        &self,
        organisation: OrganisationId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<JournalHead>, StorageError> {
        proof::journal_heads(self, organisation, after, limit).await
    }

    async fn unanchored(
        &self,
        organisation: OrganisationId,
        since: IncidentId,
        limit: u32,
    ) -> Result<Vec<Unanchored>, StorageError> {
        proof::unanchored(self, organisation, since, limit).await
    }

    async fn anchor(
        &self,
        record: &AuditRecord,
        journals: &[Unanchored],
    ) -> Result<(), StorageError> {
        let mut work = self.begin(ANCHORING).await?;
        proof::anchor::<Sqlite>(work.connection(), record.organisation, journals).await?;
        audit::keep(work.connection(), std::slice::from_ref(record)).await?;
        work.commit().await
    }

    async fn add_checkpoint(&self, checkpoint: &Checkpoint) -> Result<bool, StorageError> {
        proof::add_checkpoint(self, checkpoint).await
    }

    async fn checkpoints(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Checkpoint>, StorageError> {
        proof::checkpoints(self, organisation, after, limit).await
    }

    async fn last_checkpoint(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<Checkpoint>, StorageError> {
        proof::last_checkpoint(self, organisation).await
    }

    async fn keep_verification(&self, verification: &Verification) -> Result<(), StorageError> {
        proof::keep_verification(self, verification).await
    }

    async fn verifications(&self) -> Result<Vec<Verification>, StorageError> {
        proof::verifications(self).await
    }
}
