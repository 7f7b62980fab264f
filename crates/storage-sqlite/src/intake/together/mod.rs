//! Notifications that come at the same time share a turn, and its statements.
//!
//! A turn of its own costs a notification some five trips to the database's thread. Where many
//! wait, one of them has a turn for all: it looks up in one trip what is known for each, lets every
//! notification's own task decide what follows ([`sheet`]), and writes all of it with one statement a
//! table ([`many`]). Only the usual case is done like this: an alert of an open incident, heard of anew
//! or again. What opens an incident, joins another one or changes its place in lists takes a turn of
//! its own afterwards, and so does everything where something in the shared one fails.
//!
//! Of one group, and of one incident, one notification at most is in a shared turn: what the next
//! one decides depends on what this one writes.

mod look;
mod many;
mod sheet;
mod write;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use evenkeel_storage::{
    StorageError,
    intake::{Decide, IntakePlan, IntakeView, Received},
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};
use tracing::warn;

use self::sheet::{Follows, Sheet};
use super::receive::DOING;
use crate::{
    SqliteStore,
    writer::{LINE_OF_WEBHOOKS, Work},
};

/// How many share a turn at most.
const MOST: usize = 64;
/// How many alerts they bring at most, unless the first of them brings more.
const ALERTS: usize = 512;
/// Fewer than this are quicker each for itself.
const FEWEST: usize = 3;
/// How long a turn waits for those it looked something up for. They have nothing to wait for
/// themselves; who is not there by then has gone away.
const DECIDING: Duration = Duration::from_secs(1);

/// Those who wait for a shared turn.
#[derive(Debug, Default)]
pub(crate) struct Inbox(Mutex<Waiting>);

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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next who can be together in a turn.
    fn take(&self) -> Vec<Guest> {
        let mut waiting = self.lock();
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
        tokio::spawn(Host { store: store.clone(), serves: true }.serve());
    }
    Ok(given)
}

/// Who waits for turns, as long as there are guests.
struct Host {
    store: SqliteStore,
    serves: bool,
}

impl Drop for Host {
    /// If it ends before its time, nobody waits for it.
    fn drop(&mut self) {
        if self.serves {
            let mut waiting = self.store.inbox.lock();
            waiting.host = false;
            waiting.guests.clear();
        }
    }
}

impl Host {
    async fn serve(mut self) {
        while self.serves {
            match self.store.begin_webhook(DOING).await {
                Ok(work) => together(work, self.store.inbox.take()).await,
                Err(why) => refuse(self.store.inbox.take(), why),
            }
            let mut waiting = self.store.inbox.lock();
            self.serves = !waiting.guests.is_empty();
            waiting.host = self.serves;
        }
    }
}

fn refuse(guests: Vec<Guest>, why: StorageError) {
    let why = Shared(Arc::new(why));
    for guest in guests {
        // Who has gone away does not want to know.
        let _ = guest.seat.send(Seat::Refused(why.clone()));
    }
}

/// A turn for all of them. Those it has nothing for, and all if something fails, find that their
/// channel is gone and go on by themselves.
async fn together(mut work: Work, guests: Vec<Guest>) {
    if guests.len() < FEWEST {
        work.leave();
        return;
    }
    let seen = match look::up(work.connection(), &guests).await {
        Ok(seen) => seen,
        Err(why) => return gave_up(&why),
    };
    let (mut groups, mut incidents) = (BTreeSet::new(), BTreeSet::new());
    let mut seated = Vec::new();
    for (guest, view) in guests.into_iter().zip(seen) {
        let Some(open) = &view.open else { continue };
        let group = (guest.sheet.cluster.clone(), guest.sheet.group_key.clone());
        if !groups.insert(group) || !incidents.insert(open.id) {
            continue;
        }
        let (send_follows, follows) = oneshot::channel();
        let (answer, kept) = oneshot::channel();
        let seat = Seat::Shared { view: Box::new(view), follows: send_follows, kept };
        if guest.seat.send(seat).is_ok() {
            seated.push((guest.sheet, follows, answer));
        }
    }
    let mut all = Vec::with_capacity(seated.len());
    let mut answers = Vec::with_capacity(seated.len());
    let until = Instant::now() + DECIDING;
    for (sheet, follows, answer) in seated {
        if let Ok(Ok(follows)) = timeout_at(until, follows).await {
            all.push((sheet, follows));
            answers.push(answer);
        }
    }
    if all.is_empty() {
        return;
    }
    match write::all(&mut work, &all).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(why) => return gave_up(&why),
    }
    let outcome = work.commit().await.map_err(|why| Shared(Arc::new(why)));
    for answer in answers {
        let _ = answer.send(outcome.clone());
    }
}

fn gave_up(why: &StorageError) {
    warn!(error = why as &dyn std::error::Error, "notifications could not share a turn");
}
