//! This database as one side of a move: one connection, in one transaction.

use std::{collections::BTreeSet, str::FromStr};

use async_trait::async_trait;
use evenkeel_storage::StorageError;
use evenkeel_storage_sql::transfer::{Column, Kind, Layout, Side, Value};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres, QueryBuilder, Row as _,
    postgres::{PgConnectOptions, PgRow},
};

use crate::{
    error::{failed, refused},
    open::APPLICATION,
};

const DOING: &str = "moving an installation";

/// One side of a move.
pub struct PostgresSide {
    connection: PgConnection,
    /// A connection outside the transaction: who else is there is asked of the present.
    beside: PgConnection,
}

/// A column that could not be taken along.
#[derive(Debug, thiserror::Error)]
#[error("column `{column}` of table `{table}` is of the unknown type {kind}")]
struct UnknownType {
    table: &'static str,
    column: String,
    kind: String,
}

impl PostgresSide {
    /// Connects, and begins a transaction that sees one moment.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(failed(DOING))?
            .application_name("evenkeel-migrate")
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(failed(DOING))?;
        let beside = options.connect().await.map_err(failed(DOING))?;
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ")
            .execute(&mut connection)
            .await
            .map_err(failed(DOING))?;
        Ok(Self { connection, beside })
    }
}

#[async_trait]
impl Side for PostgresSide {
    async fn versions(&mut self) -> Result<Vec<i64>, StorageError> {
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&mut self.connection)
            .await
            .map_err(failed(DOING))
    }

    async fn tables(&mut self) -> Result<BTreeSet<String>, StorageError> {
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT table_name::text FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
                 AND table_name <> '_sqlx_migrations'",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(failed(DOING))?;
        Ok(names.into_iter().collect())
    }

    async fn columns(&mut self, table: &'static str) -> Result<Vec<Column>, StorageError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
        )
        .bind(table)
        .fetch_all(&mut self.connection)
        .await
        .map_err(failed(DOING))?;
        rows.into_iter()
            .map(|(name, kind)| match kind.as_str() {
                "text" => Ok(Column { name, kind: Kind::Text }),
                "bigint" => Ok(Column { name, kind: Kind::Integer }),
                "boolean" => Ok(Column { name, kind: Kind::Boolean }),
                "bytea" => Ok(Column { name, kind: Kind::Bytes }),
                _ => Err(refused(DOING, UnknownType { table, column: name, kind })),
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

    /// By a cursor: `alerts` has no index in the order of its key, and is sorted once.
    async fn page(
        &mut self,
        layout: &Layout,
        after: Option<Vec<Value>>,
    ) -> Result<Vec<Vec<Value>>, StorageError> {
        let table = layout.table;
        if after.is_none() {
            // Every name is one of ours.
            let declare = format!(
                "CLOSE ALL; DECLARE moving NO SCROLL CURSOR FOR SELECT {} FROM \"{}\" ORDER BY {}",
                layout.names(),
                table.name,
                layout.key_names()
            );
            sqlx::raw_sql(AssertSqlSafe(declare))
                .execute(&mut self.connection)
                .await
                .map_err(failed(DOING))?;
        }
        let fetch = format!("FETCH {} FROM moving", table.page);
        let rows = sqlx::query(AssertSqlSafe(fetch))
            // The same text means other columns for another table.
            .persistent(false)
            .fetch_all(&mut self.connection)
            .await
            .map_err(failed(DOING))?;
        rows.iter().map(|row| read(layout, row).map_err(failed(DOING))).collect()
    }

    async fn insert(&mut self, layout: &Layout, rows: Vec<Vec<Value>>) -> Result<(), StorageError> {
        let mut statement = QueryBuilder::<Postgres>::new(format!(
            "INSERT INTO \"{}\" ({}) ",
            layout.table.name,
            layout.names()
        ));
        statement.push_values(rows, |mut place, row| {
            for (value, column) in row.into_iter().zip(&layout.columns) {
                match (value, column.kind) {
                    (Value::Null, Kind::Text) => place.push_bind(None::<String>),
                    (Value::Null, Kind::Integer) => place.push_bind(None::<i64>),
                    (Value::Null, Kind::Boolean) => place.push_bind(None::<bool>),
                    (Value::Null, Kind::Bytes) => place.push_bind(None::<Vec<u8>>),
                    (Value::Text(text), _) => place.push_bind(text),
                    (Value::Integer(number), _) => place.push_bind(number),
                    (Value::Boolean(yes), _) => place.push_bind(yes),
                    (Value::Bytes(bytes), _) => place.push_bind(bytes),
                };
            }
        });
        let insert = statement.build().persistent(false);
        insert.execute(&mut self.connection).await.map_err(failed(DOING))?;
        Ok(())
    }

    fn holds_zero(&self) -> bool {
        false
    }

    /// A server of ours says so of itself.
    async fn in_use(&mut self) -> Result<bool, StorageError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = $1)",
        )
        .bind(APPLICATION)
        .fetch_one(&mut self.beside)
        .await
        .map_err(failed(DOING))
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StorageError> {
        sqlx::raw_sql("COMMIT").execute(&mut self.connection).await.map_err(failed(DOING))?;
        self.connection.close().await.map_err(failed(DOING))
    }
}

fn read(layout: &Layout, row: &PgRow) -> Result<Vec<Value>, sqlx::Error> {
    let values = layout.columns.iter().enumerate().map(|(place, column)| {
        Ok(match column.kind {
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map(Value::Text),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Value::Bytes),
            Kind::Integer => row.try_get::<Option<i64>, _>(place)?.map(Value::Integer),
            Kind::Boolean => row.try_get::<Option<bool>, _>(place)?.map(Value::Boolean),
        }
        .unwrap_or(Value::Null))
    });
    values.collect()
}
