//! API tokens.

use evenkeel_domain::{
    Timestamp,
    audit::AuditRecord,
    id::{TokenId, UserId},
};
use evenkeel_storage::{StorageError, access::Token};

use crate::{column::micros, rows::TokenRow, statement::Statement, store::SqlStore};

const READING: &str = "reading tokens";
const MISSING: &str = "token";

/// Uses are kept to the minute: a script that polls must not turn each read into a write.
const MINUTE: i64 = 60_000_000;

/// Adds one.
pub async fn create(
    store: &impl SqlStore,
    token: &Token,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let insert = Statement::new(
        r#"INSERT INTO tokens (id, "user", name, scope, secret_hash, created_at, expires_at,
             last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT ("user", name) DO NOTHING"#,
    )
    .bind(token.id.to_string())
    .bind(token.user.to_string())
    .words(&token.name)
    .bind(token.scope.as_str())
    .bind(token.secret_hash.as_str())
    .bind(micros(token.created_at))
    .bind(token.expires_at.map(micros))
    .bind(token.last_used_at.map(micros));
    store.add("adding a token", "a token of that name", insert, audit).await
}

/// One, by the hash of its secret.
pub async fn by_hash(
    store: &impl SqlStore,
    secret_hash: &str,
) -> Result<Option<Token>, StorageError> {
    let select = Statement::new("SELECT * FROM tokens WHERE secret_hash = $1").words(secret_hash);
    let row: Option<TokenRow> = store.optional(READING, select).await?;
    row.map(Token::try_from).transpose()
}

/// A person's, newest first.
pub async fn of(store: &impl SqlStore, user: UserId) -> Result<Vec<Token>, StorageError> {
    let select = Statement::new(
        r#"SELECT * FROM tokens WHERE "user" = $1 ORDER BY created_at DESC, id DESC"#,
    )
    .bind(user.to_string());
    let rows: Vec<TokenRow> = store.all(READING, select).await?;
    rows.into_iter().map(Token::try_from).collect()
}

/// Removes one.
pub async fn delete(
    store: &impl SqlStore,
    user: UserId,
    token: TokenId,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let delete = Statement::new(r#"DELETE FROM tokens WHERE id = $1 AND "user" = $2"#)
        .bind(token.to_string())
        .bind(user.to_string());
    store.change_one("removing a token", MISSING, delete, audit).await
}

/// Notes that one was used.
pub async fn touch(
    store: &impl SqlStore,
    token: TokenId,
    at: Timestamp,
) -> Result<(), StorageError> {
    const DOING: &str = "noting the use of a token";
    let minute = micros(at) - micros(at).rem_euclid(MINUTE);
    let id = token.to_string();
    let select = Statement::new("SELECT last_used_at FROM tokens WHERE id = $1").bind(id.as_str());
    let kept: Option<(Option<i64>,)> = store.optional(DOING, select).await?;
    match kept {
        None => Err(StorageError::Missing { what: MISSING }),
        Some((Some(kept),)) if kept >= minute => Ok(()),
        Some(_) => {
            let update = Statement::new("UPDATE tokens SET last_used_at = $2 WHERE id = $1")
                .bind(id)
                .bind(minute);
            store.change_one(DOING, MISSING, update, &[]).await
        }
    }
}
