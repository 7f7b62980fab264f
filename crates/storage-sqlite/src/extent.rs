//! How far the installation has come.

use async_trait::async_trait;
use evenkeel_storage::{Extent, ExtentStore, StorageError};
use evenkeel_storage_sql::extent;

use crate::SqliteStore;

#[async_trait]
impl ExtentStore for SqliteStore {
    async fn extent(&self) -> Result<Extent, StorageError> {
        extent::newest(self).await
    }
}
