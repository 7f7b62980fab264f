//! Intake: notification, alerts, journal, incident and job in one transaction (invariant I1).

mod alerts;
mod heard;
mod many;
mod notifications;
mod receive;
mod together;
mod view;

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    id::{ClusterId, NotificationId},
    view::HeardAlert,
};
use evenkeel_storage::{
    IntakeStore, StorageError,
    intake::{AlertCheck, Decide, IntakePlan, Received, Truncated, Unreadable},
};
use evenkeel_storage_sql::intake as shared;

pub(crate) use together::Inbox;

use crate::SqliteStore;

#[async_trait]
impl IntakeStore for SqliteStore {
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
        head: u32,
    ) -> Result<Vec<Unreadable>, StorageError> {
        notifications::quarantine(self, cluster, limit, head).await
    }

    async fn quarantined_body(
        &self,
        cluster: ClusterId,
        id: NotificationId,
    ) -> Result<Option<String>, StorageError> {
        shared::quarantined_body(self, cluster, id).await
    }

    async fn firing(
        &self,
        cluster: ClusterId,
        heard_before: Timestamp,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<HeardAlert>, StorageError> {
        heard::firing(self, cluster, heard_before, offset, limit).await
    }

    async fn truncated(
        &self,
        cluster: ClusterId,
        limit: u32,
    ) -> Result<Vec<Truncated>, StorageError> {
        shared::truncated(self, cluster, limit).await
    }

    async fn filled_up(
        &self,
        cluster: ClusterId,
        truncated: &Truncated,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        notifications::filled_up(self, cluster, truncated, at).await
    }

    async fn keep_alert_check(
        &self,
        cluster: ClusterId,
        check: &AlertCheck,
    ) -> Result<(), StorageError> {
        shared::keep_check(self, cluster, check).await
    }

    async fn alert_check(&self, cluster: ClusterId) -> Result<Option<AlertCheck>, StorageError> {
        shared::check(self, cluster).await
    }
}
