//! Bodies that could not be read: what they are, and reading them again.

use evenkeel_domain::{
    access::{Caller, Permission},
    alert::Trigger,
    audit::AuditAction,
    id::{ClusterId, NotificationId},
    text::clip,
    view::{Quarantined, Reread},
};
use evenkeel_storage::intake::Unreadable;
use evenkeel_tools::redact::Redactor;
use serde_json::json;

use super::{Intake, Receipt};
use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
};

/// How much of a body is shown.
const HEAD: u32 = 2_000;
/// Most that are listed.
const LISTED: u32 = 100;

impl Services {
    /// The bodies of a cluster that could not be read, newest first, at most 100.
    pub async fn quarantine(
        &self,
        caller: &Caller,
        id: ClusterId,
    ) -> Result<Vec<Quarantined>, ServiceError> {
        self.cluster_for(caller, id, Permission::View).await?;
        self.quarantined(id, LISTED).await
    }

    pub(crate) async fn quarantined(
        &self,
        cluster: ClusterId,
        limit: u32,
    ) -> Result<Vec<Quarantined>, ServiceError> {
        let all = self.store().quarantine(cluster, limit, HEAD).await?;
        Ok(all.into_iter().map(shown).collect())
    }

    /// Reads one of them again by today's rules: what it says then goes through intake as if it
    /// came now. One that still cannot be read stays where it is.
    pub async fn reread_quarantined(
        &self,
        caller: &Caller,
        id: ClusterId,
        notification: NotificationId,
    ) -> Result<Reread, ServiceError> {
        let row = self.cluster_for(caller, id, Permission::ManageClusters).await?;
        let absent = || ServiceError::NotFound { what: "quarantined notification" };
        let body = self.store().quarantined_body(id, notification).await?.ok_or_else(absent)?;
        let readable = super::read(&body).is_ok();
        let subject = Subject {
            words: row.cluster.name.clone(),
            cluster: Some(&row.cluster),
            detail: json!({ "notification": notification, "readable": readable }),
            ..Subject::default()
        };
        let action = AuditAction::QuarantineReread;
        let audit = self.audit_record(caller.organisation, actor(caller), action, subject);
        let cluster = row.cluster;
        let intake = Intake { cluster, trigger: Trigger::Alert, body, by: None, found: None };
        let receipt = self.take(notification, intake, Some(audit)).await?;
        match receipt {
            Receipt { quarantined: Some(why), .. } => Err(ServiceError::Unreadable { why }),
            Receipt { received, incidents, .. } => {
                Ok(Reread { received: received as u64, incidents })
            }
        }
    }
}

/// What came may hold anything: it is cut, secrets are blacked out, and what a terminal would obey is
/// made visible.
fn shown(unreadable: Unreadable) -> Quarantined {
    let Unreadable { id, at, reason, head, bytes } = unreadable;
    let cut = bytes > u64::from(HEAD);
    let head = Redactor::new().text(&head).unwrap_or(head);
    let printable: String = head
        .chars()
        .map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c })
        .collect();
    let mut head = clip(&printable, HEAD as usize);
    if cut && !head.ends_with('…') {
        head.push('…');
    }
    Quarantined { id, at, reason, head, bytes }
}
