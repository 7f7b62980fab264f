//! Nobody else has this file open to serve: who asks leads.

use async_trait::async_trait;
use evenkeel_storage::{Duty, Leadership, StorageError};

use crate::SqliteStore;

#[async_trait]
impl Leadership for SqliteStore {
    async fn lead(&self, _: Duty) -> Result<bool, StorageError> {
        Ok(true)
    }
}
