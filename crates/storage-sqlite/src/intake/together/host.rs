//! Turns for many notifications.
//!
//! While some decide, the next ones are looked up: the database's thread waits for nobody who is
//! thinking, and nobody who thinks waits for it. What the next ones are told must then not depend on
//! what is written meanwhile: of one group and of one incident, one notification at most is between
//! look-up and writing.

use std::{collections::BTreeSet, mem, sync::Arc, time::Duration};

use evenkeel_domain::id::IncidentId;
use evenkeel_storage::StorageError;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};
use tracing::warn;

use super::{
    FEWEST, Guest, Inbox, Seat, Shared, look,
    sheet::{Follows, Sheet},
    write,
};
use crate::{SqliteStore, intake::receive::DOING, writer::Work};

/// So many are not joined by others before they are committed. Where more would wait for one
/// commit, all their senders would wait at the same time, and the database for all of them after it.
const TOGETHER: usize = 64;
/// How long a turn waits for those it looked something up for. They have nothing to wait for
/// themselves; who is not there by then has gone away.
const DECIDING: Duration = Duration::from_secs(1);

/// Who waits for turns, as long as there are guests.
pub(super) struct Host {
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
    pub(super) fn of(store: SqliteStore) -> Self {
        Self { store, serves: true }
    }

    pub(super) async fn serve(mut self) {
        while self.serves {
            match self.store.begin_webhook(DOING).await {
                Ok(work) => self.turn(work).await,
                Err(why) => refuse(self.store.inbox.take(0), why),
            }
            let mut waiting = self.store.inbox.lock();
            self.serves = !waiting.guests.is_empty();
            waiting.host = self.serves;
        }
    }

    /// A turn for all who wait. Those it has nothing for, and all if something fails, find that
    /// their channel is gone and go on by themselves.
    async fn turn(&self, mut work: Work) {
        let guests = self.store.inbox.take(0);
        if guests.len() < FEWEST {
            work.leave();
            return;
        }
        let mut kept = Vec::new();
        match all(&mut work, &self.store.inbox, guests, &mut kept).await {
            Ok(()) if kept.is_empty() => work.leave(),
            Ok(()) => {
                #[cfg(test)]
                self.store.inbox.shared.fetch_add(kept.len(), std::sync::atomic::Ordering::Relaxed);
                let outcome = work.commit().await.map_err(|why| Shared(Arc::new(why)));
                for answer in kept {
                    // Who has gone away does not want to know.
                    let _ = answer.send(outcome.clone());
                }
            }
            Err(why) => {
                let why = &why as &dyn std::error::Error;
                warn!(error = why, "notifications could not share a turn");
            }
        }
    }
}

fn refuse(guests: Vec<Guest>, why: StorageError) {
    let why = Shared(Arc::new(why));
    for guest in guests {
        let _ = guest.seat.send(Seat::Refused(why.clone()));
    }
}

type Answer = oneshot::Sender<Result<(), Shared>>;

/// A guest who decides.
struct Seated {
    sheet: Sheet,
    follows: oneshot::Receiver<Follows>,
    answer: Answer,
}

/// Those who are between look-up and writing.
#[derive(Default)]
struct Party {
    seated: Vec<Seated>,
    groups: BTreeSet<(String, String)>,
    incidents: BTreeSet<IncidentId>,
}

/// Lets all who wait, these first, decide and writes what follows; `kept` are to be told when it is
/// committed.
async fn all(
    work: &mut Work,
    inbox: &Inbox,
    guests: Vec<Guest>,
    kept: &mut Vec<Answer>,
) -> Result<(), StorageError> {
    let mut deciding = seat(work, guests, &Party::default()).await?;
    loop {
        let more = kept.len() + deciding.seated.len() < TOGETHER;
        let guests = if more { inbox.take(FEWEST) } else { Vec::new() };
        let ended = guests.is_empty();
        let next = seat(work, guests, &deciding).await?;
        let (rows, answers): (Vec<_>, Vec<_>) = decided(mem::replace(&mut deciding, next)).await;
        write::all(work, &rows).await?;
        kept.extend(answers);
        if ended {
            return Ok(());
        }
    }
}

/// Looks up what is known for them, and lets those decide who have nothing to do with each other
/// nor with who decides already.
async fn seat(
    work: &mut Work,
    guests: Vec<Guest>,
    deciding: &Party,
) -> Result<Party, StorageError> {
    let mut party = Party::default();
    if guests.is_empty() {
        return Ok(party);
    }
    let seen = look::up(work.connection(), &guests).await?;
    for (guest, view) in guests.into_iter().zip(seen) {
        let Some(incident) = view.open.as_ref().map(|open| open.id) else { continue };
        let group = (guest.sheet.cluster.clone(), guest.sheet.group_key.clone());
        let apart = !deciding.groups.contains(&group) && !deciding.incidents.contains(&incident);
        if !apart || !party.groups.insert(group) || !party.incidents.insert(incident) {
            continue;
        }
        let (send, follows) = oneshot::channel();
        let (answer, kept) = oneshot::channel();
        let seat = Seat::Shared { view: Box::new(view), follows: send, kept };
        if guest.seat.send(seat).is_ok() {
            party.seated.push(Seated { sheet: guest.sheet, follows, answer });
        }
    }
    Ok(party)
}

/// What they have decided. Who found that they need a turn of their own is not among them.
async fn decided(party: Party) -> (Vec<(Sheet, Follows)>, Vec<Answer>) {
    let until = Instant::now() + DECIDING;
    let mut all = (Vec::new(), Vec::new());
    for Seated { sheet, follows, answer } in party.seated {
        if let Ok(Ok(follows)) = timeout_at(until, follows).await {
            all.0.push((sheet, follows));
            all.1.push(answer);
        }
    }
    all
}
