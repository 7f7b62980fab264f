//! Who may do what: roles, permissions and principals. The answers come from the policy crate.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{OrganisationId, TokenId, UserId};

/// A person's role in an organisation, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Sees everything of the organisation, changes nothing.
    Viewer,
    /// May also start investigations, throw Emergency Stop, and approve outside production.
    Responder,
    /// May also approve in production.
    Approver,
    /// May also manage clusters, users and tokens.
    Admin,
}

impl Role {
    /// All roles, least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Responder, Self::Approver, Self::Admin];

    /// The word used in policies, lists and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role: use viewer, responder, approver or admin")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(crate::text::clip(text, 64)))
    }
}

/// What a person or a token may ask of the platform. One Cedar action each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Permission {
    /// Read clusters, incidents, journals, plans, policies.
    View,
    /// Read the audit trail.
    ViewAudit,
    /// Start an investigation or a drill, or put a proposal before those who decide.
    Investigate,
    /// Approve a plan.
    Approve,
    /// Reject a plan.
    Reject,
    /// Throw Emergency Stop.
    Stop,
    /// Lift Emergency Stop.
    Resume,
    /// Connect, change and remove clusters, and renew their tokens.
    ManageClusters,
    /// Create users and change roles.
    ManageUsers,
    /// Create and revoke one's own API tokens.
    ManageTokens,
    /// Take an incident away as a file, with everything recorded about it.
    Export,
    /// Take the audit trail away as a file, journals included, and have it verified.
    ExportAudit,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Self; 12] = [
        Self::View,
        Self::ViewAudit,
        Self::Investigate,
        Self::Approve,
        Self::Reject,
        Self::Stop,
        Self::Resume,
        Self::ManageClusters,
        Self::ManageUsers,
        Self::ManageTokens,
        Self::Export,
        Self::ExportAudit,
    ];

    /// The name of the Cedar action.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::ViewAudit => "view_audit",
            Self::Investigate => "investigate",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Stop => "stop",
            Self::Resume => "resume",
            Self::ManageClusters => "manage_clusters",
            Self::ManageUsers => "manage_users",
            Self::ManageTokens => "manage_tokens",
            Self::Export => "export",
            Self::ExportAudit => "export_audit",
        }
    }
}

/// How far an API token reaches; never further than its user's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenScope {
    /// Reading only.
    Read,
    /// Reading, and starting or rejecting things, stopping.
    Operate,
    /// Everything the user may do, approvals included.
    Full,
}

impl TokenScope {
    /// The word used in policies and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Full => "full",
        }
    }
}

impl FromStr for TokenScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "read" => Ok(Self::Read),
            "operate" => Ok(Self::Operate),
            "full" => Ok(Self::Full),
            other => Err(format!(
                "`{}` is not a scope: use read, operate or full",
                crate::text::clip(other, 64)
            )),
        }
    }
}

/// Who is asking: a signed-in person, in a browser session or through an API token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The person.
    pub user: UserId,
    /// Their e-mail address, which is what journals and the audit trail name.
    pub email: String,
    /// The organisation they act in.
    pub organisation: OrganisationId,
    /// Their role there.
    pub role: Role,
    /// The token they came with, and its reach; `None` for a browser session.
    pub token: Option<(TokenId, TokenScope)>,
}
