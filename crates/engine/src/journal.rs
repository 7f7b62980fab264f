//! The port to the place where journals are kept. Implemented by the storage crates; the
//! contract suite in the storage crate holds every implementation to what is written here.

use std::time::Duration;

use async_trait::async_trait;
use evenkeel_domain::{
    Entry, Timestamp,
    audit::AuditRecord,
    id::{EvidenceId, IncidentId},
    incident::IncidentSummary,
};
use tokio::sync::broadcast;

/// Names a worker process in leases and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerId(pub String);

/// Grows by one with every claim of an incident: a stale one is refused by the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

/// The right to carry one incident for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Which incident.
    pub incident: IncidentId,
    /// Who holds it.
    pub worker: WorkerId,
    /// With which token.
    pub fence: Fence,
}

/// How far the clocks of replicas may differ. Machines that keep time differ by milliseconds; those
/// that do not, still work, and only take incidents from each other more often than need be.
const SKEW: Duration = Duration::from_mins(1);

/// A lease of the length `lease` that lasts beyond this was taken by a clock that was ahead of what
/// `now` says: it was set back since. Such a lease counts as lapsed, or an incident whose worker
/// died would wait for as long as the clock was set back. Its holder, should it live, has lost
/// nothing but its work: the fence moves on and its next record is refused.
pub fn lapses_beyond(now: Timestamp, lease: Duration) -> Timestamp {
    let most = jiff::SignedDuration::try_from(lease + SKEW).unwrap_or_default();
    now.checked_add(most).unwrap_or(Timestamp::MAX)
}

/// When a parked incident is to be looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// At this moment, or when its journal grows.
    At(Timestamp),
    /// When its journal grows.
    OnAppend,
    /// Never: it is closed.
    Never,
}

/// Records to be appended in one transaction, with all that must become true with them.
#[derive(Debug, Clone)]
pub struct Append {
    /// Whose journal.
    pub incident: IncidentId,
    /// Position of the record they follow; refused when the journal has grown since.
    pub after: u64,
    /// The worker's token; refused when another worker has claimed since. `None` for people's
    /// and alerts' records, which need none.
    pub fence: Option<Fence>,
    /// The records, already chained.
    pub entries: Vec<Entry>,
    /// The incident in lists, as it is after them.
    pub summary: IncidentSummary,
    /// Whole answers of the tool calls recorded in them.
    pub texts: Vec<(EvidenceId, String)>,
    /// What the audit trail keeps of it: written with the records or not at all.
    pub audit: Vec<AuditRecord>,
}

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody else appended first: read on, decide again.
    #[error("the journal of incident {incident} has grown past record {after}")]
    Conflict {
        /// Whose journal.
        incident: IncidentId,
        /// What the writer believed to be its end.
        after: u64,
    },
    /// Another worker has claimed the incident: stop at once.
    #[error("the lease on incident {0} is lost")]
    LeaseLost(IncidentId),
    /// The database failed.
    #[error("the journal's database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A journal grew. Sent after the commit; a receiver that missed some reads the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grown {
    /// Whose journal.
    pub incident: IncidentId,
    /// To which position.
    pub seq: u64,
}

/// Where journals are kept.
#[async_trait]
pub trait Journal: Send + Sync {
    /// As [`Journal::claim_within`], however many incidents are held already.
    async fn claim(
        &self,
        worker: &WorkerId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Lease>, JournalError> {
        self.claim_within(worker, now, lease, u32::MAX).await
    }

    /// Claims an incident that is due and not held, of a cluster of which fewer than `per_cluster`
    /// are held. The most urgent ones first; among equally urgent ones those of the organisation,
    /// then of the cluster, of which the fewest are held, so that a storm in one place does not
    /// keep others waiting; then the oldest. The fence is larger than any before it for that
    /// incident. A lease that lasts beyond [`lapses_beyond`] holds nothing.
    async fn claim_within(
        &self,
        worker: &WorkerId,
        now: Timestamp,
        lease: Duration,
        per_cluster: u32,
    ) -> Result<Option<Lease>, JournalError>;

    /// Prolongs a lease; `LeaseLost` when its fence is no longer the newest.
    async fn renew(&self, lease: &Lease, now: Timestamp, by: Duration) -> Result<(), JournalError>;

    /// Gives a lease back. If the journal has grown past `seen`, the incident is due at once,
    /// whatever `wake` says, so that no wake-up is lost.
    async fn park(&self, lease: &Lease, seen: u64, wake: Wake) -> Result<(), JournalError>;

    /// Appends, makes the incident due if `fence` is `None`, and announces it on the feed.
    /// Durable when it returns.
    async fn append(&self, append: Append) -> Result<(), JournalError>;

    /// Records after position `after`, oldest first, at most `limit`.
    async fn read(
        &self,
        incident: IncidentId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, JournalError>;

    /// The whole answer kept for a piece of evidence.
    async fn text(
        &self,
        incident: IncidentId,
        evidence: EvidenceId,
    ) -> Result<Option<String>, JournalError>;

    /// The earliest moment at which an incident that is parked becomes due.
    async fn next_due(&self) -> Result<Option<Timestamp>, JournalError>;

    /// Makes due at `now` what is due later and whose newest record lies after `now`: the clock was
    /// set back since, and its waits were reckoned by the clock as it was. How many those were.
    async fn wake_left_behind(&self, now: Timestamp) -> Result<u64, JournalError>;

    /// What grows, from now on.
    fn feed(&self) -> broadcast::Receiver<Grown>;
}

/// Reads a whole journal, page by page.
pub async fn read_all(
    journal: &dyn Journal,
    incident: IncidentId,
    mut after: u64,
) -> Result<Vec<Entry>, JournalError> {
    /// Large enough that most journals are one page, small enough to bound a transaction.
    const PAGE: u32 = 1_000;
    let mut all = Vec::new();
    loop {
        let page = journal.read(incident, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.seq;
        let full = page.len() == PAGE as usize;
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}
