//! How far an installation has come.

use async_trait::async_trait;
use evenkeel_domain::id::{AuditId, IncidentId, NotificationId};
use serde::{Deserialize, Serialize};

use crate::StorageError;

/// The newest of what only ever grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// The newest incident.
    pub incident: Option<IncidentId>,
    /// The newest notification.
    pub notification: Option<NotificationId>,
    /// The newest audit record.
    pub audit: Option<AuditId>,
}

impl Extent {
    /// Whether something of `self` is newer than all that `other` has.
    pub fn beyond(&self, other: &Self) -> bool {
        self.incident > other.incident
            || self.notification > other.notification
            || self.audit > other.audit
    }

    /// The newest of both.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            incident: self.incident.max(other.incident),
            notification: self.notification.max(other.notification),
            audit: self.audit.max(other.audit),
        }
    }
}

/// Says how far the installation has come.
#[async_trait]
pub trait ExtentStore: Send + Sync {
    /// The newest of everything; asked every few seconds.
    async fn extent(&self) -> Result<Extent, StorageError>;
}
