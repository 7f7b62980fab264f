//! Browser sessions in the database.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use evenkeel_domain::Timestamp;
use evenkeel_engine::clock::Clock;
use evenkeel_storage::{Store, access::SessionRow};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// Keeps sessions in the platform's database.
#[derive(Clone)]
pub struct DatabaseSessions {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for DatabaseSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseSessions").finish_non_exhaustive()
    }
}

impl DatabaseSessions {
    /// Over this database.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

fn backend(error: impl fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn row(record: &Record) -> Result<SessionRow> {
    let nanos = record.expiry_date.unix_timestamp_nanos();
    Ok(SessionRow {
        id: record.id.to_string(),
        data: serde_json::to_vec(record).map_err(|e| Error::Encode(e.to_string()))?,
        expires_at: Timestamp::from_nanosecond(nanos).map_err(backend)?,
    })
}

#[async_trait]
impl SessionStore for DatabaseSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // An id that is taken gets another; 128 random bits make a second try a curiosity.
        while !self.store.create_session(&row(record)?).await.map_err(backend)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.store.save_session(&row(record)?).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row =
            self.store.load_session(&id.to_string(), self.clock.now()).await.map_err(backend)?;
        row.map(|row| {
            serde_json::from_slice::<Record>(&row.data).map_err(|e| Error::Decode(e.to_string()))
        })
        .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(&id.to_string()).await.map_err(backend)
    }
}

/// A session lapses after this long without a request: a night shift.
pub const IDLE: time::Duration = time::Duration::hours(12);
