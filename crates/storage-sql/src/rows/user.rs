//! People.

use evenkeel_storage::{StorageError, access::User};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `users`.
#[derive(FromRow)]
pub struct UserRow {
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
