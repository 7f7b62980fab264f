//! API tokens.

use evenkeel_domain::{
    Timestamp,
    audit::AuditRecord,
    id::{TokenId, UserId},
};
use evenkeel_storage::{StorageError, access::Token};

use crate::{SqliteStore, column::micros, error::failed, rows::TokenRow};

const READING: &str = "reading tokens";
const MISSING: &str = "token";

/// Uses are kept to the minute: a script that polls must not turn each read into a write.
const MINUTE: i64 = 60_000_000;

pub(super) async fn create(
    store: &SqliteStore,
    token: &Token,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let insert = sqlx::query(
        "INSERT INTO tokens (id, user, name, scope, secret_hash, created_at, expires_at,
             last_used_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user, name) DO NOTHING",
    )
    .bind(token.id.to_string())
    .bind(token.user.to_string())
    .bind(token.name.as_str())
    .bind(token.scope.as_str())
    .bind(token.secret_hash.as_str())
    .bind(micros(token.created_at))
    .bind(token.expires_at.map(micros))
    .bind(token.last_used_at.map(micros));
    store.add("adding a token", "a token of that name", insert, audit).await
}

pub(super) async fn by_hash(
    store: &SqliteStore,
    secret_hash: &str,
) -> Result<Option<Token>, StorageError> {
    let row: Option<TokenRow> = sqlx::query_as("SELECT * FROM tokens WHERE secret_hash = ?1")
        .bind(secret_hash)
        .fetch_optional(&store.readers)
        .await
        .map_err(failed(READING))?;
    row.map(Token::try_from).transpose()
}

pub(super) async fn of(store: &SqliteStore, user: UserId) -> Result<Vec<Token>, StorageError> {
    let rows: Vec<TokenRow> =
        sqlx::query_as("SELECT * FROM tokens WHERE user = ?1 ORDER BY created_at DESC, id DESC")
            .bind(user.to_string())
            .fetch_all(&store.readers)
            .await
            .map_err(failed(READING))?;
    rows.into_iter().map(Token::try_from).collect()
}

pub(super) async fn delete(
    store: &SqliteStore,
    user: UserId,
    token: TokenId,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let delete = sqlx::query("DELETE FROM tokens WHERE id = ?1 AND user = ?2")
        .bind(token.to_string())
        .bind(user.to_string());
    store.change_one("removing a token", MISSING, delete, audit).await
}

pub(super) async fn touch(
    store: &SqliteStore,
    token: TokenId,
    at: Timestamp,
) -> Result<(), StorageError> {
    const DOING: &str = "noting the use of a token";
    let minute = micros(at) - micros(at).rem_euclid(MINUTE);
    let id = token.to_string();
    let kept: Option<Option<i64>> =
        sqlx::query_scalar("SELECT last_used_at FROM tokens WHERE id = ?1")
            .bind(id.as_str())
            .fetch_optional(&store.readers)
            .await
            .map_err(failed(DOING))?;
    match kept {
        None => Err(StorageError::Missing { what: MISSING }),
        Some(Some(kept)) if kept >= minute => Ok(()),
        Some(_) => {
            let update = sqlx::query("UPDATE tokens SET last_used_at = ?2 WHERE id = ?1")
                .bind(id)
                .bind(minute);
            store.change_one(DOING, MISSING, update, &[]).await
        }
    }
}
