//! Notifications that come at the same time share a turn, and its statements.
//!
//! A turn of its own costs a notification some five trips to the database's thread. Where many
//! wait, a [`host`] has a turn for all: it looks up in one trip what is known for each, lets every
//! notification's own task decide what follows ([`sheet`]), and writes all of it with one statement a
//! table ([`mod@write`]). Only the usual case is done like this: an alert of an open incident, heard of
//! anew or again. What opens an incident, joins another one or changes its place in lists takes a turn
//! of its own afterwards, and so does everything where something in the shared one fails.

mod host;
mod look;
mod sheet;
mod write;

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use evenkeel_storage::{
    StorageError,
    intake::{Decide, IntakePlan, IntakeView, Received},
};
use tokio::sync::oneshot;

use self::{
    host::Host,
    sheet::{Follows, Sheet},
};
use super::receive::DOING;
use crate::{SqliteStore, writer::LINE_OF_WEBHOOKS};

/// How many are looked up and written together at most.
const MOST: usize = 32;
/// How many alerts they bring at most, unless the first of them brings more.
const ALERTS: usize = 512;
/// Fewer than this are quicker each for itself.
const FEWEST: usize = 3;

/// Those who wait for a shared turn.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    /// How many have shared a turn.
    #[cfg(test)]
    shared: std::sync::atomic::AtomicUsize,
}

#[derive(Debug, Default)]
struct Waiting {
    guests: VecDeque<Guest>,
    /// Whether somebody waits for a turn for all of them.
    host: bool,
}

/// A notification that waits.
#[derive(Debug)]
struct Guest {
    sheet: Sheet,
    seat: oneshot::Sender<Seat>,
}

/// What it is given.
#[derive(Debug)]
enum Seat {
    /// Its place in a shared turn.
    Shared {
        view: Box<IntakeView>,
        follows: oneshot::Sender<Follows>,
        kept: oneshot::Receiver<Result<(), Shared>>,
    },
    /// There is no turn to be had.
    Refused(Shared),
}

/// Why all of them failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the turn that notifications shared failed")]
struct Shared(#[source] Arc<StorageError>);

impl From<Shared> for StorageError {
    fn from(shared: Shared) -> Self {
        Self::Database { doing: DOING, source: shared.into() }
    }
}

/// The line in front of the inbox is too long.
#[derive(Debug, thiserror::Error)]
#[error("{0} notifications wait for the database already")]
struct Full(usize);

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next who can be together; nobody if it is fewer than `fewest`.
    fn take(&self, fewest: usize) -> Vec<Guest> {
        let mut waiting = self.lock();
        if waiting.guests.len() < fewest {
            return Vec::new();
        }
        let (mut taken, mut alerts) = (Vec::new(), 0);
        while let Some(guest) = waiting.guests.front() {
            alerts += guest.sheet.keys.len();
            if taken.len() == MOST || (alerts > ALERTS && !taken.is_empty()) {
                break;
            }
            taken.extend(waiting.guests.pop_front());
        }
        taken
    }
}

/// Takes part in a shared turn; `None` if the notification needs one of its own.
pub(super) async fn receive(
    store: &SqliteStore,
    received: &Received,
    decide: Decide<'_>,
) -> Result<Option<IntakePlan>, StorageError> {
    let usual = received.quarantined.is_none()
        && received.reread.is_none()
        && !received.group_key.is_empty();
    if !usual || store.line.is_free() {
        return Ok(None);
    }
    // Whoever left a channel behind gave up the shared turn.
    let Ok(seat) = enter(store, received)?.await else { return Ok(None) };
    let (view, follows, kept) = match seat {
        Seat::Shared { view, follows, kept } => (view, follows, kept),
        Seat::Refused(why) => return Err(why.into()),
    };
    let plan = decide(&view);
    let Some(rows) = Follows::of(&view, &plan)? else { return Ok(None) };
    if follows.send(rows).is_err() {
        return Ok(None);
    }
    match kept.await {
        Ok(Ok(())) => Ok(Some(plan)),
        Ok(Err(why)) => Err(why.into()),
        Err(_) => Ok(None),
    }
}

/// Waits in the inbox, and sees to it that somebody waits for a turn.
fn enter(
    store: &SqliteStore,
    received: &Received,
) -> Result<oneshot::Receiver<Seat>, StorageError> {
    let (seat, given) = oneshot::channel();
    let guest = Guest { sheet: Sheet::of(received), seat };
    let mut waiting = store.inbox.lock();
    let before = waiting.guests.len();
    if before >= LINE_OF_WEBHOOKS {
        return Err(StorageError::Database { doing: DOING, source: Full(before).into() });
    }
    waiting.guests.push_back(guest);
    if !waiting.host {
        waiting.host = true;
        tokio::spawn(Host::of(store.clone()).serve());
    }
    Ok(given)
}
