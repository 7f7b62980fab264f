//! Removing a connection.

use evenkeel_domain::{
    access::{Caller, Permission},
    audit::AuditAction,
    id::{ConnectionId, OrganisationId},
};
use evenkeel_storage::{clusters::ClusterRow, connections::ConnectionRow};
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
};

impl Services {
    /// Removes a connection of the registry, its credentials and the approvals of its tools.
    pub async fn remove_connection(
        &self,
        caller: &Caller,
        id: ConnectionId,
    ) -> Result<(), ServiceError> {
        let (row, cluster) = self.connection_for(caller, id).await?;
        let subject = Subject {
            words: row.connection.name.clone(),
            cluster: cluster.as_ref().map(|row| &row.cluster),
            detail: json!({ "connection": id, "kind": row.connection.kind }),
            ..Subject::default()
        };
        let removed = AuditAction::ConnectionRemoved;
        let audit = self.audit_record(caller.organisation, actor(caller), removed, subject);
        self.store().delete_connection(caller.organisation, id, &[audit]).await?;
        self.reopen(caller.organisation).await
    }

    /// Ends the connections of all clusters, so that the next call uses what changed. Other replicas see it when they
    /// next open the cluster's access.
    pub(super) async fn reopen(&self, organisation: OrganisationId) -> Result<(), ServiceError> {
        for row in self.store().clusters(organisation).await? {
            self.parts.tools.forget(row.cluster.id).await;
        }
        Ok(())
    }

    /// A connection that the caller may manage, and its cluster.
    pub(super) async fn connection_for(
        &self,
        caller: &Caller,
        id: ConnectionId,
    ) -> Result<(ConnectionRow, Option<ClusterRow>), ServiceError> {
        let rows = self.store().connections(caller.organisation).await?;
        let found = rows.into_iter().find(|row| row.connection.id == id);
        let row = found.ok_or(ServiceError::NotFound { what: "connection" })?;
        let cluster = if let Some(cluster) = row.connection.cluster {
            Some(self.cluster_for(caller, cluster, Permission::ManageClusters).await?)
        } else {
            self.authorize(caller, Permission::ManageClusters)?;
            None
        };
        Ok((row, cluster))
    }
}
