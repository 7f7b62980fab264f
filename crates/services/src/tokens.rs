//! API tokens: made, listed, revoked by their own user.

use evenkeel_domain::{
    access::{Caller, Permission, TokenScope},
    audit::AuditAction,
    id::TokenId,
    view::{CreatedToken, TokenLine},
};
use evenkeel_storage::access::Token;
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    secrets::{fresh_secret, token_hash},
};

/// Prefix of API tokens, so that secret scanners know them.
const PREFIX: &str = "evk_api_";
/// Days until a token lapses. A quarter: long enough for a pipeline, short enough to be renewed
/// by people who still know why.
const DAYS: i64 = 90;

fn line(token: &Token) -> TokenLine {
    TokenLine {
        id: token.id,
        name: token.name.clone(),
        scope: token.scope,
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
    }
}

impl Services {
    /// The caller's tokens, without their secrets.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenLine>, ServiceError> {
        self.authorize(caller, Permission::ManageTokens)?;
        Ok(self.store().tokens(caller.user).await?.iter().map(line).collect())
    }

    /// Makes a token for the caller. Its secret is in the answer and nowhere else.
    pub async fn create_token(
        &self,
        caller: &Caller,
        name: String,
        scope: TokenScope,
    ) -> Result<CreatedToken, ServiceError> {
        self.authorize(caller, Permission::ManageTokens)?;
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            let why = "give it a name of 1 to 64 characters".to_owned();
            return Err(ServiceError::Invalid { field: "name", why });
        }
        let secret = fresh_secret(PREFIX);
        let now = self.now();
        let token = Token {
            id: self.id(TokenId::from_parts),
            user: caller.user,
            name,
            scope,
            secret_hash: token_hash(&secret),
            created_at: now,
            expires_at: now.checked_add(jiff::SignedDuration::from_hours(24 * DAYS)).ok(),
            last_used_at: None,
        };
        let subject = Subject {
            words: token.name.clone(),
            detail: json!({ "scope": scope, "token": token.id }),
            ..Subject::default()
        };
        let made = AuditAction::TokenCreated;
        let audit = self.audit_record(caller.organisation, actor(caller), made, subject);
        self.store().create_token(&token, &[audit]).await?;
        Ok(CreatedToken { token: line(&token), secret })
    }

    /// Revokes one of the caller's tokens.
    pub async fn delete_token(&self, caller: &Caller, token: TokenId) -> Result<(), ServiceError> {
        self.authorize(caller, Permission::ManageTokens)?;
        let subject = Subject { words: token.to_string(), ..Subject::default() };
        let revoked = AuditAction::TokenRevoked;
        let audit = self.audit_record(caller.organisation, actor(caller), revoked, subject);
        Ok(self.store().delete_token(caller.user, token, &[audit]).await?)
    }
}
