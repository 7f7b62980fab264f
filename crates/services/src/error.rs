//! What services refuse, and how people and programs are told.

use evenkeel_domain::{approval::ApprovalRefused, view::Problem};
use evenkeel_engine::{desk::DeskError, journal::JournalError};
use evenkeel_storage::StorageError;

/// Seconds after which what was away may be back: a restart of a database or an API server.
const SOON_S: u32 = 5;

/// Why a use case did not do what was asked. Each variant has a stable code, see
/// [`ServiceError::code`], and a page under `docs/errors`.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Nobody is signed in.
    #[error("you are not signed in")]
    SignInRequired,
    /// Address or password are wrong; which one is not said.
    #[error("that address and password do not belong together")]
    BadCredentials,
    /// Too many attempts.
    #[error("too many attempts to sign in; the next counts in {retry_after_s} s")]
    Throttled {
        /// Seconds until the next window.
        retry_after_s: u32,
    },
    /// The policy says no.
    #[error("you may not do this: {why}")]
    Denied {
        /// The rules' sentences.
        why: String,
    },
    /// There is none, or none that the caller may know of.
    #[error("there is no such {what}")]
    NotFound {
        /// What.
        what: &'static str,
    },
    /// Something entered cannot be used.
    #[error("{field}: {why}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// The name is taken.
    #[error("{what} of that name exists already")]
    Taken {
        /// What.
        what: &'static str,
    },
    /// A webhook came without a cluster's token.
    #[error("the bearer token belongs to no cluster")]
    BadWebhookToken,
    /// A body that was put aside can still not be read.
    #[error("it still cannot be read: {why}")]
    Unreadable {
        /// Why.
        why: String,
    },
    /// More webhooks are being taken in than may be at once; nothing was kept.
    #[error("{at_once} notifications are being taken in already")]
    Crowded {
        /// How many may be.
        at_once: usize,
    },
    /// No plan waits, or another one.
    #[error("that plan does not wait for approval any more")]
    NotWaiting,
    /// The world or the policy changed under the plan.
    #[error("the plan is void: {why}")]
    Drifted {
        /// What changed.
        why: String,
    },
    /// Whether the world changed cannot be checked.
    #[error("it cannot be checked whether the plan still fits: {why}")]
    Unverifiable {
        /// Why.
        why: String,
    },
    /// The approval itself refuses.
    #[error("{why}")]
    ApprovalRefused {
        /// Why.
        why: String,
    },
    /// Emergency Stop is on.
    #[error("Emergency Stop is on: {by} threw it")]
    Stopped {
        /// Who.
        by: String,
    },
    /// Emergency Stop is not on.
    #[error("Emergency Stop is not on")]
    NotStopped,
    /// The database is away or locked; nothing was changed.
    #[error("the database cannot take this now")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A failure of our own.
    #[error("something went wrong inside Evenkeel")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ServiceError {
    /// Every code there is; `docs/errors` has a file for each.
    pub const CODES: [&'static str; 18] = [
        "auth.required",
        "auth.bad_credentials",
        "auth.throttled",
        "access.denied",
        "not_found",
        "input.invalid",
        "input.taken",
        "webhook.bad_token",
        "webhook.crowded",
        "quarantine.unreadable",
        "approval.not_waiting",
        "approval.drifted",
        "approval.unverifiable",
        "approval.refused",
        "stop.on",
        "stop.off",
        "database.busy",
        "internal",
    ];

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.facts().1
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.facts().0
    }

    /// Seconds after which to try again, where waiting helps.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Throttled { retry_after_s } => Some(*retry_after_s),
            Self::Unverifiable { .. } | Self::Busy(_) => Some(SOON_S),
            // Each is taken in within a fraction of a second.
            Self::Crowded { .. } => Some(1),
            _ => None,
        }
    }

    fn facts(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::SignInRequired => (401, "auth.required", "Sign in, or send an API token."),
            Self::BadCredentials => (
                401,
                "auth.bad_credentials",
                "Check both, or ask an administrator for a new password.",
            ),
            Self::Throttled { .. } => (429, "auth.throttled", "Wait until then and try again."),
            Self::Denied { .. } => {
                (403, "access.denied", "Ask somebody with the role, or an administrator for it.")
            }
            Self::NotFound { .. } => {
                (404, "not_found", "Go back to the list; it may have been removed.")
            }
            Self::Invalid { .. } => (422, "input.invalid", "Correct the field and send it again."),
            Self::Taken { .. } => (409, "input.taken", "Choose another name."),
            Self::BadWebhookToken => (
                401,
                "webhook.bad_token",
                "Put the cluster's token into the webhook's authorization, or renew it on the cluster's page.",
            ),
            Self::Crowded { .. } => (
                503,
                "webhook.crowded",
                "Nothing was kept. Send it again, as Alertmanager does by itself.",
            ),
            Self::Unreadable { .. } => (
                422,
                "quarantine.unreadable",
                "It stays where it is. Look at how it begins, and at what sent it.",
            ),
            Self::NotWaiting => (
                409,
                "approval.not_waiting",
                "Open the incident: it was answered, lapsed, or another plan took its place.",
            ),
            Self::Drifted { .. } => (
                409,
                "approval.drifted",
                "Nothing was changed. Evenkeel looks again and proposes what fits now.",
            ),
            Self::Unverifiable { .. } => (
                503,
                "approval.unverifiable",
                "Nothing was changed. Check the cluster's connection and approve again.",
            ),
            Self::ApprovalRefused { .. } => (409, "approval.refused", "Nothing was changed."),
            Self::Stopped { .. } => (
                409,
                "stop.on",
                "Nothing was changed. Somebody who may must resume operation on the cluster's page first.",
            ),
            Self::NotStopped => (409, "stop.off", "Nothing needs to be resumed."),
            Self::Busy(_) => (503, "database.busy", "Nothing was changed. Try again in a moment."),
            Self::Internal(_) => {
                (500, "internal", "Try again; if it stays, tell an administrator the reference.")
            }
        }
    }

    /// What people and programs are told. The cause of an internal failure is not: `reference`
    /// stands in its place, and in the log.
    pub fn problem(&self, reference: Option<String>) -> Problem {
        let (status, code, next) = self.facts();
        Problem {
            status,
            code: code.into(),
            message: self.to_string(),
            next: next.into(),
            reference,
            retry_after_s: self.retry_after_s(),
        }
    }
}

