//! Hearing what other replicas commit.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use evenkeel_engine::journal::Grown;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::{
    sync::broadcast,
    time::{Instant, sleep, timeout, timeout_at},
};
use tracing::warn;

use super::{CHANNEL, catch_up, notify, remember, seen::Seen};

/// How often a replica looks into the journal although it was told: what was missed is late by
/// at most this, also when the connection is dead and nothing says so.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// How long a look may take before its connection is taken for dead.
const PATIENCE: Duration = Duration::from_secs(10);

/// SQLSTATE of a statement about a table that there is not.
const UNDEFINED_TABLE: &str = "42P01";

/// Between two tries to connect.
const REST: Duration = Duration::from_secs(1);

/// The listening side of a replica.
pub(super) struct Listener {
    pub(super) pool: PgPool,
    pub(super) options: PgConnectOptions,
    pub(super) origin: String,
    /// Up to which moment everything was announced.
    pub(super) since: String,
    pub(super) feed: broadcast::Sender<Grown>,
    pub(super) seen: Arc<Mutex<Seen>>,
}

impl Listener {
    /// Runs until it is aborted.
    pub(super) async fn run(mut self) {
        // A connection of its own: it waits most of the time, and must not do so at the cost of
        // those who write.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(self.options.clone());
        loop {
            // Of a new database the tables are yet to be made: until then there is nothing to hear of.
            if let Err(error) = self.hear(&pool).await
                && !is_empty_database(&error)
            {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot listen to other replicas; what they write is found when the database is back"
                );
            }
            sleep(REST).await;
        }
    }

    async fn hear(&mut self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // After listening has begun, so that nothing falls between the two.
            self.look().await?;
            let again = Instant::now() + LOOK_AGAIN;
            while let Ok(heard) = timeout_at(again, listener.try_recv()).await {
                match heard? {
                    Some(notification) => self.heard(notification.payload()),
                    // The connection was lost and has been made anew: look at once.
                    None => break,
                }
            }
        }
    }

    fn heard(&self, text: &str) {
        let (origin, all) = notify::read(text);
        for grown in all {
            if remember(&self.seen, grown) && origin != self.origin {
                let _ = self.feed.send(grown);
            }
        }
    }

    async fn look(&mut self) -> Result<(), sqlx::Error> {
        let looked = timeout(PATIENCE, catch_up::since(&self.pool, &self.since)).await;
        let (missed, moment) = looked.map_err(|_| sqlx::Error::PoolTimedOut)??;
        self.since = moment;
        for grown in missed {
            if remember(&self.seen, grown) {
                let _ = self.feed.send(grown);
            }
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).turn();
        Ok(())
    }
}

fn is_empty_database(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref()
        == Some(UNDEFINED_TABLE)
}
