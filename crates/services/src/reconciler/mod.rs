//! Finds what Alertmanager did not manage to say: that an alert has ended, and what it left out of a
//! notification. One replica does it for all. It takes no input: whatever is to be done is read from
//! the database in each round, so a signal that is missed costs the timer's period and nothing else.
//!
//! What it finds goes through intake like what is sent, marked as found. It asks through a tool, as
//! everybody does (invariant I5). No answer is no end of anything (invariant I8).

mod ended;
mod filled;
mod notification;
mod question;

use std::{sync::Arc, time::Duration};

use evenkeel_domain::{Timestamp, evidence::ToolFailure};
use evenkeel_storage::{Duty, clusters::ClusterRow, intake::AlertCheck};
use futures::{StreamExt, stream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{ServiceError, Services, toolroom::ClusterAccess};

const DUTY: Duty = Duty::named("reconcile-alerts");

/// The shortest time between two rounds, however often it is woken.
const PAUSE: Duration = Duration::from_secs(2);

/// Clusters that are asked at the same time.
const AT_ONCE: usize = 4;

/// The reconciler's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconcileSettings {
    /// Time between rounds. A minute: as often as Prometheus tells Alertmanager of an alert again.
    pub every: Duration,
    /// For how long an alert must not have been heard of, and Alertmanager have been up, before its
    /// absence there counts as its end. Five minutes: after Alertmanager's restart each alert is
    /// back within Prometheus' resend delay (a minute) and an evaluation.
    pub margin: Duration,
}

impl Default for ReconcileSettings {
    fn default() -> Self {
        Self { every: Duration::from_mins(1), margin: Duration::from_mins(5) }
    }
}

/// The background duty.
pub struct Reconciler {
    services: Services,
    settings: ReconcileSettings,
}

/// Why a cluster could not be reconciled.
#[derive(Debug, thiserror::Error)]
enum Unreconciled {
    /// Its Alertmanager gave no good answer.
    #[error("its Alertmanager gave no good answer: {}", .0.message)]
    Unanswered(ToolFailure),
    /// Something of our own failed.
    #[error("what was found could not be kept")]
    Ours(#[from] ServiceError),
}

impl Reconciler {
    /// A reconciler over these services.
    pub fn new(services: Services, settings: ReconcileSettings) -> Self {
        Self { services, settings }
    }

    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let woken = Arc::clone(&self.services.parts.reconcile);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.round() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(PAUSE.min(self.settings.every)) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(self.settings.every.saturating_sub(PAUSE)) => {}
                () = woken.notified() => {}
            }
        }
    }

    /// Looks at all clusters once, if this replica leads.
    async fn round(&self) {
        let clusters = match self.clusters().await {
            Ok(clusters) => clusters,
            Err(failure) => {
                let failure = &failure as &dyn std::error::Error;
                error!(error = failure, "alerts cannot be reconciled");
                return;
            }
        };
        stream::iter(clusters)
            .for_each_concurrent(AT_ONCE, async |row| self.look_after(&row).await)
            .await;
    }

    async fn clusters(&self) -> Result<Vec<ClusterRow>, ServiceError> {
        if !self.services.store().lead(DUTY).await? {
            return Ok(Vec::new());
        }
        Ok(self.services.store().watched_clusters().await?)
    }

    async fn look_after(&self, row: &ClusterRow) {
        let at = self.services.now();
        let done = match self.services.access_to(row).await {
            // What there is not, cannot be asked, and does not fail.
            Ok(access) if !access.has_alertmanager() => return,
            Ok(access) => self.reconcile(row, &access, at).await,
            Err(failure) => Err(failure.into()),
        };
        let took = self.services.now().duration_since(at);
        let took = Duration::try_from(took).unwrap_or_default();
        let failure = match &done {
            Ok(()) => None,
            Err(failure) => {
                let cluster = &row.cluster.name;
                warn!(
                    cluster,
                    error = failure as &dyn std::error::Error,
                    "alerts of {cluster} are not reconciled"
                );
                Some(failure.to_string())
            }
        };
        let check = AlertCheck {
            at,
            ok_at: failure.is_none().then_some(at),
            failure,
            took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        };
        if let Err(failure) = self.services.store().keep_alert_check(row.cluster.id, &check).await {
            let failure = &failure as &dyn std::error::Error;
            error!(error = failure, "how Alertmanager answered cannot be kept");
        }
    }

    async fn reconcile(
        &self,
        row: &ClusterRow,
        access: &ClusterAccess,
        at: Timestamp,
    ) -> Result<(), Unreconciled> {
        let answer = self.all(access).await?;
        let filled = self.fill_up(row, access).await?;
        let ended = self.end(row, &answer, at).await?;
        if filled + ended > 0 {
            let cluster = &row.cluster.name;
            info!(cluster, filled, ended, "found by asking Alertmanager of {cluster}");
        }
        Ok(())
    }
}
