//! Alerts as last heard of.

use evenkeel_domain::{
    Timestamp,
    access::{Caller, Permission},
    id::ClusterId,
    view::HeardAlert,
};

use crate::{ServiceError, Services};

/// Most that are listed.
const LISTED: u32 = 1_000;

impl Services {
    /// The alerts of a cluster that fire as far as is known, longest silent first, at most 1,000.
    pub async fn firing_alerts(
        &self,
        caller: &Caller,
        id: ClusterId,
    ) -> Result<Vec<HeardAlert>, ServiceError> {
        self.cluster_for(caller, id, Permission::View).await?;
        Ok(self.store().firing(id, Timestamp::MAX, 0, LISTED).await?)
    }
}
