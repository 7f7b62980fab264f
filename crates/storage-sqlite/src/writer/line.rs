//! The line in front of the one writing connection, and the commit its callers share.
//!
//! Syncing to the disk costs far more than writing, and once costs as much as many times. So
//! whoever comes first begins a transaction and puts its commit into the line, behind all who wait
//! already; these have their turns one after the other within that transaction, each between
//! savepoints, so that what one does in vain is taken back alone; then the commit has its turn, and
//! all of them are answered. Who came later is of the next group. Nobody waits for company: a
//! caller who is alone is committed at once.
//!
//! A caller may go away in the middle of a statement. Its turn is then *unsettled*, and whoever
//! has the next turn takes it back first. What must not be left half done (begin, commit) runs in
//! tasks of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use evenkeel_engine::journal::Grown;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use tokio::{
    sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, broadcast},
    task::JoinError,
    time::timeout,
};
use tracing::warn;

use super::{
    group::{Group, Settled, run},
    log::Log,
};

/// How long a caller waits in line before it is told that the database is overloaded.
/// Alertmanager gives up on a webhook after 10 s by itself.
const IN_LINE: Duration = Duration::from_secs(8);

/// How many may wait in line. A turn takes some 0.2 ms: who comes last waits for 0.2 s.
pub(super) const LINE: usize = 1_024;

/// How many may wait in line when another webhook comes: those who carry incidents, and keep
/// their leases, must find room when alerts come in a storm.
pub(crate) const LINE_OF_WEBHOOKS: usize = 512;

/// How many share a commit at most, so that the first does not wait for ever more others.
const TOGETHER: usize = 256;

/// Who has a turn.
pub(super) type Turn = OwnedMappedMutexGuard<Desk, Group>;

/// Why there is no turn to be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// Too many wait already.
    #[error("{0} wait for the database already")]
    Full(usize),
    /// The wait took too long.
    #[error("the database did not get round to it within {IN_LINE:?}")]
    Late,
    /// The transaction could not be begun.
    #[error("a transaction could not be begun")]
    Begin(#[source] sqlx::Error),
    /// A task ended early: the process is ending.
    #[error("the writer is stopping")]
    Stopping(#[from] JoinError),
    /// There is no group although one was begun.
    #[error("the transaction ended before its first turn")]
    NoGroup,
}

/// The line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    desk: Arc<Mutex<Desk>>,
    waiting: Arc<AtomicUsize>,
}

/// What the one whose turn it is has before them.
#[derive(Debug)]
pub(super) struct Desk {
    pool: SqlitePool,
    feed: broadcast::Sender<Grown>,
    log: Log,
    /// The connection, while no group has it.
    spare: Option<PoolConnection<Sqlite>>,
    group: Option<Group>,
    /// How many groups there have been.
    groups: u64,
}

