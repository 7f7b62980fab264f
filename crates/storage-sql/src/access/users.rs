//! People.

use evenkeel_domain::{
    Timestamp,
    access::Role,
    audit::AuditRecord,
    id::{OrganisationId, UserId},
};
use evenkeel_storage::{StorageError, access::User};

use crate::{
    column::{Row, micros},
    rows::UserRow,
    statement::Statement,
    store::SqlStore,
};

const READING: &str = "reading users";
const MISSING: &str = "user";

/// Adds one.
pub async fn create(
    store: &impl SqlStore,
    user: &User,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let insert = Statement::new(
        "INSERT INTO users (id, organisation, email, role, password_hash, created_at,
             last_login_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING",
    )
    .bind(user.id.to_string())
    .bind(user.organisation.to_string())
    .words(&user.email)
    .bind(user.role.as_str())
    .bind(user.password_hash.as_str())
    .bind(micros(user.created_at))
    .bind(user.last_login_at.map(micros));
    store.add("adding a user", "a user with that address", insert, audit).await
}

/// How many there are.
pub async fn count(store: &impl SqlStore) -> Result<u64, StorageError> {
    let select = Statement::new("SELECT count(*) FROM users");
    let (count,): (i64,) = store.one(READING, select).await?;
    Row::of("users", &"(all)").count("count", count)
}

/// One, by the address.
pub async fn by_email(store: &impl SqlStore, email: &str) -> Result<Option<User>, StorageError> {
    let select = Statement::new("SELECT * FROM users WHERE email = $1").words(email);
    let row: Option<UserRow> = store.optional(READING, select).await?;
    row.map(User::try_from).transpose()
}

/// One, by the id.
pub async fn one(store: &impl SqlStore, id: UserId) -> Result<Option<User>, StorageError> {
    let select = Statement::new("SELECT * FROM users WHERE id = $1").bind(id.to_string());
    let row: Option<UserRow> = store.optional(READING, select).await?;
    row.map(User::try_from).transpose()
}

/// An organisation's, by their addresses.
pub async fn of(
    store: &impl SqlStore,
    organisation: OrganisationId,
) -> Result<Vec<User>, StorageError> {
    let select = Statement::new("SELECT * FROM users WHERE organisation = $1 ORDER BY email")
        .bind(organisation.to_string());
    let rows: Vec<UserRow> = store.all(READING, select).await?;
    rows.into_iter().map(User::try_from).collect()
}

/// Gives one another role.
pub async fn set_role(
    store: &impl SqlStore,
    organisation: OrganisationId,
    user: UserId,
    role: Role,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = Statement::new("UPDATE users SET role = $3 WHERE id = $1 AND organisation = $2")
        .bind(user.to_string())
        .bind(organisation.to_string())
        .bind(role.as_str());
    store.change_one("changing a role", MISSING, update, audit).await
}

/// Gives one another password.
pub async fn set_password(
    store: &impl SqlStore,
    user: UserId,
    hash: &str,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = Statement::new("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(user.to_string())
        .bind(hash);
    store.change_one("changing a password", MISSING, update, audit).await
}

/// Notes a sign-in.
pub async fn touch_login(
    store: &impl SqlStore,
    user: UserId,
    at: Timestamp,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = Statement::new("UPDATE users SET last_login_at = $2 WHERE id = $1")
        .bind(user.to_string())
        .bind(micros(at));
    store.change_one("noting a sign-in", MISSING, update, audit).await
}
