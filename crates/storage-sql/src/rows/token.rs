//! API tokens.

use evenkeel_storage::{StorageError, access::Token};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `tokens`.
#[derive(FromRow)]
pub struct TokenRow {
    id: String,
    user: String,
    name: String,
    scope: String,
    secret_hash: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl TryFrom<TokenRow> for Token {
    type Error = StorageError;

    fn try_from(row: TokenRow) -> Result<Self, StorageError> {
        let at = Row::of("tokens", &row.id);
        Ok(Self {
            id: at.word("id", &row.id)?,
            user: at.word("user", &row.user)?,
            scope: at.word("scope", &row.scope)?,
            created_at: at.time("created_at", row.created_at)?,
            expires_at: at.time_or_none("expires_at", row.expires_at)?,
            last_used_at: at.time_or_none("last_used_at", row.last_used_at)?,
            name: row.name,
            secret_hash: row.secret_hash,
        })
    }
}
