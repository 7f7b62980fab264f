//! Act: intent, write, outcome, in this order and each durable before the next.

use std::time::Duration;

use evenkeel_domain::{
    Event, IncidentState, Timestamp, action::ActionProgress, id::ActionId, incident::PlanState,
    plan::PlannedAction,
};
use tokio::time::{sleep, timeout};

use super::{Runner, pace::BusyWaits};
use crate::{
    decide::ENDED,
    desk::{Desk, DeskError},
    fail_point,
    ports::{Found, Write, Written},
};

/// Pauses between attempts to read the world after a write in doubt. About half a minute in all:
/// an API server's restart; after that a person must look.
const RECONCILE_PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
];

/// The API server has too much to do and has done nothing.
pub(super) struct Busy {
    pub(super) note: String,
    pub(super) after: Duration,
}

/// The present plan and one of its actions.
pub(super) fn action_of(
    state: &IncidentState,
    action: ActionId,
) -> Option<(&PlanState, &PlannedAction)> {
    let plan = state.plan()?;
    Some((plan, plan.plan.actions.iter().find(|a| a.id == action)?))
}

impl Runner {
    /// Again while the API server is busy, each time from the intent on: a busy one has provably
    /// done nothing, so this is no repetition of a write.
    pub(super) async fn execute(&self, desk: &Desk, id: ActionId) -> Result<(), DeskError> {
        let mut waits = BusyWaits::default();
        while let Some(Busy { note, after }) = self.execute_once(desk, id).await? {
            if !waits.wait(after, desk).await {
                let error = format!("it was not applied, again and again: {note}");
                return desk.record(Event::ActionFailed { action: id, error }).await;
            }
            let note = format!("not applied: {note}");
            desk.record(Event::ActionNotApplied { action: id, note }).await?;
            if desk.cancelled().is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    async fn execute_once(&self, desk: &Desk, id: ActionId) -> Result<Option<Busy>, DeskError> {
        if self.halted(desk).await? {
            return Ok(None);
        }
        let state = desk.state().await;
        let Some((plan, action)) = action_of(&state, id) else { return Ok(None) };
        let target = plan.target_now(action);
        desk.record(Event::ActionIntended {
            action: id,
            precondition: target.clone(),
            undo: action.undo.clone(),
        })
        .await?;
        fail_point!("act.intended");
        // The last two things before the write: is this still ours, and is the stop still off?
        desk.confirm_lease(self.settings.lease).await?;
        if let Some(stop) = self.ports.gate.stopped(state.cluster).await? {
            let note = format!("not sent: {} threw Emergency Stop", stop.by);
            let halted = Event::Halted { by: stop.by, reason: stop.reason };
            desk.append(vec![Event::ActionNotApplied { action: id, note }, halted]).await?;
            return Ok(None);
        }
        // An alert that ended a moment ago must not be followed by the first write of its plan.
        if self.ended_meanwhile(desk, id).await? {
            let note = format!("not sent: {ENDED}");
            let voided = Event::PlanVoided { plan: plan.hash.clone(), reason: ENDED.into() };
            desk.append(vec![Event::ActionNotApplied { action: id, note }, voided]).await?;
            return Ok(None);
        }
        let write = Write { call: &action.call, target: &target, stamp: id };
        fail_point!("act.before-write");
        let sent = timeout(self.settings.step_limit, self.ports.executor.write(desk, write)).await;
        fail_point!("act.after-write");
        // Without an answer the intent stands without outcome: the next step reads the world.
        let Ok(written) = sent else { return Ok(None) };
        match written? {
            Written::Applied { note, generation } => {
                desk.record(Event::ActionApplied { action: id, note, generation }).await?;
            }
            Written::Refused(error) => {
                desk.record(Event::ActionFailed { action: id, error }).await?;
            }
            Written::Drifted(reason) => self.drifted(desk, plan, id, reason).await?,
            Written::Busy { note, after } => return Ok(Some(Busy { note, after })),
            Written::Uncertain(_) => {}
        }
        Ok(None)
    }

    /// Whether all alerts have ended by now and nothing but the intent of `action` has been begun.
    async fn ended_meanwhile(&self, desk: &Desk, action: ActionId) -> Result<bool, DeskError> {
        let state = desk.refresh().await?;
        let untouched = |plan: &PlanState| {
            let others = plan.progress.iter().filter(|(id, _)| **id != action);
            others.map(|(_, progress)| progress).all(|p| matches!(p, ActionProgress::Planned))
        };
        let (last, earlier) = match state.plans.split_last() {
            Some((last, earlier)) => (untouched(last), earlier),
            None => return Ok(false),
        };
        Ok(state.all_alerts_resolved() && last && !earlier.iter().any(PlanState::touched))
    }

    /// The object is not what the plan was made for. Before anything was changed the plan is
    /// void and the incident is looked at again; after that it is a failed step.
    async fn drifted(
        &self,
        desk: &Desk,
        plan: &PlanState,
        action: ActionId,
        reason: String,
    ) -> Result<(), DeskError> {
        if plan.generations.is_empty() && plan.acted_at.is_none() {
            let note = format!("not applied: {reason}");
            desk.append(vec![
                Event::ActionNotApplied { action, note },
                Event::PlanVoided { plan: plan.hash.clone(), reason },
            ])
            .await
        } else {
            desk.record(Event::ActionFailed { action, error: reason }).await
        }
    }

    pub(super) async fn reconcile(&self, desk: &Desk, id: ActionId) -> Result<(), DeskError> {
        let state = desk.state().await;
        let Some((plan, action)) = action_of(&state, id) else { return Ok(()) };
        let target = plan.target_now(action);
        let write = Write { call: &action.call, target: &target, stamp: id };
        let event = match self.look_for(desk, &write, state.updated_at).await? {
            Found::Applied { note, generation } => {
                Event::ActionApplied { action: id, note, generation }
            }
            Found::NotApplied(note) => Event::ActionNotApplied { action: id, note },
            Found::CannotTell(note) => Event::ActionUnknown { action: id, note },
        };
        fail_point!("reconcile.found");
        desk.record(event).await
    }

    /// Reads the world for a write, again and again while it cannot be told. That it is not there
    /// is believed only when it can no longer arrive: who sent it may be dead or asleep, and the
    /// request still be on its way. `since` is when the journal last grew, so the intent is as old.
    pub(super) async fn look_for(
        &self,
        desk: &Desk,
        write: &Write<'_>,
        since: Timestamp,
    ) -> Result<Found, DeskError> {
        let mut pauses = RECONCILE_PAUSES.iter();
        let mut may_arrive = self.settings.may_still_arrive(since, desk.now());
        loop {
            let looking = self.ports.executor.find(desk, write.clone());
            let found = match timeout(self.settings.step_limit, looking).await {
                Ok(found) => found?,
                Err(_) => Found::CannotTell("the cluster did not answer in time".into()),
            };
            let pause = match found {
                Found::Applied { .. } => return Ok(found),
                Found::NotApplied(_) => may_arrive.take(),
                Found::CannotTell(_) => pauses.next().copied(),
            };
            let Some(pause) = pause else { return Ok(found) };
            tokio::select! {
                () = sleep(pause) => {}
                () = desk.cancelled().cancelled() => {
                    return Err(DeskError::Stopping { step: "reconcile" });
                }
            }
        }
    }
}
