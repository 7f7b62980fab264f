//! What pages and programs are shown: the answers of the services, shared with the browser.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    access::{Permission, Role, TokenScope},
    alert::Alert,
    cluster::{Cluster, EmergencyStop},
    evidence::ToolFailure,
    id::{AuditId, ClusterId, IncidentId, NotificationId, TokenId, UserId},
    incident::IncidentSummary,
    journal::{Entry, Sample},
    proof::Verification,
    severity::Severity,
};

/// Why something was refused or failed, for people and programs: a stable code, a sentence, a
/// next step, and for failures of our own a reference that stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code; each is explained in `docs/errors`.
    pub code: String,
    /// What happened, one sentence.
    pub message: String,
    /// What to do.
    pub next: String,
    /// Reference id of an internal failure.
    pub reference: Option<String>,
    /// Seconds after which to try again, where waiting helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// Who.
    pub user: UserId,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// Their organisation's name.
    pub organisation: String,
    /// What they may do in general; what they may do to one cluster can differ.
    pub permissions: Vec<Permission>,
    /// How many plans wait for people.
    pub awaiting: u64,
    /// Clusters on which Emergency Stop is on.
    pub stopped: Vec<String>,
}

/// How a connection to one of a cluster's systems does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConnectionState {
    /// It answered.
    Healthy {
        /// When it last did.
        last_ok_at: Timestamp,
        /// How long that took, in microseconds; `None`: it posts by itself and is not asked.
        latency_us: Option<u64>,
    },
    /// It did not.
    Failing {
        /// Why, and what to do.
        failure: ToolFailure,
        /// When it last did, if it ever has.
        last_ok_at: Option<Timestamp>,
    },
    /// It was not asked yet.
    Unknown,
    /// There is none.
    NotConnected,
}

impl ConnectionState {
    /// When it last answered, as far as is known.
    pub fn last_ok_at(&self) -> Option<Timestamp> {
        match self {
            Self::Healthy { last_ok_at, .. } => Some(*last_ok_at),
            Self::Failing { last_ok_at, .. } => *last_ok_at,
            Self::Unknown | Self::NotConnected => None,
        }
    }
}

/// How quick a connection that does well is, in words: `answers in 12 ms`, `answers in <1 ms`;
/// of what posts by itself, `posted`.
pub fn speed(latency_us: Option<u64>) -> String {
    match latency_us {
        None => "posted".into(),
        Some(us) if us < 1_000 => "answers in <1 ms".into(),
        Some(us) => format!("answers in {} ms", us.saturating_add(500) / 1_000),
    }
}

/// One connection of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connection {
    /// `kubernetes`, `prometheus` or `alertmanager`.
    pub name: String,
    /// How it does.
    pub state: ConnectionState,
    /// What was seen there, one line ("3 deployments in 2 namespaces").
    pub seen: Option<String>,
}

/// A cluster on the Overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterTile {
    /// The cluster.
    pub cluster: Cluster,
    /// Its connections, as last seen; nothing is asked for this.
    pub connections: Vec<Connection>,
    /// How many incidents are open.
    pub open_incidents: u64,
    /// When its Alertmanager last posted.
    pub last_notification_at: Option<Timestamp>,
}

/// Figures of the last seven days.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekFigures {
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

/// The Overview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// What waits for people, oldest first.
    pub awaiting: Vec<IncidentSummary>,
    /// Open incidents, newest first.
    pub open: Vec<IncidentSummary>,
    /// Clusters by name.
    pub clusters: Vec<ClusterTile>,
    /// The last seven days.
    pub week: WeekFigures,
    /// When this was read.
    pub at: Timestamp,
}

/// One of the four golden signals over the last hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VitalSign {
    /// `latency`, `traffic`, `errors` or `saturation`.
    pub signal: String,
    /// Unit of the values: `s`, `req/s`, `ratio`.
    pub unit: String,
    /// The last value.
    pub current: Option<f64>,
    /// The mean of the hour before, for the change.
    pub before: Option<f64>,
    /// The last hour.
    pub points: Vec<Sample>,
    /// The PromQL.
    pub query: Option<String>,
    /// Why there is nothing to show, if there is not.
    pub missing: Option<String>,
}

/// A cluster's golden signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Vitals {
    /// Latency, traffic, errors, saturation.
    pub signals: Vec<VitalSign>,
    /// When alerts fired in that hour (seconds since the epoch).
    pub marks: Vec<f64>,
    /// When this was read.
    pub at: Timestamp,
}

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What: `plan.approved`, …
    pub action: String,
    /// To what.
    pub subject: String,
    /// The cluster, if it concerns one.
    pub cluster: Option<ClusterId>,
    /// The incident, if it concerns one.
    pub incident: Option<IncidentId>,
    /// What else was kept.
    pub detail: Value,
}

/// A body that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quarantined {
    /// Its id.
    pub id: NotificationId,
    /// When it came.
    pub at: Timestamp,
    /// Why it could not be read.
    pub reason: String,
    /// How it begins, at most 2,000 characters, secrets blacked out.
    pub head: String,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// What became of a body that was read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reread {
    /// How many alerts it carried.
    pub received: u64,
    /// The incidents they belong to.
    pub incidents: Vec<IncidentId>,
}

