//! Intake: a notification, its alerts, the incident and its job become durable together or not
//! at all (invariant I1).

use async_trait::async_trait;
use evenkeel_domain::{
    Entry, Timestamp,
    alert::Alert,
    audit::AuditRecord,
    id::{ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
    owner::OwnerKey,
    view::HeardAlert,
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
    /// How far to look for an incident where its group has none; `None`: not at all.
    pub beyond: Option<Beyond>,
    /// What the audit trail keeps of it, if a person has it read again from quarantine: it must
    /// be there, and is replaced by what is read now.
    pub reread: Option<AuditRecord>,
}

/// How far a notification looks beyond its own group.
#[derive(Debug, Clone)]
pub struct Beyond {
    /// The objects its firing alerts speak of.
    pub owners: Vec<OwnerKey>,
    /// Incidents that were opened before this are out of reach.
    pub since: Timestamp,
    /// How many incidents are counted at most.
    pub count_to: u32,
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
#[derive(Debug, Clone, Default)]
pub struct IntakeView {
    /// The open incident of the same cluster and group, if there is one.
    pub open: Option<OpenIncident>,
    /// Those of the notification's alerts that are known, by (group key, fingerprint, start), in
    /// its order; and of each fingerprint the one with the latest start.
    pub known: Vec<KnownAlert>,
    /// The oldest open incident within reach that was opened about one of the same objects.
    pub akin: Option<OpenIncident>,
    /// The newest open incident within reach that takes in a storm.
    pub storm: Option<OpenIncident>,
    /// How many incidents were opened on the cluster within reach.
    pub opened_lately: u32,
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
    /// Of a new one: the object it is about, by which other groups find it. `None`: nothing
    /// joins it but its own group.
    pub owner: Option<OwnerKey>,
    /// Whether the notification's group belongs to this incident from now on although another
    /// group opened it.
    pub adopts: bool,
}

/// A body that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id.
    pub id: NotificationId,
    /// When it came.
    pub at: Timestamp,
    /// Why it could not be read.
    pub reason: String,
    /// Its first bytes, as asked for.
    pub head: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A notification whose sender left alerts out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truncated {
    /// The newest such notification of its group.
    pub id: NotificationId,
    /// The group.
    pub group_key: String,
    /// Its body.
    pub body: String,
}

/// How a cluster's Alertmanager answered when it was last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertCheck {
    /// When it was asked.
    pub at: Timestamp,
    /// When it last gave a good answer.
    pub ok_at: Option<Timestamp>,
    /// Why this answer was none, if it was none.
    pub failure: Option<String>,
    /// How long it took, in microseconds.
    pub took_us: u64,
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

    /// Bodies of a cluster that could not be read, newest first, each with its first `head` bytes.
    async fn quarantine(
        &self,
        cluster: ClusterId,
        limit: u32,
        head: u32,
    ) -> Result<Vec<Unreadable>, StorageError>;

    /// The whole body of one of them.
    async fn quarantined_body(
        &self,
        cluster: ClusterId,
        id: NotificationId,
    ) -> Result<Option<String>, StorageError>;

    /// Alerts of a cluster that fire as far as is known and were last heard of before `heard_before`,
    /// longest silent first; skips `offset` of them.
    async fn firing(
        &self,
        cluster: ClusterId,
        heard_before: Timestamp,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<HeardAlert>, StorageError>;

    /// Groups of a cluster whose last notifications were cut short and not filled up since, at
    /// most `limit`.
    async fn truncated(
        &self,
        cluster: ClusterId,
        limit: u32,
    ) -> Result<Vec<Truncated>, StorageError>;

    /// The group's notifications up to this one have been filled up.
    async fn filled_up(
        &self,
        cluster: ClusterId,
        truncated: &Truncated,
        at: Timestamp,
    ) -> Result<(), StorageError>;

    /// Keeps how a cluster's Alertmanager answered. Without `ok_at` the former good answer stays
    /// known.
    async fn keep_alert_check(
        &self,
        cluster: ClusterId,
        check: &AlertCheck,
    ) -> Result<(), StorageError>;

    /// How it answered last.
    async fn alert_check(&self, cluster: ClusterId) -> Result<Option<AlertCheck>, StorageError>;
}