/// Counts one who waits, for as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Line {
    /// In front of a pool that has one connection.
    pub(crate) fn new(
        pool: SqlitePool,
        readers: SqlitePool,
        feed: broadcast::Sender<Grown>,
    ) -> Self {
        let log = Log::new(readers);
        let desk = Desk { pool, feed, log, spare: None, group: None, groups: 0 };
        Self { desk: Arc::new(Mutex::new(desk)), waiting: Arc::default() }
    }

    /// Whether a turn could be had at once, and nobody else's transaction is shared by it.
    pub(crate) fn is_free(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) == 0
            && self.desk.try_lock().is_ok_and(|desk| desk.group.is_none())
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<Turn, LineError> {
        self.turn_unless(LINE).await
    }

    /// As [`Line::turn`], for what its sender sends again when it is refused.
    pub(super) async fn turn_of_webhook(&self) -> Result<Turn, LineError> {
        self.turn_unless(LINE_OF_WEBHOOKS).await
    }

    async fn turn_unless(&self, full: usize) -> Result<Turn, LineError> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(&self.waiting);
        if before >= full {
            return Err(LineError::Full(before));
        }
        let desk = Arc::clone(&self.desk).lock_owned();
        let mut desk = timeout(IN_LINE, desk).await.map_err(|_| LineError::Late)?;
        drop(waiting);
        desk.settle().await;
        if desk.group.as_ref().is_some_and(|group| group.members() >= TOGETHER) {
            desk = tokio::spawn(commit(desk)).await?;
        }
        if desk.group.is_none() {
            let begun = tokio::spawn(begin(desk)).await?;
            desk = begun.map_err(LineError::Begin)?;
        }
        let mut turn = OwnedMutexGuard::try_map(desk, |desk| desk.group.as_mut())
            .map_err(|_| LineError::NoGroup)?;
        turn.enter().await.map_err(LineError::Begin)?;
        Ok(turn)
    }

    /// The connection for what is no ordinary change (bringing tables up to date), between groups.
    pub(crate) async fn alone(&self) -> Result<Alone, sqlx::Error> {
        let mut desk = self.between_groups().await?;
        let connection = desk.connection().await?;
        Ok(Alone { connection, _desk: desk })
    }

    /// Waits for what is being written and gives the connection back.
    pub(crate) async fn close(&self) {
        if let Ok(mut desk) = self.between_groups().await {
            desk.spare = None;
        }
    }

    async fn between_groups(&self) -> Result<OwnedMutexGuard<Desk>, sqlx::Error> {
        let desk = Arc::clone(&self.desk).lock_owned().await;
        tokio::spawn(commit(desk)).await.map_err(|_| sqlx::Error::WorkerCrashed)
    }
}

/// The connection while nobody else has a turn.
pub(crate) struct Alone {
    connection: PoolConnection<Sqlite>,
    _desk: OwnedMutexGuard<Desk>,
}

impl Alone {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

#[cfg(test)]
impl Line {
    /// How many groups there have been.
    pub(super) async fn groups(&self) -> u64 {
        self.desk.lock().await.groups
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl Desk {
    async fn connection(&mut self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        match self.spare.take() {
            Some(connection) => Ok(connection),
            None => self.pool.acquire().await,
        }
    }

    /// Takes back what the last turn has left behind. Where that cannot be done, the group's
    /// transaction is lost, and all who wait for its commit are told.
    async fn settle(&mut self) {
        let Some(group) = &mut self.group else { return };
        let settled = group.settle().await;
        if matches!(settled, Settled::Good) {
            return;
        }
        let Some(group) = self.group.take() else { return };
        self.spare = match settled {
            Settled::Good | Settled::Vain => group.roll_back().await,
            Settled::Lost(why) => {
                warn!(error = &why as &dyn std::error::Error, "a shared transaction is lost");
                group.fail(why).await
            }
        };
    }
}

async fn begin(mut desk: OwnedMutexGuard<Desk>) -> Result<OwnedMutexGuard<Desk>, sqlx::Error> {
    let mut connection = desk.connection().await?;
    match run(&mut connection, "BEGIN IMMEDIATE").await {
        Ok(()) => {
            desk.groups += 1;
            desk.group = Some(Group::new(connection));
            commit_later(&desk);
            Ok(desk)
        }
        Err(why) => {
            // A connection that is gone is not kept; one that others keep busy is.
            desk.spare = why.as_database_error().is_some().then_some(connection);
            Err(why)
        }
    }
}

/// Puts the group's commit into the line, behind all who wait now.
fn commit_later(desk: &OwnedMutexGuard<Desk>) {
    let (line, number) = (Arc::clone(OwnedMutexGuard::mutex(desk)), desk.groups);
    tokio::spawn(async move {
        let desk = line.lock_owned().await;
        // One that had become too large was committed by who came next.
        if desk.groups == number {
            commit(desk).await;
        }
    });
}

/// Makes a group durable, announces what grew, and answers all of it.
async fn commit(mut desk: OwnedMutexGuard<Desk>) -> OwnedMutexGuard<Desk> {
    desk.settle().await;
    if let Some(group) = desk.group.take() {
        let records = group.records();
        desk.spare = group.commit(&desk.feed).await;
        desk.log.grew(records);
    }
    desk
}