/// The work on a cluster's incidents: what runs, and what waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Incidents that are being worked on at this moment, at most 20.
    pub running: Vec<QueuedIncident>,
    /// How many are.
    pub runs: u64,
    /// How many may be, at once on one cluster.
    pub limit: u32,
    /// How many are due and wait for their turn. What waits for a person or for a time is not
    /// among them.
    pub waiting: u64,
    /// The one of those that was opened first.
    pub oldest: Option<QueuedIncident>,
}

/// An incident in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuedIncident {
    /// Its id.
    pub id: IncidentId,
    /// One line.
    pub title: String,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// An alert as last heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeardAlert {
    /// The key of its group.
    pub group_key: String,
    /// The alert.
    pub alert: Alert,
    /// The incident it belongs to, if to any.
    pub incident: Option<IncidentId>,
    /// When it was last heard of.
    pub heard_at: Timestamp,
}

/// A cluster's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WarRoom {
    /// The cluster and its connections.
    pub tile: ClusterTile,
    /// Its open incidents, newest first.
    pub open: Vec<IncidentSummary>,
    /// Its latest closed incidents.
    pub recent: Vec<IncidentSummary>,
    /// Its latest audit records.
    pub audit: Vec<AuditLine>,
    /// Bodies that could not be read.
    pub quarantine: Vec<Quarantined>,
    /// What runs, and what waits for its turn.
    pub queue: Queue,
    /// What the asking person may do to this cluster.
    pub permissions: Vec<Permission>,
    /// When this was read.
    pub at: Timestamp,
}

/// A page of incidents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentPage {
    /// Newest first.
    pub incidents: Vec<IncidentSummary>,
    /// Where the next page begins, if there is one.
    pub next: Option<IncidentId>,
}

/// A page of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// Newest first.
    pub records: Vec<AuditLine>,
    /// Where the next page begins, if there is one.
    pub next: Option<AuditId>,
}

/// How far the audit trail is proved, and by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditStanding {
    /// What the last verification found; `None`: there was none yet.
    pub verification: Option<Verification>,
    /// The last signed checkpoint; `None`: there is none yet.
    pub checkpoint: Option<CheckpointLine>,
    /// Why the asking person may not have it verified now; `None`: they may.
    pub verify_refused: Option<String>,
}

/// A signed checkpoint in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckpointLine {
    /// Its number.
    pub number: u64,
    /// The record that it vouches for.
    pub seq: u64,
    /// When it was signed.
    pub at: Timestamp,
    /// The public key, in hex.
    pub key: String,
}

/// An incident as its page needs it: the journal, which the page folds itself, and what the
/// asking person may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentRoom {
    /// The journal so far.
    pub entries: Vec<Entry>,
    /// Why the person may not approve the plan that waits; `None`: they may.
    pub approve_refused: Option<String>,
    /// Why the person may not reject it; `None`: they may.
    pub reject_refused: Option<String>,
    /// Emergency Stop on the cluster, if it is on.
    pub stop: Option<EmergencyStop>,
    /// Incidents of the same cluster and name, newest first.
    pub similar: Vec<IncidentSummary>,
}

/// A newly connected cluster. The token is shown this once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectedCluster {
    /// The cluster.
    pub cluster: Cluster,
    /// The bearer token for its Alertmanager.
    pub token: String,
    /// What to paste into `alertmanager.yml`.
    pub snippet: String,
    /// What the connection test saw.
    pub connections: Vec<Connection>,
}

/// What a person enters to connect a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCluster {
    /// Its name: 1 to 63 lower-case letters, digits and hyphens.
    pub name: String,
    /// `production`, `staging` or `development`.
    pub environment: String,
    /// Base URL of its Prometheus; empty: none.
    #[serde(default)]
    pub prometheus_url: String,
    /// Base URL of its Alertmanager; empty: none.
    #[serde(default)]
    pub alertmanager_url: String,
    /// A kubeconfig, whole, as YAML; empty: none.
    #[serde(default)]
    pub kubeconfig: String,
}

/// An API token in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenLine {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: String,
    /// Its scope.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A newly made token. The secret is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The token.
    pub token: TokenLine,
    /// Its secret.
    pub secret: String,
}

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserLine {
    /// Their id.
    pub id: UserId,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub last_login_at: Option<Timestamp>,
}

/// One rule of the policies in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyRule {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub reason: String,
    /// `permit` or `forbid`.
    pub effect: String,
    /// The file it stands in.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// The policies in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyBook {
    /// SHA-256 over schema and policies.
    pub version: String,
    /// Every rule.
    pub rules: Vec<PolicyRule>,
}

/// What a person wants to have looked at without an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Investigation {
    /// What they want to know, 1 to 500 characters.
    pub reason: String,
    /// The namespace to look at; empty: all.
    #[serde(default)]
    pub namespace: String,
    /// The Deployment to look at; empty: all of the namespace.
    #[serde(default)]
    pub workload: String,
}

/// Which incidents to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct IncidentQuery {
    /// Only of this cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterId>,
    /// Only with this status word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Only of this severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Only open (`true`) or only closed (`false`) ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// Only whose title contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only those opened before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<IncidentId>,
    /// At most so many; 0: the default, 50.
    #[serde(default)]
    pub limit: u32,
}

/// Which audit records to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct AuditQuery {
    /// Only of this cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterId>,
    /// Only of this incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// Only actions that begin with this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only records older than this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<AuditId>,
    /// At most so many; 0: the default, 100.
    #[serde(default)]
    pub limit: u32,
}
