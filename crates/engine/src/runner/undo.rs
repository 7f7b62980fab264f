//! Taking a fix back: the same care as making it.

use evenkeel_domain::{Event, id::ActionId, plan::Undo};
use tokio::time::timeout;

use super::{Runner, act::action_of};
use crate::{
    desk::{Desk, DeskError},
    fail_point,
    ports::{Found, Write, Written},
};

impl Runner {
    pub(super) async fn undo(&self, desk: &Desk, id: ActionId) -> Result<(), DeskError> {
        if self.halted(desk).await? {
            return Ok(());
        }
        let state = desk.state().await;
        let Some((plan, action)) = action_of(&state, id) else { return Ok(()) };
        let Undo::By { call } = &action.undo else { return Ok(()) };
        let stamp = desk.action_id();
        desk.record(Event::UndoIntended { action: id, stamp }).await?;
        fail_point!("undo.intended");
        if let Err(refusal) = self.ports.gate.permits_undo(&state, action).await? {
            let error = format!("the policy does not allow it: {refusal}");
            return desk.record(Event::UndoFailed { action: id, error }).await;
        }
        // As in `execute`: is this still ours, and is the stop still off?
        desk.confirm_lease(self.settings.lease).await?;
        if let Some(stop) = self.ports.gate.stopped(state.cluster).await? {
            let note = format!("still in place: {} threw Emergency Stop", stop.by);
            return desk
                .append(vec![
                    Event::UndoNotApplied { action: id, note },
                    Event::Halted { by: stop.by, reason: stop.reason },
                ])
                .await;
        }
        let target = plan.target_now(action);
        let write = Write { call, target: &target, stamp };
        fail_point!("undo.before-write");
        let sent = timeout(self.settings.step_limit, self.ports.executor.write(desk, write)).await;
        fail_point!("undo.after-write");
        match sent {
            Ok(written) => match written? {
                Written::Applied { note, .. } => {
                    desk.record(Event::UndoApplied { action: id, note }).await
                }
                Written::Refused(error) | Written::Drifted(error) => {
                    desk.record(Event::UndoFailed { action: id, error }).await
                }
                Written::Uncertain(_) => Ok(()),
            },
            Err(_) => Ok(()),
        }
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
