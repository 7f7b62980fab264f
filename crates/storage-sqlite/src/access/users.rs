//! People.

use evenkeel_domain::{
    Timestamp,
    access::Role,
    audit::AuditRecord,
    id::{OrganisationId, UserId},
};
use evenkeel_storage::{StorageError, access::User};
use sqlx::{FromRow, Sqlite, query::QueryAs, sqlite::SqliteArguments};

use crate::{
    SqliteStore,
    column::{Row, micros},
    error::failed,
};

const READING: &str = "reading users";
const MISSING: &str = "user";

#[derive(FromRow)]
struct UserRow {
    id: String,
    organisation: String,
    email: String,
    role: String,
    password_hash: String,
    created_at: i64,
    last_login_at: Option<i64>,
}

impl TryFrom<UserRow> for User {
    type Error = StorageError;

    fn try_from(row: UserRow) -> Result<Self, StorageError> {
        let at = Row::of("users", &row.id);
        Ok(Self {
            id: at.word("id", &row.id)?,
            organisation: at.word("organisation", &row.organisation)?,
            role: at.word("role", &row.role)?,
            created_at: at.time("created_at", row.created_at)?,
            last_login_at: at.time_or_none("last_login_at", row.last_login_at)?,
            email: row.email,
            password_hash: row.password_hash,
        })
    }
}

pub(super) async fn create(
    store: &SqliteStore,
    user: &User,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let insert = sqlx::query(
        "INSERT INTO users (id, organisation, email, role, password_hash, created_at,
             last_login_at)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
    )
    .bind(user.id.to_string())
    .bind(user.organisation.to_string())
    .bind(user.email.as_str())
    .bind(user.role.as_str())
    .bind(user.password_hash.as_str())
    .bind(micros(user.created_at))
    .bind(user.last_login_at.map(micros));
    store.add("adding a user", "a user with that address", insert, audit).await
}

pub(super) async fn count(store: &SqliteStore) -> Result<u64, StorageError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM users")
        .fetch_one(&store.readers)
        .await
        .map_err(failed(READING))?;
    Row::of("users", &"(all)").count("count", count)
}

pub(super) async fn by_email(
    store: &SqliteStore,
    email: &str,
) -> Result<Option<User>, StorageError> {
    fetch(store, sqlx::query_as("SELECT * FROM users WHERE email = ?1").bind(email)).await
}

pub(super) async fn one(store: &SqliteStore, id: UserId) -> Result<Option<User>, StorageError> {
    fetch(store, sqlx::query_as("SELECT * FROM users WHERE id = ?1").bind(id.to_string())).await
}

async fn fetch(
    store: &SqliteStore,
    query: QueryAs<'_, Sqlite, UserRow, SqliteArguments>,
) -> Result<Option<User>, StorageError> {
    let row = query.fetch_optional(&store.readers).await.map_err(failed(READING))?;
    row.map(User::try_from).transpose()
}

pub(super) async fn of(
    store: &SqliteStore,
    organisation: OrganisationId,
) -> Result<Vec<User>, StorageError> {
    let rows: Vec<UserRow> =
        sqlx::query_as("SELECT * FROM users WHERE organisation = ?1 ORDER BY email")
            .bind(organisation.to_string())
            .fetch_all(&store.readers)
            .await
            .map_err(failed(READING))?;
    rows.into_iter().map(User::try_from).collect()
}

pub(super) async fn set_role(
    store: &SqliteStore,
    organisation: OrganisationId,
    user: UserId,
    role: Role,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = sqlx::query("UPDATE users SET role = ?3 WHERE id = ?1 AND organisation = ?2")
        .bind(user.to_string())
        .bind(organisation.to_string())
        .bind(role.as_str());
    store.change_one("changing a role", MISSING, update, audit).await
}

pub(super) async fn set_password(
    store: &SqliteStore,
    user: UserId,
    hash: &str,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = sqlx::query("UPDATE users SET password_hash = ?2 WHERE id = ?1")
        .bind(user.to_string())
        .bind(hash);
    store.change_one("changing a password", MISSING, update, audit).await
}

pub(super) async fn touch_login(
    store: &SqliteStore,
    user: UserId,
    at: Timestamp,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = sqlx::query("UPDATE users SET last_login_at = ?2 WHERE id = ?1")
        .bind(user.to_string())
        .bind(micros(at));
    store.change_one("noting a sign-in", MISSING, update, audit).await
}
