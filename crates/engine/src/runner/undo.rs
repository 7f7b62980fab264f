//! Taking a fix back: the same care as making it.

use evenkeel_domain::{Event, id::ActionId, plan::Undo};
use tokio::time::timeout;

use super::{
    Runner,
    act::{Busy, action_of},
    pace::BusyWaits,
};
use crate::{
    desk::{Desk, DeskError},
    fail_point,
    ports::{Found, Write, Written},
};

impl Runner {
    /// As `execute`, again while the API server is busy.
    pub(super) async fn undo(&self, desk: &Desk, id: ActionId) -> Result<(), DeskError> {
        let mut waits = BusyWaits::default();
        while let Some(Busy { note, after }) = self.undo_once(desk, id).await? {
            if !waits.wait(after, desk).await {
                let error = format!("it was not applied, again and again: {note}");
                return desk.record(Event::UndoFailed { action: id, error }).await;
            }
            let note = format!("not applied: {note}");
            desk.record(Event::UndoNotApplied { action: id, note }).await?;
            if desk.cancelled().is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    async fn undo_once(&self, desk: &Desk, id: ActionId) -> Result<Option<Busy>, DeskError> {
        if self.halted(desk).await? {
            return Ok(None);
        }
        let state = desk.state().await;
        let Some((plan, action)) = action_of(&state, id) else { return Ok(None) };
        let Undo::By { call } = &action.undo else { return Ok(None) };
        let stamp = desk.action_id();
        desk.record(Event::UndoIntended { action: id, stamp }).await?;
        fail_point!("undo.intended");
        if let Err(refusal) = self.ports.gate.permits_undo(&state, action).await? {
            let error = format!("the policy does not allow it: {refusal}");
            desk.record(Event::UndoFailed { action: id, error }).await?;
            return Ok(None);
        }
        // As in `execute`: is this still ours, and is the stop still off?
        desk.confirm_lease(self.settings.lease).await?;
        if let Some(stop) = self.ports.gate.stopped(state.cluster).await? {
            let note = format!("still in place: {} threw Emergency Stop", stop.by);
            let halted = Event::Halted { by: stop.by, reason: stop.reason };
            desk.append(vec![Event::UndoNotApplied { action: id, note }, halted]).await?;
            return Ok(None);
        }
        let target = plan.target_now(action);
        let write = Write { call, target: &target, stamp };
        fail_point!("undo.before-write");
        let sent = timeout(self.settings.step_limit, self.ports.executor.write(desk, write)).await;
        fail_point!("undo.after-write");
        let Ok(written) = sent else { return Ok(None) };
        match written? {
            Written::Applied { note, .. } => {
                desk.record(Event::UndoApplied { action: id, note }).await?;
            }
            Written::Refused(error) | Written::Drifted(error) => {
                desk.record(Event::UndoFailed { action: id, error }).await?;
            }
            Written::Busy { note, after } => return Ok(Some(Busy { note, after })),
            Written::Uncertain(_) => {}
        }
        Ok(None)
    }

    pub(super) async fn reconcile_undo(&self, desk: &Desk, id: ActionId) -> Result<(), DeskError> {
        let state = desk.state().await;
        let Some((plan, action)) = action_of(&state, id) else { return Ok(()) };
        let (Undo::By { call }, Some(&stamp)) = (&action.undo, plan.undo_stamps.get(&id)) else {
            return Ok(());
        };
        let target = plan.target_now(action);
        let write = Write { call, target: &target, stamp };
        let event = match self.look_for(desk, &write, state.updated_at).await? {
            Found::Applied { note, .. } => Event::UndoApplied { action: id, note },
            Found::NotApplied(note) => Event::UndoNotApplied { action: id, note },
            Found::CannotTell(note) => Event::ActionUnknown { action: id, note },
        };
        fail_point!("reconcile-undo.found");
        desk.record(event).await
    }
}
