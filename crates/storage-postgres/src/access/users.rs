//! People.

use evenkeel_domain::{
    Timestamp,
    access::Role,
    audit::AuditRecord,
    id::{OrganisationId, UserId},
};
use evenkeel_storage::{StorageError, access::User};
use sqlx::{Postgres, postgres::PgArguments, query::QueryAs};

use crate::{
    PostgresStore,
    column::{Row, micros, text},
    error::failed,
    rows::UserRow,
};

const READING: &str = "reading users";
const MISSING: &str = "user";

pub(super) async fn create(
    store: &PostgresStore,
    user: &User,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let insert = sqlx::query(
        "INSERT INTO users (id, organisation, email, role, password_hash, created_at,
             last_login_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING",
    )
    .bind(user.id.to_string())
    .bind(user.organisation.to_string())
    .bind(text(&user.email))
    .bind(user.role.as_str())
    .bind(user.password_hash.as_str())
    .bind(micros(user.created_at))
    .bind(user.last_login_at.map(micros));
    store.add("adding a user", "a user with that address", insert, audit).await
}

pub(super) async fn count(store: &PostgresStore) -> Result<u64, StorageError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM users")
        .fetch_one(&store.pool)
        .await
        .map_err(failed(READING))?;
    Row::of("users", &"(all)").count("count", count)
}

pub(super) async fn by_email(
    store: &PostgresStore,
    email: &str,
) -> Result<Option<User>, StorageError> {
    fetch(store, sqlx::query_as("SELECT * FROM users WHERE email = $1").bind(text(email))).await
}

pub(super) async fn one(store: &PostgresStore, id: UserId) -> Result<Option<User>, StorageError> {
    fetch(store, sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(id.to_string())).await
}

async fn fetch(
    store: &PostgresStore,
    query: QueryAs<'_, Postgres, UserRow, PgArguments>,
) -> Result<Option<User>, StorageError> {
    let row = query.fetch_optional(&store.pool).await.map_err(failed(READING))?;
    row.map(User::try_from).transpose()
}

pub(super) async fn of(
    store: &PostgresStore,
    organisation: OrganisationId,
) -> Result<Vec<User>, StorageError> {
    let rows: Vec<UserRow> =
        sqlx::query_as("SELECT * FROM users WHERE organisation = $1 ORDER BY email")
            .bind(organisation.to_string())
            .fetch_all(&store.pool)
            .await
            .map_err(failed(READING))?;
    rows.into_iter().map(User::try_from).collect()
}

pub(super) async fn set_role(
    store: &PostgresStore,
    organisation: OrganisationId,
    user: UserId,
    role: Role,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = sqlx::query("UPDATE users SET role = $3 WHERE id = $1 AND organisation = $2")
        .bind(user.to_string())
        .bind(organisation.to_string())
        .bind(role.as_str());
    store.change_one("changing a role", MISSING, update, audit).await
}

pub(super) async fn set_password(
    store: &PostgresStore,
    user: UserId,
    hash: &str,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(user.to_string())
        .bind(hash);
    store.change_one("changing a password", MISSING, update, audit).await
}

pub(super) async fn touch_login(
    store: &PostgresStore,
    user: UserId,
    at: Timestamp,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = sqlx::query("UPDATE users SET last_login_at = $2 WHERE id = $1")
        .bind(user.to_string())
        .bind(micros(at));
    store.change_one("noting a sign-in", MISSING, update, audit).await
}
