//! The runner performs one step at a time and appends what came of it.
//!
//! Each step is safe to run again from its beginning: what a crash cut off is either recorded,
//! and then not repeated, or not recorded, and then read from the world before anything is
//! written (invariant I2).

mod act;
mod approve;
mod observe;
mod pace;
mod think;
mod undo;
mod verify;

use std::{sync::Arc, time::Duration};

use evenkeel_domain::{Event, id::IncidentId};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{sleep, timeout},
};
use tracing::{debug, info};

use crate::{
    Settings, Step,
    decide::{decide, is_over},
    desk::{Desk, DeskError},
    fail_point,
    journal::Wake,
    ports::Ports,
};

/// Hears of every step, for metrics.
pub trait StepObserver: Send + Sync {
    /// A step ended.
    fn step(&self, step: &'static str, took: Duration, failed: bool);
}

/// Performs steps.
pub struct Runner {
    ports: Ports,
    settings: Settings,
    observer: Arc<dyn StepObserver>,
    failures: pace::Failures,
}

impl Runner {
    /// A runner over these ports.
    pub fn new(ports: Ports, settings: Settings, observer: Arc<dyn StepObserver>) -> Self {
        Self { ports, settings, observer, failures: pace::Failures::default() }
    }

    /// How long an incident rests now that a step of it has failed.
    pub fn rest(&self, incident: IncidentId) -> Duration {
        self.failures.add(incident)
    }

    /// Runs until the incident waits or ends; says when to look again, and up to which record
    /// this was decided.
    pub async fn run(&self, desk: &Desk) -> Result<(Wake, u64), DeskError> {
        loop {
            let state = desk.refresh().await?;
            let step = decide(&state, desk.now(), self.settings.max_rounds);
            match step {
                Step::Done => return Ok((Wake::Never, state.seq)),
                Step::Wait { until: Some(until) } => return Ok((Wake::At(until), state.seq)),
                Step::Wait { until: None } => return Ok((Wake::OnAppend, state.seq)),
                step => self.perform_counted(desk, step).await?,
            }
            self.failures.forget(state.id);
            if desk.cancelled().is_cancelled() {
                return Ok((Wake::At(desk.now()), desk.state().await.seq));
            }
        }
    }

    async fn perform_counted(&self, desk: &Desk, step: Step) -> Result<(), DeskError> {
        let name = step.as_str();
        let began = desk.now();
        debug!(step = name, "step begins");
        fail_point!("step.before.", name);
        let done = self.perform_in_time(desk, step).await;
        fail_point!("step.after.", name);
        let took = desk.now().duration_since(began);
        let took = Duration::try_from(took).unwrap_or_default();
        self.observer.step(name, took, done.is_err());
        done
    }

    /// A step that neither outlives its deadline nor holds up the end of the process.
    async fn perform_in_time(&self, desk: &Desk, step: Step) -> Result<(), DeskError> {
        let (name, deadline) = (step.as_str(), pace::deadline(&step, &self.settings));
        let stopped = async {
            desk.cancelled().cancelled().await;
            sleep(pace::WIND_DOWN).await;
        };
        let over = async {
            if step.only_looks() { over(desk).await } else { std::future::pending().await }
        };
        tokio::select! {
            done = timeout(deadline, self.perform(desk, step.clone())) => match done {
                Ok(done) => done,
                Err(_) => Err(DeskError::Late { step: name, limit: deadline }),
            },
            () = over => {
                info!(step = name, "step {name} is dropped: every alert has ended");
                Ok(())
            }
            () = stopped => Err(DeskError::Stopping { step: name }),
        }
    }

    async fn perform(&self, desk: &Desk, step: Step) -> Result<(), DeskError> {
        match step {
            Step::Supervise { round } => self.supervise(desk, round).await,
            Step::Observe { round, outstanding } => self.observe(desk, round, &outstanding).await,
            Step::ConcludeObserve { round } => desk.record(Event::ObserveConcluded { round }).await,
            Step::Orient { round } => self.orient(desk, round).await,
            Step::Plan => self.plan(desk).await,
            Step::Judge => self.judge(desk).await,
            Step::AskApproval => self.ask_approval(desk).await,
            Step::Expire => self.expire(desk).await,
            Step::Void { reason } => self.void(desk, reason).await,
            Step::Baseline => self.baseline(desk).await,
            Step::Execute { action } => self.execute(desk, action).await,
            Step::Reconcile { action } => self.reconcile(desk, action).await,
            Step::StartVerification => desk.record(Event::VerificationStarted {}).await,
            Step::Sample => self.sample(desk).await,
            Step::ConcludeVerification { status } => self.conclude(desk, status).await,
            Step::StartUndo { reason } => desk.record(Event::UndoStarted { reason }).await,
            Step::Undo { action } => self.undo(desk, action).await,
            Step::ReconcileUndo { action } => self.reconcile_undo(desk, action).await,
            Step::Close { resolution, reason } => {
                info!(resolution = resolution.as_str(), reason, "incident closes");
                desk.record(Event::Closed { resolution, reason }).await
            }
            Step::Wait { .. } | Step::Done => Ok(()),
        }
    }

    /// Halts the run if Emergency Stop is on (invariant I11). Says whether it did.
    async fn halted(&self, desk: &Desk) -> Result<bool, DeskError> {
        let state = desk.state().await;
        match self.ports.gate.stopped(state.cluster).await? {
            Some(stop) => {
                desk.record(Event::Halted { by: stop.by, reason: stop.reason }).await?;
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

/// Ends when the journal says that the run is over ([`is_over`]).
async fn over(desk: &Desk) {
    let mut feed = desk.feed();
    loop {
        match desk.refresh().await {
            Ok(state) if is_over(&state) => return,
            Ok(state) => loop {
                match feed.recv().await {
                    Ok(grown) if grown.incident == state.id => break,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            },
            // The step itself will say so, or come to its end.
            Err(_) => std::future::pending().await,
        }
    }
}
