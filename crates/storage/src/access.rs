//! Organisations, people, sessions, tokens, and counters against guessing.

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    access::{Role, TokenScope},
    audit::AuditRecord,
    id::{OrganisationId, TokenId, UserId},
};

use crate::StorageError;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their organisation.
    pub organisation: OrganisationId,
    /// Their e-mail address, lower case; unique over all organisations.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// argon2id hash in PHC form.
    pub password_hash: String,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub last_login_at: Option<Timestamp>,
}

/// An API token. The secret itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What it is called.
    pub name: String,
    /// How far it reaches.
    pub scope: TokenScope,
    /// SHA-256 of the secret, in hex.
    pub secret_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it lapses; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used (kept to the minute).
    pub last_used_at: Option<Timestamp>,
}

/// A browser session as the session layer wants it kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session's id, as text.
    pub id: String,
    /// Its data, opaque here.
    pub data: Vec<u8>,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// People and their ways in. What the audit trail keeps of a change comes with it: both are
/// written or neither.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// Makes an organisation; `Taken` if the name exists.
    async fn create_organisation(&self, organisation: &Organisation) -> Result<(), StorageError>;
    /// All organisations, oldest first.
    async fn organisations(&self) -> Result<Vec<Organisation>, StorageError>;
    /// One organisation.
    async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StorageError>;

    /// Adds a person; `Taken` if the address exists.
    async fn create_user(&self, user: &User, audit: &[AuditRecord]) -> Result<(), StorageError>;
    /// How many people there are in all.
    async fn user_count(&self) -> Result<u64, StorageError>;
    /// One person by address (lower case).
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StorageError>;
    /// One person by id.
    async fn user(&self, id: UserId) -> Result<Option<User>, StorageError>;
    /// The people of an organisation, by address.
    async fn users(&self, organisation: OrganisationId) -> Result<Vec<User>, StorageError>;
    /// Sets a role; `Missing` if there is no such person in that organisation.
    async fn set_role(
        &self,
        organisation: OrganisationId,
        user: UserId,
        role: Role,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Sets a password hash; `Missing` if there is no such person.
    async fn set_password(
        &self,
        user: UserId,
        hash: &str,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Keeps when a person last signed in.
    async fn touch_login(
        &self,
        user: UserId,
        at: Timestamp,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;

    /// Keeps a token; `Taken` if that person has one of that name.
    async fn create_token(&self, token: &Token, audit: &[AuditRecord]) -> Result<(), StorageError>;
    /// The token with this secret hash.
    async fn token_by_hash(&self, secret_hash: &str) -> Result<Option<Token>, StorageError>;
    /// A person's tokens, newest first.
    async fn tokens(&self, user: UserId) -> Result<Vec<Token>, StorageError>;
    /// Removes a person's token; `Missing` if there is none.
    async fn delete_token(
        &self,
        user: UserId,
        token: TokenId,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Keeps when a token was last used.
    async fn touch_token(&self, token: TokenId, at: Timestamp) -> Result<(), StorageError>;

    /// Keeps a new session; `false` if the id is taken (nothing is changed then).
    async fn create_session(&self, session: &SessionRow) -> Result<bool, StorageError>;
    /// Keeps a session, new or not.
    async fn save_session(&self, session: &SessionRow) -> Result<(), StorageError>;
    /// A session that has not lapsed by `now`.
    async fn load_session(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StorageError>;
    /// Removes a session; no error if there is none.
    async fn delete_session(&self, id: &str) -> Result<(), StorageError>;
    /// Removes what has lapsed; returns how many.
    async fn delete_lapsed_sessions(&self, now: Timestamp) -> Result<u64, StorageError>;

    /// Counts one attempt under `key` (an address, a network address) in the window that began
    /// at `window`; returns the count including this one. Windows before it are forgotten.
    async fn count_attempt(&self, key: &str, window: Timestamp) -> Result<u32, StorageError>;
    /// Forgets the attempts under `key`.
    async fn clear_attempts(&self, key: &str) -> Result<(), StorageError>;
}
