//! Opening the database: connections and what is set on each.

use std::{str::FromStr, sync::Arc, time::Duration};

use evenkeel_engine::journal::Grown;
use evenkeel_storage::StorageError;
use sqlx::{
    ConnectOptions, Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::broadcast;

use crate::{
    error::{failed, refused},
    feed::{Announcer, FEED},
    leadership::Leader,
    schema::MIGRATIONS,
};

/// Connections of one replica, beside one that listens and one that leads. Each is a process of
/// the server; three replicas stay well below its usual limit of 100.
const CONNECTIONS: u32 = 20;

/// How long a caller waits in line for a connection before it is told that the database is
/// overloaded. Alertmanager gives up on a webhook after 10 s by itself.
const IN_LINE: Duration = Duration::from_secs(8);

/// A connection that has rested longer than this is asked whether it lives before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// What the server does with a replica that does not go on: one that is stopped or cut off in the
/// middle of a transaction must not hold its locks for longer than a lease lasts (15 s).
const SESSION: [(&str, &str); 6] = [
    ("idle_in_transaction_session_timeout", "5s"),
    ("lock_timeout", "8s"),
    ("statement_timeout", "30s"),
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "2"),
];

/// What every connection of a server says of itself.
pub(crate) const APPLICATION: &str = "evenkeel";

/// The store. Clones share connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pub(crate) pool: PgPool,
    pub(crate) feed: broadcast::Sender<Grown>,
    pub(crate) announcer: Arc<Announcer>,
    pub(crate) leader: Arc<Leader>,
}

/// The address is not one of a `PostgreSQL` database.
#[derive(Debug, thiserror::Error)]
#[error("a PostgreSQL address looks like postgres://user:password@host:5432/database")]
struct NotPostgres;

impl PostgresStore {
    /// Connects to `postgres://…` and begins to listen to what other replicas write.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        Self::connect(url, false).await
    }

    /// As [`PostgresStore::open`], to read only: the server refuses whatever wants to write.
    pub async fn open_read_only(url: &str) -> Result<Self, StorageError> {
        Self::connect(url, true).await
    }

    async fn connect(url: &str, read_only: bool) -> Result<Self, StorageError> {
        const DOING: &str = "opening the database";
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(refused(DOING, NotPostgres));
        }
        let options = PgConnectOptions::from_str(url)
            .map_err(failed(DOING))?
            .application_name(APPLICATION)
            .options(SESSION)
            .options([("default_transaction_read_only", if read_only { "on" } else { "off" })])
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(IN_LINE)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > RESTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options.clone())
            .await
            .map_err(failed(DOING))?;
        let (feed, _) = broadcast::channel(FEED);
        let announcer = Announcer::start(pool.clone(), options.clone(), feed.clone())
            .await
            .map_err(failed("beginning to listen to other replicas"))?;
        let leader = Arc::new(Leader::new(options));
        Ok(Self { pool, feed, announcer: Arc::new(announcer), leader })
    }

    /// Brings the tables up to date. Replicas that start together take turns.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        MIGRATIONS
            .run(&self.pool)
            .await
            .map_err(|source| refused("bringing the tables up to date", source))
    }

    /// Waits for what is being written and closes all connections.
    pub async fn close(&self) {
        self.announcer.stop();
        self.leader.resign().await;
        self.pool.close().await;
    }
}
