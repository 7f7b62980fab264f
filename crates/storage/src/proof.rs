//! What the chains are checked by: rows as they are kept, signed checkpoints, the ends of journals
//! that the trail keeps, and what the last verification found.

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

use crate::StorageError;

/// A journal that grew since the trail last kept where it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanchored {
    /// Where it ends now.
    pub head: JournalHead,
    /// Whether the incident is open.
    pub open: bool,
}

/// Answers that are read at once. One has a MiB at most, and hardly any has.
pub const ANSWERS: usize = 16;

/// Rows are answered as they are, even if they make no sense: whoever checks them says so.
#[async_trait]
pub trait ProofStore: Send + Sync {
    /// An organisation's trail after position `after`, oldest first, at most `limit`.
    async fn audit_rows(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StorageError>;
    /// Where an organisation's trail ends.
    async fn audit_end(&self, organisation: OrganisationId) -> Result<AuditHead, StorageError>;
    /// The id of a record of the trail that stands in no chain, or beside another one at a
    /// position up to `until`.
    async fn audit_stray(
        &self,
        organisation: OrganisationId,
        until: u64,
    ) -> Result<Option<String>, StorageError>;
    /// A journal after position `after`, oldest first, at most `limit`.
    async fn journal_rows(
        &self,
        incident: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, StorageError>;
    /// The hash of one record of a journal.
    async fn journal_hash(&self, incident: &str, seq: u64) -> Result<Option<String>, StorageError>;
    /// Answers of tool calls as they are kept, each with its evidence's id; of [`ANSWERS`] at most.
    async fn answers(
        &self,
        incident: &str,
        evidence: &[String],
    ) -> Result<Vec<(String, Vec<u8>)>, StorageError>;
    /// The ends of an organisation's journals as lists know them, by incident, after one of them.
    async fn journal_heads(
        &self,
        organisation: OrganisationId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<JournalHead>, StorageError>;

    /// Journals that grew since they were last anchored, by incident: of open incidents, of those
    /// that were open then, and of those opened since `since`.
    async fn unanchored(
        &self,
        organisation: OrganisationId,
        since: IncidentId,
        limit: u32,
    ) -> Result<Vec<Unanchored>, StorageError>;
    /// Adds a record that keeps the ends of these journals, and remembers that it does.
    async fn anchor(
        &self,
        record: &AuditRecord,
        journals: &[Unanchored],
    ) -> Result<(), StorageError>;

    /// Keeps a checkpoint; `false` if there is one of that number (another replica was faster).
    async fn add_checkpoint(&self, checkpoint: &Checkpoint) -> Result<bool, StorageError>;
    /// An organisation's checkpoints after a number, oldest first, at most `limit`.
    async fn checkpoints(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Checkpoint>, StorageError>;
    /// An organisation's last checkpoint.
    async fn last_checkpoint(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<Checkpoint>, StorageError>;

    /// Keeps what a verification found, in place of the one before.
    async fn keep_verification(&self, verification: &Verification) -> Result<(), StorageError>;
    /// What the last verification of each organisation found.
    async fn verifications(&self) -> Result<Vec<Verification>, StorageError>;
}
