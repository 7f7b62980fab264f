//! The audit trail's words: what people did, beside the journals of incidents.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Timestamp,
    id::{AuditId, ClusterId, IncidentId, OrganisationId},
};

/// What was done. A record keeps the word, not the variant, so that a trail stays readable when
/// versions differ. To add one: a variant, its word, its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// A person signed a plan.
    PlanApproved,
    /// A person refused a plan.
    PlanRejected,
    /// Emergency Stop was thrown.
    StopThrown,
    /// Emergency Stop was lifted.
    StopLifted,
    /// A cluster was connected.
    ClusterConnected,
    /// A cluster got a new webhook token.
    ClusterTokenRenewed,
    /// A person had a body read again that could not be read.
    QuarantineReread,
    /// A person started an investigation.
    InvestigationStarted,
    /// A person started a drill.
    DrillStarted,
    /// A person, or their assistant, put a proposal before those who decide.
    ProposalMade,
    /// Somebody took an incident away as a file.
    IncidentExported,
    /// An incident came in from a file.
    IncidentImported,
    /// A person was added.
    UserCreated,
    /// A person got another role.
    UserRoleChanged,
    /// A person got another password.
    PasswordChanged,
    /// A person signed in.
    SessionStarted,
    /// Somebody tried to sign in with a wrong address or password.
    SessionRefused,
    /// Somebody tried too often, and is refused for a while.
    SessionThrottled,
    /// A person made an API token.
    TokenCreated,
    /// A person revoked an API token.
    TokenRevoked,
    /// Evenkeel started with other policies than before.
    PolicyChanged,
    /// Somebody took the audit trail away as a file.
    AuditExported,
    /// Evenkeel kept where journals ended, so that their ends cannot be cut off unseen.
    JournalsAnchored,
    /// A connection was added.
    ConnectionAdded,
    /// A connection's settings or credentials were changed.
    ConnectionChanged,
    /// A connection was removed.
    ConnectionRemoved,
    /// A person approved a tool's form.
    ToolApproved,
    /// A person took an approval of a tool back.
    ToolWithdrawn,
    /// An operator sealed every credential with another key.
    SecretsRotated,
}

impl AuditAction {
    /// All actions.
    pub const ALL: [Self; 29] = [
        Self::PlanApproved,
        Self::PlanRejected,
        Self::StopThrown,
        Self::StopLifted,
        Self::ClusterConnected,
        Self::ClusterTokenRenewed,
        Self::QuarantineReread,
        Self::InvestigationStarted,
        Self::DrillStarted,
        Self::ProposalMade,
        Self::IncidentExported,
        Self::IncidentImported,
        Self::UserCreated,
        Self::UserRoleChanged,
        Self::PasswordChanged,
        Self::SessionStarted,
        Self::SessionRefused,
        Self::SessionThrottled,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::PolicyChanged,
        Self::AuditExported,
        Self::JournalsAnchored,
        Self::ConnectionAdded,
        Self::ConnectionChanged,
        Self::ConnectionRemoved,
        Self::ToolApproved,
        Self::ToolWithdrawn,
        Self::SecretsRotated,
    ];

    /// The word in records: its kind's, a stop, and what happened.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlanApproved => "plan.approved",
            Self::PlanRejected => "plan.rejected",
            Self::StopThrown => "stop.thrown",
            Self::StopLifted => "stop.lifted",
            Self::ClusterConnected => "cluster.connected",
            Self::ClusterTokenRenewed => "cluster.token_renewed",
            Self::QuarantineReread => "cluster.quarantine_reread",
            Self::InvestigationStarted => "incident.investigation_started",
            Self::DrillStarted => "incident.drill_started",
            Self::ProposalMade => "incident.proposal_made",
            Self::IncidentExported => "incident.exported",
            Self::IncidentImported => "incident.imported",
            Self::UserCreated => "user.created",
            Self::UserRoleChanged => "user.role_changed",
            Self::PasswordChanged => "user.password_changed",
            Self::SessionStarted => "session.started",
            Self::SessionRefused => "session.refused",
            Self::SessionThrottled => "session.throttled",
            Self::TokenCreated => "token.created",
            Self::TokenRevoked => "token.revoked",
            Self::PolicyChanged => "policy.changed",
            Self::AuditExported => "audit.exported",
            Self::JournalsAnchored => "journal.anchored",
            Self::ConnectionAdded => "connection.added",
            Self::ConnectionChanged => "connection.changed",
            Self::ConnectionRemoved => "connection.removed",
            Self::ToolApproved => "connection.tool_approved",
            Self::ToolWithdrawn => "connection.tool_withdrawn",
            Self::SecretsRotated => "secrets.rotated",
        }
    }
}

impl fmt::Display for AuditAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What people look for in the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditKind {
    /// Answers to plans.
    Plans,
    /// Emergency Stop.
    EmergencyStop,
    /// Clusters and their credentials.
    Clusters,
    /// Incidents that people started.
    Incidents,
    /// People and their roles.
    People,
    /// Signing in.
    Sessions,
    /// API tokens.
    Tokens,
    /// The rules.
    Policies,
    /// The trail itself.
    Audit,
    /// Where journals ended.
    Journals,
    /// Tool servers and their tools.
    Connections,
    /// Credentials at rest.
    Secrets,
}

impl AuditKind {
    /// All kinds, in the order of a list of filters.
    pub const ALL: [Self; 12] = [
        Self::Plans,
        Self::EmergencyStop,
        Self::Clusters,
        Self::Incidents,
        Self::People,
        Self::Sessions,
        Self::Tokens,
        Self::Policies,
        Self::Audit,
        Self::Journals,
        Self::Connections,
        Self::Secrets,
    ];

    /// How the words of its actions begin; a filter.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Plans => "plan.",
            Self::EmergencyStop => "stop.",
            Self::Clusters => "cluster.",
            Self::Incidents => "incident.",
            Self::People => "user.",
            Self::Sessions => "session.",
            Self::Tokens => "token.",
            Self::Policies => "policy.",
            Self::Audit => "audit.",
            Self::Journals => "journal.",
            Self::Connections => "connection.",
            Self::Secrets => "secrets.",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Plans => "Plans",
            Self::EmergencyStop => "Emergency Stop",
            Self::Clusters => "Clusters",
            Self::Incidents => "Incidents",
            Self::People => "People",
            Self::Sessions => "Sessions",
            Self::Tokens => "Tokens",
            Self::Policies => "Policies",
            Self::Audit => "Exports of the trail",
            Self::Journals => "Ends of journals",
            Self::Connections => "Connections",
            Self::Secrets => "Sealed credentials",
        }
    }
}

/// One record of the trail.
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
    /// What: the word of an [`AuditAction`].
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

/// A record in its place in the organisation's chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its position, from 1, without gaps within the organisation.
    pub seq: u64,
    /// The record.
    pub record: AuditRecord,
    /// The hash of the record before it.
    pub prev_hash: String,
    /// Its own.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_of_one_kind_and_every_kind_has_actions() {
        for action in AuditAction::ALL {
            let kinds =
                AuditKind::ALL.iter().filter(|kind| action.as_str().starts_with(kind.prefix()));
            assert_eq!(kinds.count(), 1, "{action}");
        }
        for kind in AuditKind::ALL {
            let found = AuditAction::ALL.iter().any(|a| a.as_str().starts_with(kind.prefix()));
            assert!(found, "{kind:?} finds nothing");
        }
    }
}
