//! How connections do: seen by the process that asked, kept for those that show it.

use std::time::Duration;

use evenkeel_domain::id::OrganisationId;
use tokio_util::sync::CancellationToken;

use crate::{ServiceError, Services, toolroom::Health};

/// How long what one process saw stays unknown to the others.
const KEEP_EVERY: Duration = Duration::from_secs(10);

impl Services {
    /// Keeps how connections did, until `stop`, and once more then.
    pub async fn keep_health(self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(KEEP_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.keep_health_now().await;
        }
        self.keep_health_now().await;
    }

    /// Keeps what was seen since the last time.
    pub async fn keep_health_now(&self) {
        let seen = self.parts.tools.unkept();
        if seen.is_empty() {
            return;
        }
        if let Err(error) = self.store().keep_health(&seen).await {
            tracing::warn!(%error, "how connections did could not be kept; it is tried again");
            self.parts.tools.not_kept(&seen);
        }
    }

    /// How the servers of an organisation's clusters did when they were last asked.
    pub(crate) async fn health(
        &self,
        organisation: OrganisationId,
    ) -> Result<Health, ServiceError> {
        Ok(self.parts.tools.health(self.store().health(organisation).await?))
    }
}
