//! Statements that every database understands, and what a database must do for them.
//!
//! Which values can be bound and which rows can be read is said here, once, of both databases:
//! a function that is asked through [`crate::store::SqlStore`] needs no bounds of its own.

use std::borrow::Cow;

use sqlx::{
    Arguments, Database, Encode, FromRow, IntoArguments, PgConnection, Postgres, Sqlite,
    SqliteConnection, Type,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
    query::{Query, QueryAs},
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::column;

/// A value that each database can keep.
pub trait Bind<'q>:
    Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>
{
}

impl<'q, T> Bind<'q> for T where
    T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>
{
}

/// A row that can be read from each database.
pub trait Read: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Read for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// A database that understands the statements of this crate.
pub trait Dialect: Database<Arguments: IntoArguments<Self>> {
    /// Words from outside as its text can hold them.
    fn words(text: &str) -> Cow<'_, str>;

    /// Adds a value to those of a statement.
    fn add<'q>(arguments: &mut Self::Arguments, value: impl Bind<'q>) -> Result<(), BoxDynError>;

    /// All rows.
    fn all<R: Read>(
        connection: &mut Self::Connection,
        statement: Statement<Self>,
    ) -> impl Future<Output = Result<Vec<R>, sqlx::Error>> + Send;

    /// The first row, if there is one.
    fn optional<R: Read>(
        connection: &mut Self::Connection,
        statement: Statement<Self>,
    ) -> impl Future<Output = Result<Option<R>, sqlx::Error>> + Send;

    /// How many rows it changed.
    fn execute(
        connection: &mut Self::Connection,
        statement: Statement<Self>,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;
}

/// A statement with its values. They are written `$1`, `$2` and so on, which SQLite understands as
/// well.
pub struct Statement<D: Database> {
    sql: &'static str,
    arguments: Result<D::Arguments, BoxDynError>,
}

impl<D: Dialect> Statement<D> {
    /// Without values yet.
    pub fn new(sql: &'static str) -> Self {
        Self { sql, arguments: Ok(D::Arguments::default()) }
    }

    /// With the next value.
    #[must_use]
    pub fn bind<'q>(mut self, value: impl Bind<'q>) -> Self {
        if let Ok(arguments) = &mut self.arguments
            && let Err(why) = D::add(arguments, value)
        {
            self.arguments = Err(why);
        }
        self
    }

    /// With words from outside as the next value.
    #[must_use]
    pub fn words(self, text: &str) -> Self {
        self.bind(D::words(text).as_ref())
    }

    /// As [`Statement::words`], where there may be none.
    #[must_use]
    pub fn words_or_none(self, text: Option<&str>) -> Self {
        self.bind(text.map(D::words).as_deref())
    }

    /// As the driver takes it. A value that could not be written fails it here.
    pub fn query(self) -> Result<Query<'static, D, D::Arguments>, sqlx::Error> {
        Ok(sqlx::query_with(self.sql, self.arguments.map_err(sqlx::Error::Encode)?))
    }

    fn query_as<R: for<'r> FromRow<'r, D::Row>>(
        self,
    ) -> Result<QueryAs<'static, D, R, D::Arguments>, sqlx::Error> {
        Ok(sqlx::query_as_with(self.sql, self.arguments.map_err(sqlx::Error::Encode)?))
    }
}

impl Dialect for Sqlite {
    fn words(text: &str) -> Cow<'_, str> {
        Cow::Borrowed(text)
    }

    fn add<'q>(arguments: &mut SqliteArguments, value: impl Bind<'q>) -> Result<(), BoxDynError> {
        Arguments::add(arguments, value)
    }

    async fn all<R: Read>(
        connection: &mut SqliteConnection,
        statement: Statement<Self>,
    ) -> Result<Vec<R>, sqlx::Error> {
        statement.query_as()?.fetch_all(connection).await
    }

    async fn optional<R: Read>(
        connection: &mut SqliteConnection,
        statement: Statement<Self>,
    ) -> Result<Option<R>, sqlx::Error> {
        statement.query_as()?.fetch_optional(connection).await
    }

    async fn execute(
        connection: &mut SqliteConnection,
        statement: Statement<Self>,
    ) -> Result<u64, sqlx::Error> {
        Ok(statement.query()?.execute(connection).await?.rows_affected())
    }
}

impl Dialect for Postgres {
    fn words(text: &str) -> Cow<'_, str> {
        column::text(text)
    }

    fn add<'q>(arguments: &mut PgArguments, value: impl Bind<'q>) -> Result<(), BoxDynError> {
        Arguments::add(arguments, value)
    }

    async fn all<R: Read>(
        connection: &mut PgConnection,
        statement: Statement<Self>,
    ) -> Result<Vec<R>, sqlx::Error> {
        statement.query_as()?.fetch_all(connection).await
    }

    async fn optional<R: Read>(
        connection: &mut PgConnection,
        statement: Statement<Self>,
    ) -> Result<Option<R>, sqlx::Error> {
        statement.query_as()?.fetch_optional(connection).await
    }

    async fn execute(
        connection: &mut PgConnection,
        statement: Statement<Self>,
    ) -> Result<u64, sqlx::Error> {
        Ok(statement.query()?.execute(connection).await?.rows_affected())
    }
}