impl From<ServiceError> for Problem {
    /// Logs a failure of our own, once, with its whole chain and a reference id.
    fn from(error: ServiceError) -> Self {
        let reference = match &error {
            ServiceError::Internal(_) | ServiceError::Busy(_) => {
                let reference = format!("{:08x}", rand::random::<u32>());
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    reference,
                    "request failed, reference {reference}"
                );
                Some(reference)
            }
            _ => None,
        };
        error.problem(reference)
    }
}

impl From<StorageError> for ServiceError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Taken { what } => Self::Taken { what },
            StorageError::Missing { what } => Self::NotFound { what },
            StorageError::Conflict => Self::NotWaiting,
            other @ StorageError::Database { .. } => Self::Busy(Box::new(other)),
            other @ StorageError::Nonsense { .. } => Self::Internal(Box::new(other)),
        }
    }
}

impl From<DeskError> for ServiceError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Missing(_) => Self::NotFound { what: "incident" },
            other @ (DeskError::Journal(JournalError::Database(_)) | DeskError::Contended(_)) => {
                Self::Busy(Box::new(other))
            }
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<JournalError> for ServiceError {
    fn from(error: JournalError) -> Self {
        DeskError::from(error).into()
    }
}

impl From<ApprovalRefused> for ServiceError {
    fn from(error: ApprovalRefused) -> Self {
        Self::ApprovalRefused { why: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::ServiceError;

    #[test]
    fn every_code_is_documented_and_every_page_is_a_code() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
        let pages: BTreeSet<String> = std::fs::read_dir(dir)
            .unwrap()
            .filter_map(|f| f.unwrap().file_name().to_str()?.strip_suffix(".md").map(String::from))
            .filter(|name| name != "README")
            .collect();
        let codes: BTreeSet<String> = ServiceError::CODES.map(String::from).into();
        assert_eq!(pages, codes);
    }

    #[test]
    fn an_internal_failure_never_shows_its_cause() {
        let problem = ServiceError::Internal("SELECT password".into()).problem(Some("ref".into()));
        assert!(!serde_json::to_string(&problem).unwrap().contains("SELECT"));
        assert_eq!(problem.reference.as_deref(), Some("ref"));
    }
}
