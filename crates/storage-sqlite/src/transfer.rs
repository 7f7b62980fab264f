//! This database as one side of a move: one connection that has the file to itself.

use std::{collections::BTreeSet, path::Path, str::FromStr, time::Duration};

use async_trait::async_trait;
use evenkeel_storage::StorageError;
use evenkeel_storage_sql::transfer::{Column, Kind, Layout, Side, Value};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, QueryBuilder, Row as _, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteLockingMode, SqliteRow},
};

use crate::error::{failed, refused};

const DOING: &str = "moving an installation";
/// Another process that has the file open keeps it open; there is nothing to wait for.
const BUSY: Duration = Duration::from_millis(500);

/// One side of a move.
pub struct SqliteSide {
    connection: SqliteConnection,
}

/// Somebody else has the file open, or it is not there.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("another process has it open: stop all `serve` and `worker` first")]
    InUse(#[source] sqlx::Error),
    #[error("there is no file {0}")]
    Missing(String),
    #[error("column `{column}` of table `{table}` is of the unknown type {kind}")]
    Type { table: &'static str, column: String, kind: String },
}

impl SqliteSide {
    /// Opens a file that exists and takes it for itself until it is dropped: a process that has it
    /// open makes this fail, and one that opens it meanwhile finds it locked.
    ///
    /// # Errors
    /// When it is not there, or in use.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(failed(DOING))?
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .locking_mode(SqliteLockingMode::Exclusive)
            .disable_statement_logging();
        let file = options.get_filename().to_owned();
        if !Path::new(&file).exists() {
            return Err(refused(DOING, Unfit::Missing(file.display().to_string())));
        }
        let mut connection = options.connect().await.map_err(in_use)?;
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.map_err(in_use)?;
        Ok(Self { connection })
    }
}

fn in_use(error: sqlx::Error) -> StorageError {
    // 5 is SQLITE_BUSY; its refinements have it in their lowest byte.
    let code = error.as_database_error().and_then(|e| e.code()?.parse::<i32>().ok());
    match code {
        Some(code) if code & 0xff == 5 => refused(DOING, Unfit::InUse(error)),
        _ => failed(DOING)(error),
    }
}

#[async_trait]
impl Side for SqliteSide {
    async fn versions(&mut self) -> Result<Vec<i64>, StorageError> {
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&mut self.connection)
            .await
            .map_err(failed(DOING))
    }

    async fn tables(&mut self) -> Result<BTreeSet<String>, StorageError> {
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table'
                 AND name NOT LIKE 'sqlite%' AND name <> '_sqlx_migrations'",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(failed(DOING))?;
        Ok(names.into_iter().collect())
    }

    async fn columns(&mut self, table: &'static str) -> Result<Vec<Column>, StorageError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, type FROM pragma_table_info(?1) ORDER BY cid")
                .bind(table)
                .fetch_all(&mut self.connection)
                .await
                .map_err(failed(DOING))?;
        rows.into_iter()
            .map(|(name, kind)| match kind.as_str() {
                "TEXT" => Ok(Column { name, kind: Kind::Text }),
                "INTEGER" => Ok(Column { name, kind: Kind::Integer }),
                "BLOB" => Ok(Column { name, kind: Kind::Bytes }),
                _ => Err(refused(DOING, Unfit::Type { table, column: name, kind })),
            })
            .collect()
    }

    async fn count(&mut self, table: &'static str) -> Result<u64, StorageError> {
        // The name is one of ours.
        let statement = format!("SELECT count(*) FROM \"{table}\"");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(&mut self.connection)
            .await
            .map_err(failed(DOING))?;
        Ok(count.unsigned_abs())
    }

    async fn page(
        &mut self,
        layout: &Layout,
        after: Option<Vec<Value>>,
    ) -> Result<Vec<Vec<Value>>, StorageError> {
        let (names, key, table) = (layout.names(), layout.key_names(), layout.table);
        // That no part of a key is NULL lets an index that leaves such rows out be walked.
        let mut wheres: Vec<_> =
            table.key.iter().map(|name| format!("\"{name}\" IS NOT NULL")).collect();
        if let Some(after) = &after {
            wheres.push(format!("({key}) > ({})", vec!["?"; after.len()].join(", ")));
        }
        // Every name is one of ours; values are bound.
        let statement = format!(
            "SELECT {names} FROM \"{}\" WHERE {} ORDER BY {key} LIMIT {}",
            table.name,
            wheres.join(" AND "),
            table.page
        );
        let query = after.into_iter().flatten().fold(sqlx::query(AssertSqlSafe(statement)), bound);
        let rows = query.fetch_all(&mut self.connection).await.map_err(failed(DOING))?;
        rows.iter().map(|row| read(layout, row).map_err(failed(DOING))).collect()
    }

    async fn insert(&mut self, layout: &Layout, rows: Vec<Vec<Value>>) -> Result<(), StorageError> {
        let mut statement = QueryBuilder::<Sqlite>::new(format!(
            "INSERT INTO \"{}\" ({}) ",
            layout.table.name,
            layout.names()
        ));
        statement.push_values(rows, |mut place, row| {
            for value in row {
                match value {
                    Value::Null => place.push_bind(None::<String>),
                    Value::Text(text) => place.push_bind(text),
                    Value::Integer(number) => place.push_bind(number),
                    Value::Boolean(yes) => place.push_bind(i64::from(yes)),
                    Value::Bytes(bytes) => place.push_bind(bytes),
                };
            }
        });
        statement.build().execute(&mut self.connection).await.map_err(failed(DOING))?;
        Ok(())
    }

    fn holds_zero(&self) -> bool {
        true
    }

    /// It has been taken for this alone.
    async fn in_use(&mut self) -> Result<bool, StorageError> {
        Ok(false)
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StorageError> {
        sqlx::raw_sql("COMMIT").execute(&mut self.connection).await.map_err(failed(DOING))?;
        self.connection.close().await.map_err(failed(DOING))
    }
}

fn bound(
    query: Query<'_, Sqlite, SqliteArguments>,
    value: Value,
) -> Query<'_, Sqlite, SqliteArguments> {
    match value {
        Value::Null => query.bind(None::<String>),
        Value::Text(text) => query.bind(text),
        Value::Integer(number) => query.bind(number),
        Value::Boolean(yes) => query.bind(i64::from(yes)),
        Value::Bytes(bytes) => query.bind(bytes),
    }
}

fn read(layout: &Layout, row: &SqliteRow) -> Result<Vec<Value>, sqlx::Error> {
    let values = layout.columns.iter().enumerate().map(|(place, column)| {
        Ok(match column.kind {
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map(Value::Text),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Value::Bytes),
            Kind::Integer | Kind::Boolean => {
                row.try_get::<Option<i64>, _>(place)?.map(Value::Integer)
            }
        }
        .unwrap_or(Value::Null))
    });
    values.collect()
}
