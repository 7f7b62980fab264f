//! The worker claims incidents that are due, carries each under a lease that it keeps renewing,
//! and parks them when they wait. It is woken by the journal's feed and by a timer; a missed
//! signal only costs the timer's period.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, Semaphore, broadcast::error::RecvError},
    time::{interval, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, error, info, info_span, warn};

use crate::{
    Settings,
    clock::{Clock, Entropy},
    clock_watch,
    desk::{Desk, DeskError},
    fail_point,
    journal::{Journal, JournalError, Lease, Wake, WorkerId},
    runner::Runner,
};

/// A worker.
pub struct Worker {
    /// Its name in leases.
    pub id: WorkerId,
    /// Where journals are.
    pub journal: Arc<dyn Journal>,
    /// What performs steps.
    pub runner: Arc<Runner>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids.
    pub entropy: Arc<dyn Entropy>,
    /// Its numbers.
    pub settings: Settings,
}

impl Worker {
    /// Works until `stop`; then lets running steps end or gives up their leases. Returns when
    /// nothing runs any more.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.settings.concurrency));
        let tasks = TaskTracker::new();
        let given_back = Arc::new(Notify::new());
        let mut in_vain = 0;
        let mut feed = self.journal.feed();
        info!(worker = self.id.0, "worker {} starts", self.id.0);
        let watch = clock_watch::watch(Arc::clone(&self.journal), Arc::clone(&self.clock));
        tasks.spawn(stop.clone().run_until_cancelled_owned(watch));
        loop {
            let slot = tokio::select! {
                () = stop.cancelled() => break,
                slot = Arc::clone(&slots).acquire_owned() => match slot {
                    Ok(slot) => slot,
                    Err(_) => break,
                },
            };
            fail_point!("claim.before");
            match self.claim().await {
                Ok(Some(lease)) => {
                    fail_point!("claim.after");
                    in_vain = 0;
                    let (worker, given_back) = (Arc::clone(&self), Arc::clone(&given_back));
                    let span = info_span!("incident", incident = %lease.incident);
                    let token = stop.child_token();
                    tasks.spawn(
                        async move {
                            worker.carry(lease, token).await;
                            drop(slot);
                            // What waited because enough of its cluster is held may go on now.
                            given_back.notify_one();
                        }
                        .instrument(span),
                    );
                    continue;
                }
                Ok(None) => drop(slot),
                Err(failure) => {
                    drop(slot);
                    error!(error = &failure as &dyn std::error::Error, "cannot claim work");
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(self.idle_time(in_vain).await) => in_vain += 1,
                () = given_back.notified() => {}
                grown = feed.recv() => if let Err(RecvError::Closed) = grown {
                    sleep(self.settings.poll).await;
                },
            }
        }
        tasks.close();
        tasks.wait().await;
        info!(worker = self.id.0, "worker {} has stopped", self.id.0);
    }

    async fn claim(&self) -> Result<Option<Lease>, JournalError> {
        let Settings { lease, per_cluster, .. } = self.settings;
        self.journal.claim_within(&self.id, self.clock.now(), lease, per_cluster).await
    }

    /// Until the next parked incident is due, but never longer than the polling period.
    async fn idle_time(&self, in_vain: u32) -> Duration {
        let due = self.journal.next_due().await.ok().flatten();
        due.map_or(self.settings.poll, |due| {
            let wait = Duration::try_from(due.duration_since(self.clock.now()));
            // A floor, so that neither a clock that jumps back nor work that is due but must wait,
            // since enough of its cluster is held, can make this spin.
            let floor = Duration::from_millis(10).saturating_mul(1 << in_vain.min(10));
            wait.unwrap_or_default().max(floor).min(self.settings.poll)
        })
    }

    async fn carry(&self, lease: Lease, stop: CancellationToken) {
        let cancel = stop.child_token();
        let heartbeat = self.keep_alive(&lease, &cancel);
        let work = self.work(&lease, &cancel);
        let (wake, seen) = tokio::select! {
            done = work => done,
            () = heartbeat => {
                warn!("the lease on {} is lost; another worker carries on", lease.incident);
                return;
            }
        };
        fail_point!("park.before");
        if let Err(failure) = self.journal.park(&lease, seen, wake).await
            && !matches!(failure, JournalError::LeaseLost(_))
        {
            error!(error = &failure as &dyn std::error::Error, "cannot park {}", lease.incident);
        }
        fail_point!("park.after");
    }

    async fn work(&self, lease: &Lease, cancel: &CancellationToken) -> (Wake, u64) {
        match self.try_work(lease, cancel).await {
            Ok(done) => done,
            Err(failure) if failure.lease_lost() => (Wake::OnAppend, u64::MAX),
            // Cut off by the end of the process: whoever comes next takes it up at once.
            Err(DeskError::Stopping { step }) => {
                info!(step, "step {step} of {} is parked: the process stops", lease.incident);
                (Wake::At(self.clock.now()), u64::MAX)
            }
            Err(failure) => {
                error!(
                    error = &failure as &dyn std::error::Error,
                    "a step of {} failed", lease.incident
                );
                let rest = self.runner.rest(lease.incident);
                let rest = jiff::SignedDuration::try_from(rest).unwrap_or_default();
                let now = self.clock.now();
                (Wake::At(now.checked_add(rest).unwrap_or(now)), u64::MAX)
            }
        }
    }

    async fn try_work(
        &self,
        lease: &Lease,
        cancel: &CancellationToken,
    ) -> Result<(Wake, u64), DeskError> {
        let desk = Desk::open(
            Arc::clone(&self.journal),
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
            lease.incident,
            Some(lease.clone()),
            cancel.clone(),
        )
        .await?;
        fail_point!("desk.opened");
        self.runner.run(&desk).await
    }

    /// Renews the lease until it is lost. A database that is away for a moment does not end it:
    /// the fence decides at the next append.
    async fn keep_alive(&self, lease: &Lease, cancel: &CancellationToken) {
        let mut beat = interval(self.settings.lease / 3);
        beat.tick().await;
        loop {
            beat.tick().await;
            fail_point!("renew.before");
            match self.journal.renew(lease, self.clock.now(), self.settings.lease).await {
                Ok(()) => {
                    fail_point!("renew.after");
                }
                Err(JournalError::LeaseLost(_)) => {
                    cancel.cancel();
                    return;
                }
                Err(failure) => {
                    warn!(error = &failure as &dyn std::error::Error, "cannot renew a lease");
                }
            }
        }
    }
}
