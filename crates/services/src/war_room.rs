//! The War Room: one cluster's page.

use evenkeel_domain::{
    access::{Caller, Permission},
    id::ClusterId,
    view::{Queue, WarRoom},
};
use evenkeel_policy::Resource;
use evenkeel_storage::{audit::AuditFilter, incidents::IncidentFilter};

use crate::{ServiceError, Services, audit};

impl Services {
    /// A cluster's page. Its vital signs come separately, since they ask its Prometheus.
    pub async fn war_room(&self, caller: &Caller, id: ClusterId) -> Result<WarRoom, ServiceError> {
        let cluster = self.cluster_for(caller, id, Permission::View).await?.cluster;
        let list = |open, limit| IncidentFilter {
            cluster: Some(id),
            open: Some(open),
            limit,
            ..IncidentFilter::default()
        };
        let open = self.store().incidents(caller.organisation, &list(true, 100)).await?;
        let recent = self.store().incidents(caller.organisation, &list(false, 10)).await?;
        let resource = Resource::from(&cluster);
        let may_audit =
            self.parts.policy.may(caller, Permission::ViewAudit, &resource).is_allowed();
        let filter = AuditFilter { cluster: Some(id), limit: 10, ..AuditFilter::default() };
        let audit = if may_audit {
            self.store().audit_trail(caller.organisation, &filter).await?
        } else {
            Vec::new()
        };
        let queue = self.store().queue(id, self.now()).await?;
        Ok(WarRoom {
            permissions: self.permissions_on(caller, &cluster),
            tile: self.tile(cluster, open.len() as u64).await?,
            open,
            recent,
            audit: audit.into_iter().map(audit::line).collect(),
            quarantine: self.quarantined(id, 20).await?,
            queue: Queue { limit: self.parts.settings.per_cluster, ..queue },
            at: self.now(),
        })
    }
}
