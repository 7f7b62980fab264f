//! Turns that share a transaction.

use std::sync::Arc;

use evenkeel_engine::{fail_point, journal::Grown};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, pool::PoolConnection};
use tokio::sync::{broadcast, oneshot};
use tracing::debug;

/// The shared transaction was not committed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the shared transaction failed")]
pub(super) struct Failed(#[source] Arc<sqlx::Error>);

/// What became of a turn's changes, once that is certain.
pub(super) type Answer = oneshot::Receiver<Result<(), Failed>>;

/// Whether a group can go on.
pub(super) enum Settled {
    /// Yes.
    Good,
    /// Nothing was done in it but in vain: it ends, and nobody waits for it.
    Vain,
    /// The database has given up the transaction.
    Lost(sqlx::Error),
}

/// Number of the first turn.
const FIRST: u64 = 1;

/// Turns in one transaction.
#[derive(Debug)]
pub(super) struct Group {
    connection: PoolConnection<Sqlite>,
    /// Number of the newest turn; its savepoint is named by it.
    turn: u64,
    /// What is known of it.
    newest: Newest,
    members: Vec<Member>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Newest {
    /// Done, and its savepoint still there.
    Done,
    /// It has no savepoint, or one that nothing happened under.
    Empty,
    /// Under way, or left by its caller.
    Unsettled,
}

#[derive(Debug)]
struct Member {
    grown: Vec<Grown>,
    answer: oneshot::Sender<Result<(), Failed>>,
}

impl Group {
    /// In a transaction that has begun.
    pub(super) fn new(connection: PoolConnection<Sqlite>) -> Self {
        Self { connection, turn: 0, newest: Newest::Empty, members: Vec::new() }
    }

    pub(super) fn members(&self) -> usize {
        self.members.len()
    }

    /// How many records its turns have appended to journals.
    pub(super) fn records(&self) -> usize {
        self.members.iter().map(|member| member.grown.len()).sum()
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Begins the next turn. The one before must be settled. The first has the transaction for
    /// itself and needs no savepoint, for which the database would keep a copy of every page.
    pub(super) async fn enter(&mut self) -> Result<(), sqlx::Error> {
        let before = self.turn;
        let release = self.newest == Newest::Done && before > FIRST;
        self.turn += 1;
        self.newest = Newest::Unsettled;
        if self.turn == FIRST {
            return Ok(());
        }
        // Released, so that the database need not remember how every page was at each savepoint.
        let next = self.turn;
        let statements = if release {
            format!("RELEASE turn_{before}; SAVEPOINT turn_{next}")
        } else {
            format!("SAVEPOINT turn_{next}")
        };
        run(&mut self.connection, &statements).await
    }

    /// The turn's changes are to be committed.
    pub(super) fn done(&mut self, grown: Vec<Grown>) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.newest = Newest::Done;
        self.members.push(Member { grown, answer });
        answered
    }

    /// The turn's caller has done nothing, so that there is nothing to be taken back.
    pub(super) fn left_empty(&mut self) {
        self.newest = Newest::Empty;
    }

    /// Takes back what a turn has left behind.
    pub(super) async fn settle(&mut self) -> Settled {
        if self.newest != Newest::Unsettled {
            return Settled::Good;
        }
        if self.turn == FIRST {
            return Settled::Vain;
        }
        // Some failures (disk full, broken file) make the database give up a transaction by
        // itself; after that, savepoints and statements would begin others unasked. In a
        // transaction there can be no second, so this must be refused.
        if run(&mut self.connection, "BEGIN").await.is_ok() {
            return Settled::Lost(sqlx::Error::Protocol("the transaction was given up".into()));
        }
        match run(&mut self.connection, &format!("ROLLBACK TO turn_{}", self.turn)).await {
            Ok(()) => {}
            // Its caller went away before there was a savepoint, so before anything was done.
            Err(error) if no_such_savepoint(&error) => {}
            Err(error) => return Settled::Lost(error),
        }
        self.newest = Newest::Empty;
        Settled::Good
    }

    /// Commits and answers; gives the connection back if it is of any more use.
    pub(super) async fn commit(
        mut self,
        feed: &broadcast::Sender<Grown>,
    ) -> Option<PoolConnection<Sqlite>> {
        if self.members.is_empty() {
            return self.roll_back().await;
        }
        fail_point!("commit.before");
        let committed = run(&mut self.connection, "COMMIT").await;
        fail_point!("commit.after");
        if let Err(error) = committed {
            return self.fail(error).await;
        }
        for grown in self.members.iter_mut().flat_map(|member| member.grown.drain(..)) {
            // Nobody listening is fine: who comes later reads the journal.
            let _ = feed.send(grown);
        }
        self.answer(&Ok(()));
        Some(self.connection)
    }

    /// Tells everybody that nothing of it was kept.
    pub(super) async fn fail(mut self, why: sqlx::Error) -> Option<PoolConnection<Sqlite>> {
        self.answer(&Err(Failed(Arc::new(why))));
        let mut connection = self.roll_back().await?;
        make_room(&mut connection).await;
        Some(connection)
    }

    fn answer(&mut self, result: &Result<(), Failed>) {
        for member in self.members.drain(..) {
            // A caller who has gone away does not want to know.
            let _ = member.answer.send(result.clone());
        }
    }

    /// Takes all of it back.
    pub(super) async fn roll_back(mut self) -> Option<PoolConnection<Sqlite>> {
        match run(&mut self.connection, "ROLLBACK").await {
            Ok(()) => Some(self.connection),
            // "No transaction is active": the database was quicker.
            Err(error) if error.as_database_error().is_some() => Some(self.connection),
            Err(_) => {
                self.connection.close_on_drop();
                None
            }
        }
    }
}

/// The disk may be full, and of our own log at that: what is in it is moved to the database's own
/// place, as far as there is room, so that the next transaction writes the log from its beginning.
/// Where it was something else that failed, nothing is lost by it.
async fn make_room(connection: &mut SqliteConnection) {
    if let Err(error) = run(connection, "PRAGMA wal_checkpoint(PASSIVE)").await {
        debug!(error = &error as &dyn std::error::Error, "the log cannot be moved");
    }
}

/// Runs statements that no input is part of.
pub(super) async fn run(
    connection: &mut SqliteConnection,
    statements: &str,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(connection).await?;
    Ok(())
}

fn no_such_savepoint(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().starts_with("no such savepoint"))
}
