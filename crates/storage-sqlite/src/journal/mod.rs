//! The journal's port.

mod append;
mod claim;
mod lease;
mod read;
mod records;

use std::time::Duration;

use async_trait::async_trait;
use evenkeel_domain::{
    Entry, Timestamp,
    id::{EvidenceId, IncidentId},
};
use evenkeel_engine::journal::{Append, Grown, Journal, JournalError, Lease, Wake, WorkerId};
use tokio::sync::broadcast;

pub(crate) use records::{Head, Records, Refusal, head, payloads, write};

use crate::{SqliteStore, error};

#[async_trait]
impl Journal for SqliteStore {
    async fn claim_within(
        &self,
        worker: &WorkerId,
        now: Timestamp,
        lease: Duration,
        per_cluster: u32,
    ) -> Result<Option<Lease>, JournalError> {
        claim::claim(self, worker, now, lease, per_cluster).await.map_err(error::journal)
    }

    async fn renew(&self, lease: &Lease, now: Timestamp, by: Duration) -> Result<(), JournalError> {
        lease::renew(self, lease, now, by).await
    }

    async fn park(&self, lease: &Lease, seen: u64, wake: Wake) -> Result<(), JournalError> {
        lease::park(self, lease, seen, wake).await
    }

    async fn append(&self, append: Append) -> Result<(), JournalError> {
        append::append(self, append).await
    }

    async fn read(
        &self,
        incident: IncidentId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, JournalError> {
        read::page(self, incident, after, limit).await.map_err(error::journal)
    }

    async fn text(
        &self,
        incident: IncidentId,
        evidence: EvidenceId,
    ) -> Result<Option<String>, JournalError> {
        read::text(self, incident, evidence).await.map_err(error::journal)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, JournalError> {
        lease::next_due(self).await.map_err(error::journal)
    }

    async fn wake_left_behind(&self, now: Timestamp) -> Result<u64, JournalError> {
        lease::wake_left_behind(self, now).await.map_err(error::journal)
    }

    fn feed(&self) -> broadcast::Receiver<Grown> {
        self.feed.subscribe()
    }
}
