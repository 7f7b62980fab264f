//! Intake: a notification, its alerts, the incident and its job become durable together or not
//! at all (invariant I1).

use async_trait::async_trait;
use evenkeel_domain::{
    Entry, Timestamp,
    alert::Alert,
    audit::AuditRecord,
    id::{ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
};

use crate::StorageError;

/// A notification as it came in.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its id.
    pub id: NotificationId,
    /// Whose cluster it came from.
    pub organisation: OrganisationId,
    /// Which cluster.
    pub cluster: ClusterId,
    /// When it came.
    pub at: Timestamp,
    /// The body, byte for byte (lossy UTF-8).
    pub body: String,
    /// Alertmanager's group key; empty for a body that could not be read.
    pub group_key: String,
    /// Alerts that Alertmanager left out.
    pub truncated_alerts: u64,
    /// Why the body could not be read, if it could not: it is then kept aside and nothing else
    /// is done.
    pub quarantined: Option<String>,
    /// The alerts it carries.
    pub alerts: Vec<Alert>,
}

/// An alert that is known already.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownAlert {
    /// The alert as last kept.
    pub alert: Alert,
    /// The incident it belongs to, if to any.
    pub incident: Option<IncidentId>,
}

/// The end of an open incident's journal and how it stands in lists: all that is needed to write
/// behind it, however long the journal is.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenIncident {
    /// Its id.
    pub id: IncidentId,
    /// Position of its last record.
    pub seq: u64,
    /// Hash of that record.
    pub head: String,
    /// The incident in lists.
    pub summary: IncidentSummary,
}

/// What is known when a notification arrives; read in the transaction that will write.
#[derive(Debug, Clone)]
pub struct IntakeView {
    /// The open incident of the same cluster and group, if there is one.
    pub open: Option<OpenIncident>,
    /// Those of the notification's alerts that are known, by (group key, fingerprint, start).
    pub known: Vec<KnownAlert>,
}

/// One incident's new records.
#[derive(Debug, Clone)]
pub struct IncidentWrite {
    /// Which incident.
    pub incident: IncidentId,
    /// Whether it begins with these records.
    pub new: bool,
    /// The records, chained.
    pub entries: Vec<Entry>,
    /// The incident in lists after them.
    pub summary: IncidentSummary,
}

/// What is to be written because of a notification.
#[derive(Debug, Clone, Default)]
pub struct IntakePlan {
    /// Every alert of the notification as it is now to be kept, with its incident.
    pub alerts: Vec<(Alert, Option<IncidentId>)>,
    /// New records; also makes these incidents due.
    pub write: Option<IncidentWrite>,
    /// What the audit trail keeps of it.
    pub audit: Vec<AuditRecord>,
}

/// Decides what to write; pure, called inside the transaction, perhaps more than once.
pub type Decide<'a> = &'a (dyn Fn(&IntakeView) -> IntakePlan + Send + Sync);

/// Intake.
#[async_trait]
pub trait IntakeStore: Send + Sync {
    /// Keeps a notification and all that `decide` says follows from it, in one transaction;
    /// announces grown journals on the feed after the commit. A second call with the same
    /// notification id changes nothing.
    async fn receive(
        &self,
        received: &Received,
        decide: Decide<'_>,
    ) -> Result<IntakePlan, StorageError>;

    /// Bodies of a cluster that could not be read: id, when, why; newest first.
    async fn quarantine(
        &self,
        cluster: ClusterId,
        limit: u32,
    ) -> Result<Vec<(NotificationId, Timestamp, String)>, StorageError>;
}
