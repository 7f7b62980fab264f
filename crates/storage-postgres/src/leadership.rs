//! One leader at a time, by an advisory lock that a connection of its own holds.

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use evenkeel_storage::{
    StorageError,
    leadership::{Duty, Leadership},
};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::{sync::Mutex, time::timeout};

use crate::{
    PostgresStore,
    error::{failed, refused},
};

const DOING: &str = "asking who leads";

/// How long the database may take to answer before the connection is taken for dead.
const PATIENCE: Duration = Duration::from_secs(5);

/// The server ends a leader's session that has been silent for this long, and with it the lock:
/// a process that is stopped or cut off stops leading.
const SILENCE: &str = "60s";

/// The connection that leads, and in what.
#[derive(Debug)]
pub(crate) struct Leader {
    options: PgConnectOptions,
    session: Mutex<Option<Session>>,
}

#[derive(Debug)]
struct Session {
    connection: PgConnection,
    held: BTreeSet<Duty>,
}

/// The database does not answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {PATIENCE:?}")]
struct Silent;

impl Leader {
    pub(crate) fn new(options: PgConnectOptions) -> Self {
        let options = options.options([("idle_session_timeout", SILENCE)]);
        Self { options, session: Mutex::new(None) }
    }

    async fn lead(&self, duty: Duty) -> Result<bool, StorageError> {
        let mut kept = self.session.lock().await;
        // Whatever goes wrong, the session is not put back: its end gives all locks back.
        if let Some(mut session) = kept.take()
            && let Ok(Ok(leads)) = timeout(PATIENCE, session.lead(duty)).await
        {
            *kept = Some(session);
            return Ok(leads);
        }
        let fresh = async {
            let connection = PgConnection::connect_with(&self.options).await?;
            let mut session = Session { connection, held: BTreeSet::new() };
            let leads = session.lead(duty).await?;
            Ok((session, leads))
        };
        let (session, leads) = timeout(PATIENCE, fresh)
            .await
            .map_err(|_| refused(DOING, Silent))?
            .map_err(failed(DOING))?;
        *kept = Some(session);
        Ok(leads)
    }

    /// Gives everything up.
    pub(crate) async fn resign(&self) {
        if let Some(session) = self.session.lock().await.take() {
            let _ = timeout(PATIENCE, session.connection.close()).await;
        }
    }
}

impl Session {
    async fn lead(&mut self, duty: Duty) -> Result<bool, sqlx::Error> {
        if self.held.contains(&duty) {
            self.connection.ping().await?;
            return Ok(true);
        }
        let leads: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
                .bind(format!("evenkeel/duty/{}", duty.as_str()))
                .fetch_one(&mut self.connection)
                .await?;
        if leads {
            self.held.insert(duty);
        }
        Ok(leads)
    }
}

#[async_trait]
impl Leadership for PostgresStore {
    async fn lead(&self, duty: Duty) -> Result<bool, StorageError> {
        self.leader.lead(duty).await
    }
}
