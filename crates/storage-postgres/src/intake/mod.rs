//! Intake: notification, alerts, journal, incident and job in one transaction (invariant I1).

mod alerts;
mod notifications;
mod receive;
mod view;

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    id::{ClusterId, NotificationId},
};
use evenkeel_storage::{
    IntakeStore, StorageError,
    intake::{Decide, IntakePlan, Received},
};

use crate::PostgresStore;

#[async_trait]
impl IntakeStore for PostgresStore {
    async fn receive(
        &self,
        received: &Received,
        decide: Decide<'_>,
    ) -> Result<IntakePlan, StorageError> {
        receive::receive(self, received, decide).await
    }

    async fn quarantine(
        &self,
        cluster: ClusterId,
        limit: u32,
    ) -> Result<Vec<(NotificationId, Timestamp, String)>, StorageError> {
        notifications::quarantine(self, cluster, limit).await
    }
}
