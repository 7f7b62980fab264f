//! Incidents in lists. The incident itself is its journal.

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    id::{ClusterId, IncidentId, OrganisationId},
    incident::IncidentSummary,
    severity::Severity,
    view::Queue,
};

use crate::StorageError;

/// What to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Only of this cluster.
    pub cluster: Option<ClusterId>,
    /// Only open (`true`) or only closed (`false`) ones.
    pub open: Option<bool>,
    /// Only with this status word.
    pub status: Option<String>,
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only whose title contains this, whatever the case.
    pub text: Option<String>,
    /// Only those opened before this one (ids sort by time).
    pub before: Option<IncidentId>,
    /// At most so many.
    pub limit: u32,
}

/// Figures over a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    /// Incidents opened.
    pub opened: u64,
    /// Closed as resolved.
    pub resolved: u64,
    /// Of those, without anybody having been asked.
    pub without_person: u64,
    /// Fixes that were taken back.
    pub undone: u64,
    /// Median seconds from opening to the first plan.
    pub median_to_plan_s: Option<f64>,
    /// Median seconds from opening to resolved.
    pub median_to_recovery_s: Option<f64>,
}

/// A place in the order in which incidents were closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClosedPlace {
    /// When.
    pub closed_at: Timestamp,
    /// Which, among those of the same moment; before all of them when absent.
    pub id: Option<IncidentId>,
}

/// Incidents in lists.
#[async_trait]
pub trait IncidentStore: Send + Sync {
    /// Incidents of an organisation, newest first.
    async fn incidents(
        &self,
        organisation: OrganisationId,
        filter: &IncidentFilter,
    ) -> Result<Vec<IncidentSummary>, StorageError>;
    /// One incident of an organisation in a list's words.
    async fn incident(
        &self,
        organisation: OrganisationId,
        id: IncidentId,
    ) -> Result<Option<IncidentSummary>, StorageError>;
    /// What waits for people, oldest first.
    async fn awaiting(
        &self,
        organisation: OrganisationId,
        limit: u32,
    ) -> Result<Vec<IncidentSummary>, StorageError>;
    /// Ids of a cluster's incidents that Emergency Stop holds.
    async fn halted(&self, cluster: ClusterId) -> Result<Vec<IncidentId>, StorageError>;
    /// How many incidents are open, by cluster.
    async fn open_counts(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<(ClusterId, u64)>, StorageError>;
    /// How many incidents are open and due in the whole installation, for metrics.
    async fn queue_depth(&self) -> Result<u64, StorageError>;
    /// What runs on a cluster and what waits for its turn; the limit is the caller's to fill in.
    async fn queue(&self, cluster: ClusterId, now: Timestamp) -> Result<Queue, StorageError>;
    /// Figures of an organisation since a moment.
    async fn figures(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
    ) -> Result<Figures, StorageError>;
    /// Closed incidents of an organisation in the order of closing, those after a place or from the
    /// beginning, at most `limit`.
    async fn closed(
        &self,
        organisation: OrganisationId,
        after: Option<ClosedPlace>,
        limit: u32,
    ) -> Result<Vec<(ClosedPlace, IncidentId)>, StorageError>;
    /// The place after which the latest `most` closed incidents of an organisation stand; `None`
    /// when it has not more than that.
    async fn closed_before_latest(
        &self,
        organisation: OrganisationId,
        most: u32,
    ) -> Result<Option<ClosedPlace>, StorageError>;
}
