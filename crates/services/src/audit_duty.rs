//! The background duty: checkpoints when something was recorded, and checking the chains.

use std::time::Duration;

use evenkeel_storage::Duty;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{ServiceError, Services, audit_checks::Signed};

/// One replica does it for all.
const DUTY: Duty = Duty::named("audit");

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditPace {
    /// Between checkpoints. What was recorded since the last one can be cut off unseen, so: short.
    pub checkpoint: Duration,
    /// Between verifications of everything. Each reads all trails and journals.
    pub verify: Duration,
}

impl Default for AuditPace {
    fn default() -> Self {
        Self { checkpoint: Duration::from_mins(5), verify: Duration::from_hours(1) }
    }
}

impl Services {
    /// Makes checkpoints and checks chains until `stop`, and makes a last checkpoint then.
    pub async fn keep_audit(self, pace: AuditPace, stop: CancellationToken) {
        let mut signing = interval(pace.checkpoint);
        let mut checking = interval(pace.verify);
        for timer in [&mut signing, &mut checking] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = signing.tick() => self.sign_all().await,
                _ = checking.tick() => tokio::select! {
                    () = stop.cancelled() => break,
                    () = self.verify_all() => {}
                },
            }
        }
        self.sign_all().await;
    }

    async fn leads(&self) -> bool {
        match self.store().lead(DUTY).await {
            Ok(leads) => leads,
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "cannot ask who keeps the audit");
                false
            }
        }
    }

    async fn sign_all(&self) {
        if self.leads().await
            && let Err(error) = self.sign_each().await
        {
            error!(error = &error as &dyn std::error::Error, "cannot make audit checkpoints");
        }
    }

    async fn sign_each(&self) -> Result<(), ServiceError> {
        for organisation in self.store().organisations().await? {
            match self.checkpoint(organisation.id).await? {
                Signed::Unchanged => {}
                Signed::Made(made) => {
                    // The whole of it: where logs are kept elsewhere, so is the checkpoint.
                    let line = serde_json::to_string(&made)
                        .map_err(|error| ServiceError::Internal(Box::new(error)))?;
                    info!(organisation = %made.organisation, number = made.number, seq = made.seq,
                        "audit checkpoint {}: {line}", made.number);
                }
                Signed::Broken(broken) => {
                    error!(organisation = %organisation.id,
                        "no audit checkpoint is made: {broken}. {} {}",
                        broken.means(), broken.next_step());
                }
            }
        }
        Ok(())
    }

    async fn verify_all(&self) {
        if !self.leads().await {
            return;
        }
        if let Err(error) = self.verify_each().await {
            error!(error = &error as &dyn std::error::Error, "cannot verify the audit trail");
        }
    }

    async fn verify_each(&self) -> Result<(), ServiceError> {
        for organisation in self.store().organisations().await? {
            let found = self.verify_chains(organisation.id, &[]).await?;
            match &found.broken {
                None => info!(organisation = %organisation.id, seq = found.seq,
                    journals = found.journals, "audit trail and journals verified"),
                Some(broken) => error!(organisation = %organisation.id,
                    "the audit trail is broken: {broken}. {} {}",
                    broken.means(), broken.next_step()),
            }
        }
        Ok(())
    }
}
