//! Signing in, and who somebody is.

use std::iter;

use evenkeel_domain::{
    Timestamp,
    access::{Caller, Permission},
    audit::AuditAction,
    id::{OrganisationId, UserId},
    text::clip,
    view::Me,
};
use evenkeel_policy::Resource;
use evenkeel_storage::access::User;
use secrecy::SecretString;
use serde_json::json;
use tracing::warn;

use crate::{
    ServiceError, Services,
    audit::Subject,
    secrets::{check_password, token_hash},
};

/// Attempts per address and per network address in one window. Five a minute is what a person
/// with a bad memory needs, and nothing to guess with.
const ATTEMPTS_PER_ADDRESS: u32 = 5;
/// Per network address more, since an office shares one.
const ATTEMPTS_PER_REMOTE: u32 = 30;
/// Seconds of one window.
const WINDOW_S: i64 = 60;

pub(crate) fn caller(user: &User) -> Caller {
    Caller {
        user: user.id,
        email: user.email.clone(),
        organisation: user.organisation,
        role: user.role,
        token: None,
    }
}

impl Services {
    /// Signs a person in. Unknown address and wrong password look and cost the same.
    pub async fn sign_in(
        &self,
        email: &str,
        password: SecretString,
        remote: &str,
    ) -> Result<Caller, ServiceError> {
        let email = email.trim().to_lowercase();
        let window = self.window();
        let beyond = self.throttle(&format!("email:{email}"), window, ATTEMPTS_PER_ADDRESS).await?;
        self.kept_back(beyond, &email, remote).await?;
        let beyond =
            self.throttle(&format!("remote:{remote}"), window, ATTEMPTS_PER_REMOTE).await?;
        self.kept_back(beyond, &email, remote).await?;
        let user = self.store().user_by_email(&email).await?;
        let hash = user.as_ref().map(|u| u.password_hash.clone());
        let right = check_password(password, hash).await?;
        let place = user.as_ref().map(|user| user.organisation);
        let Some(user) = user.filter(|_| right) else {
            self.refused(place, AuditAction::SessionRefused, &email, remote).await?;
            return Err(ServiceError::BadCredentials);
        };
        self.store().clear_attempts(&format!("email:{email}")).await?;
        let subject = Subject {
            words: user.email.clone(),
            detail: json!({ "remote": remote }),
            ..Subject::default()
        };
        let by = user.email.clone();
        let audit = self.audit_record(user.organisation, by, AuditAction::SessionStarted, subject);
        self.store().touch_login(user.id, self.now(), &[audit]).await?;
        Ok(caller(&user))
    }

    /// Counts an attempt; how many there are beyond the limit.
    async fn throttle(
        &self,
        key: &str,
        window: Timestamp,
        limit: u32,
    ) -> Result<u32, ServiceError> {
        Ok(self.store().count_attempt(key, window).await?.saturating_sub(limit))
    }

    /// Refuses what is beyond a limit; the first of a window is recorded, so that whoever goes on
    /// guessing cannot fill the trail.
    async fn kept_back(&self, beyond: u32, email: &str, remote: &str) -> Result<(), ServiceError> {
        if beyond == 0 {
            return Ok(());
        }
        if beyond == 1 {
            let user = self.store().user_by_email(email).await?;
            let place = user.map(|user| user.organisation);
            self.refused(place, AuditAction::SessionThrottled, email, remote).await?;
        }
        let end = self.window().as_second() + WINDOW_S;
        let left = u32::try_from(end - self.now().as_second()).unwrap_or(1);
        Err(ServiceError::Throttled { retry_after_s: left.max(1) })
    }

    /// Records that somebody was not let in: in the trail of the organisation that the address
    /// belongs to. What belongs to nobody is kept by the first organisation, the operator's; were
    /// it not kept, the time of an answer would tell which addresses exist.
    async fn refused(
        &self,
        organisation: Option<OrganisationId>,
        why: AuditAction,
        email: &str,
        remote: &str,
    ) -> Result<(), ServiceError> {
        let known = organisation.is_some();
        let first = self.store().organisations().await?.first().map(|first| first.id);
        let Some(organisation) = organisation.or(first) else { return Ok(()) };
        let subject = Subject {
            words: clip(email, 254),
            detail: json!({ "remote": remote, "known": known }),
            ..Subject::default()
        };
        let record = self.audit_record(organisation, "nobody".into(), why, subject);
        Ok(self.store().audit(&record).await?)
    }

    fn window(&self) -> Timestamp {
        let now = self.now().as_second();
        Timestamp::from_second(now - now.rem_euclid(WINDOW_S)).unwrap_or_default()
    }

    /// The person of a browser session, with the role they have now.
    pub async fn caller_of_session(&self, user: UserId) -> Result<Option<Caller>, ServiceError> {
        Ok(self.store().user(user).await?.as_ref().map(caller))
    }

    /// The person behind an API token, with the token's reach.
    pub async fn caller_of_token(&self, secret: &str) -> Result<Option<Caller>, ServiceError> {
        let Some(token) = self.store().token_by_hash(&token_hash(secret)).await? else {
            return Ok(None);
        };
        let now = self.now();
        if token.expires_at.is_some_and(|end| end <= now) {
            return Ok(None);
        }
        let stale = token.last_used_at.is_none_or(|at| now.as_second() - at.as_second() >= 60);
        if stale {
            // Where nothing can be written (a full disk), people must still be able to look.
            if let Err(error) = self.store().touch_token(token.id, now).await {
                warn!(token = %token.id, error = &error as &dyn std::error::Error,
                    "cannot note that a token was used");
            }
        }
        let user = self.store().user(token.user).await?;
        Ok(user
            .as_ref()
            .map(|user| Caller { token: Some((token.id, token.scope)), ..caller(user) }))
    }

    /// The same caller as they stand now, for what outlives a request: with the role of today;
    /// `None` when the person or their token is gone.
    pub async fn caller_again(&self, caller: &Caller) -> Result<Option<Caller>, ServiceError> {
        if let Some((id, _)) = caller.token {
            let now = self.now();
            let tokens = self.store().tokens(caller.user).await?;
            let lapsed = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
            if !tokens.iter().any(|token| token.id == id && !lapsed(token.expires_at)) {
                return Ok(None);
            }
        }
        let user = self.store().user(caller.user).await?;
        Ok(user.map(|user| Caller { role: user.role, ..caller.clone() }))
    }

    /// The signed-in person.
    pub async fn me(&self, caller: &Caller) -> Result<Me, ServiceError> {
        let organisation = self
            .store()
            .organisation(caller.organisation)
            .await?
            .ok_or(ServiceError::NotFound { what: "organisation" })?;
        let here = Resource::Organisation(caller.organisation);
        let clusters = self.store().clusters(caller.organisation).await?;
        // Approving, stopping and investigating are asked of clusters, never of the organisation.
        let places: Vec<_> = iter::once(here)
            .chain(clusters.iter().map(|row| Resource::from(&row.cluster)))
            .collect();
        let may = |p| places.iter().any(|at| self.parts.policy.may(caller, p, at).is_allowed());
        let permissions = Permission::ALL.into_iter().filter(|&p| may(p)).collect();
        let awaiting = self.store().awaiting(caller.organisation, 1_000).await?.len();
        Ok(Me {
            user: caller.user,
            email: caller.email.clone(),
            role: caller.role,
            organisation: organisation.name,
            permissions,
            awaiting: u64::try_from(awaiting).unwrap_or(u64::MAX),
            stopped: clusters
                .into_iter()
                .filter(|row| row.cluster.stop.is_some())
                .map(|row| row.cluster.name)
                .collect(),
        })
    }
}
