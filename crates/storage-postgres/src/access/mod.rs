//! People and their ways in: the trait, handed to a file per subject.

mod attempts;

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    access::Role,
    audit::AuditRecord,
    id::{OrganisationId, TokenId, UserId},
};
use evenkeel_storage::{
    AccessStore, StorageError,
    access::{Organisation, SessionRow, Token, User},
};
use evenkeel_storage_sql::access::{organisations, sessions, tokens, users};

use crate::PostgresStore;

#[async_trait]
impl AccessStore for PostgresStore {
    async fn create_organisation(&self, organisation: &Organisation) -> Result<(), StorageError> {
        organisations::create(self, organisation).await
    }

    async fn organisations(&self) -> Result<Vec<Organisation>, StorageError> {
        organisations::all(self).await
    }

    async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StorageError> {
        organisations::one(self, id).await
    }

    async fn create_user(&self, user: &User, audit: &[AuditRecord]) -> Result<(), StorageError> {
        users::create(self, user, audit).await
    }

    async fn user_count(&self) -> Result<u64, StorageError> {
        users::count(self).await
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StorageError> {
        users::by_email(self, email).await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StorageError> {
        users::one(self, id).await
    }

    async fn users(&self, organisation: OrganisationId) -> Result<Vec<User>, StorageError> {
        users::of(self, organisation).await
    }

    async fn set_role(
        &self,
        organisation: OrganisationId,
        user: UserId,
        role: Role,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        users::set_role(self, organisation, user, role, audit).await
    }

    async fn set_password(
        &self,
        user: UserId,
        hash: &str,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        users::set_password(self, user, hash, audit).await
    }

    async fn touch_login(
        &self,
        user: UserId,
        at: Timestamp,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        users::touch_login(self, user, at, audit).await
    }

    async fn create_token(&self, token: &Token, audit: &[AuditRecord]) -> Result<(), StorageError> {
        tokens::create(self, token, audit).await
    }

    async fn token_by_hash(&self, secret_hash: &str) -> Result<Option<Token>, StorageError> {
        tokens::by_hash(self, secret_hash).await
    }

    async fn tokens(&self, user: UserId) -> Result<Vec<Token>, StorageError> {
        tokens::of(self, user).await
    }

    async fn delete_token(
        &self,
        user: UserId,
        token: TokenId,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        tokens::delete(self, user, token, audit).await
    }

    async fn touch_token(&self, token: TokenId, at: Timestamp) -> Result<(), StorageError> {
        tokens::touch(self, token, at).await
    }

    async fn create_session(&self, session: &SessionRow) -> Result<bool, StorageError> {
        sessions::create(self, session).await
    }

    async fn save_session(&self, session: &SessionRow) -> Result<(), StorageError> {
        sessions::save(self, session).await
    }

    async fn load_session(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StorageError> {
        sessions::load(self, id, now).await
    }

    async fn delete_session(&self, id: &str) -> Result<(), StorageError> {
        sessions::delete(self, id).await
    }

    async fn delete_lapsed_sessions(&self, now: Timestamp) -> Result<u64, StorageError> {
        sessions::delete_lapsed(self, now).await
    }

    async fn count_attempt(&self, key: &str, window: Timestamp) -> Result<u32, StorageError> {
        attempts::count(self, key, window).await
    }

    async fn clear_attempts(&self, key: &str) -> Result<(), StorageError> {
        attempts::clear(self, key).await
    }
}
