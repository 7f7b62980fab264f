//! Looking at a database without changing it.

use std::str::FromStr;

use evenkeel_storage::{Schema, StorageError};
use evenkeel_storage_sql::schema::compare;
use sqlx::{Connection, PgConnection, migrate::Migrator, postgres::PgConnectOptions};

use crate::{PostgresStore, error::failed};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

impl PostgresStore {
    /// How the tables at `postgres://…` stand to this version's. Makes and changes nothing.
    pub async fn schema(url: &str) -> Result<Schema, StorageError> {
        const DOING: &str = "looking at the database";
        let options = PgConnectOptions::from_str(url).map_err(failed(DOING))?;
        let mut database = PgConnection::connect_with(&options).await.map_err(failed(DOING))?;
        let kept: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&mut database)
            .await
            .map_err(failed(DOING))?;
        let applied: Vec<i64> = if kept {
            sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
                .fetch_all(&mut database)
                .await
                .map_err(failed(DOING))?
        } else {
            Vec::new()
        };
        database.close().await.map_err(failed(DOING))?;
        Ok(compare(&MIGRATIONS, &applied))
    }
}
