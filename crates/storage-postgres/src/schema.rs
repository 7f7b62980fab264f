//! Looking at a database without changing it.

use std::str::FromStr;

use evenkeel_storage::{Schema, StorageError};
use evenkeel_storage_sql::{
    schema::{LOOKING, look},
    statement::Statement,
};
use sqlx::{Connection, PgConnection, Postgres, migrate::Migrator, postgres::PgConnectOptions};

use crate::{PostgresStore, error::failed};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

impl PostgresStore {
    /// How the tables at `postgres://…` stand to this version's. Makes and changes nothing.
    pub async fn schema(url: &str) -> Result<Schema, StorageError> {
        let options = PgConnectOptions::from_str(url).map_err(failed(LOOKING))?;
        let database = PgConnection::connect_with(&options).await.map_err(failed(LOOKING))?;
        let kept = Statement::<Postgres>::new("SELECT to_regclass('_sqlx_migrations') IS NOT NULL");
        look(database, kept, &MIGRATIONS).await
    }
}
