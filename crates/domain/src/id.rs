//! Identifiers: one newtype per entity, each a ULID, so that an approval's id cannot be passed
//! where an incident's is wanted. ULIDs sort by creation time (<https://github.com/ulid/spec>).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {entity} id (26 characters of Crockford base32)")]
pub struct InvalidId {
    /// What kind of id was wanted.
    pub entity: &'static str,
    /// The text that was given, cut to 64 characters.
    pub text: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident => $entity:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(Ulid);

        impl $name {
            /// Builds an id from a moment (milliseconds since the epoch) and 80 random bits.
            pub fn from_parts(unix_ms: u64, random: u128) -> Self {
                Self(Ulid::from_parts(unix_ms, random))
            }

            /// Reads the 26-character form.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                Ulid::from_string(text).map(Self).map_err(|_| InvalidId {
                    entity: $entity,
                    text: text.chars().take(64).collect(),
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }
    )+};
}

ids! {
    /// Names one action of one plan, and is the idempotency key stamped on what it changes.
    ActionId => "action",
    /// Names one request for a person's approval.
    ApprovalId => "approval",
    /// Names one record of the audit trail.
    AuditId => "audit record",
    /// Names a cluster.
    ClusterId => "cluster",
    /// Names a connection to a tool server.
    ConnectionId => "connection",
    /// Names one recorded tool result.
    EvidenceId => "evidence",
    /// Names a finding.
    FindingId => "finding",
    /// Names a hypothesis.
    HypothesisId => "hypothesis",
    /// Names an incident and its journal.
    IncidentId => "incident",
    /// Names one received webhook notification.
    NotificationId => "notification",
    /// Names an organisation.
    OrganisationId => "organisation",
    /// Names a plan.
    PlanId => "plan",
    /// Names an API token.
    TokenId => "token",
    /// Names a user.
    UserId => "user",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form() {
        let id = IncidentId::from_parts(1_700_000_000_000, 42);
        assert_eq!(IncidentId::parse(&id.to_string()), Ok(id));
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let refused = ApprovalId::parse("nonsense").unwrap_err();
        assert!(refused.to_string().contains("approval id"));
    }
}
