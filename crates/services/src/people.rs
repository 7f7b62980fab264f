//! People: adding them, their roles, their passwords.

use evenkeel_domain::{
    access::{Caller, Permission, Role},
    audit::{AuditAction, AuditRecord},
    id::{OrganisationId, UserId},
    text::clip,
    view::UserLine,
};
use evenkeel_storage::access::{Organisation, User};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    secrets::{fresh_secret, hash_password},
};

/// Fewest characters of a password (NIST SP 800-63B asks for 8 at least; no other rules help).
const PASSWORD_MIN: usize = 10;

/// A person to be added from the command line.
#[derive(Debug)]
pub struct NewUser {
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// Their password; `None`: one is made.
    pub password: Option<SecretString>,
}

pub(crate) fn line(user: &User) -> UserLine {
    UserLine {
        id: user.id,
        email: user.email.clone(),
        role: user.role,
        created_at: user.created_at,
        last_login_at: user.last_login_at,
    }
}

fn valid_email(email: &str) -> Result<String, ServiceError> {
    let email = email.trim().to_lowercase();
    let shape = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if !shape || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(ServiceError::Invalid {
            field: "email",
            why: format!("`{}` is not an e-mail address", clip(&email, 64)),
        });
    }
    Ok(email)
}

/// A password that may be used, and the one that was made if none was given.
fn chosen(given: Option<SecretString>) -> Result<(SecretString, Option<String>), ServiceError> {
    let Some(password) = given else {
        let made = fresh_secret("");
        return Ok((made.clone().into(), Some(made)));
    };
    if password.expose_secret().chars().count() < PASSWORD_MIN {
        let why = format!("a password needs at least {PASSWORD_MIN} characters");
        return Err(ServiceError::Invalid { field: "password", why });
    }
    Ok((password, None))
}

impl Services {
    /// The first organisation, made if there is none yet.
    pub async fn first_organisation(&self, name: &str) -> Result<OrganisationId, ServiceError> {
        if let Some(first) = self.store().organisations().await?.first() {
            return Ok(first.id);
        }
        let organisation = Organisation {
            id: self.id(OrganisationId::from_parts),
            name: name.to_owned(),
            created_at: self.now(),
        };
        self.store().create_organisation(&organisation).await?;
        Ok(organisation.id)
    }

    /// How many people there are.
    pub async fn user_count(&self) -> Result<u64, ServiceError> {
        Ok(self.store().user_count().await?)
    }

    /// Adds a person on the operator's word (command line, first start). Returns them and their
    /// password if one was made.
    pub async fn add_user(
        &self,
        organisation: OrganisationId,
        by: String,
        new: NewUser,
    ) -> Result<(UserLine, Option<String>), ServiceError> {
        let email = valid_email(&new.email)?;
        let (password, made) = chosen(new.password)?;
        let user = User {
            id: self.id(UserId::from_parts),
            organisation,
            email,
            role: new.role,
            password_hash: hash_password(password).await?,
            created_at: self.now(),
            last_login_at: None,
        };
        let subject = Subject {
            words: user.email.clone(),
            detail: json!({ "role": user.role }),
            ..Subject::default()
        };
        let audit = self.audit_record(organisation, by, AuditAction::UserCreated, subject);
        self.store().create_user(&user, &[audit]).await?;
        Ok((line(&user), made))
    }

    /// Gives a person another password on the operator's word; returns it if one was made.
    pub async fn set_password(
        &self,
        email: &str,
        by: String,
        password: Option<SecretString>,
    ) -> Result<Option<String>, ServiceError> {
        let user = self.user_called(email).await?;
        let (password, made) = chosen(password)?;
        let hash = hash_password(password).await?;
        let subject = Subject { words: user.email.clone(), ..Subject::default() };
        let changed = AuditAction::PasswordChanged;
        let audit = self.audit_record(user.organisation, by, changed, subject);
        self.store().set_password(user.id, &hash, &[audit]).await?;
        Ok(made)
    }

    /// Gives a person another role on the operator's word.
    pub async fn set_role_as_operator(
        &self,
        email: &str,
        by: String,
        role: Role,
    ) -> Result<UserLine, ServiceError> {
        let user = self.user_called(email).await?;
        let audit = self.role_changed(&user, by, role);
        self.store().set_role(user.organisation, user.id, role, &[audit]).await?;
        Ok(line(&User { role, ..user }))
    }

    async fn user_called(&self, email: &str) -> Result<User, ServiceError> {
        let user = self.store().user_by_email(&valid_email(email)?).await?;
        user.ok_or(ServiceError::NotFound { what: "user" })
    }

    fn role_changed(&self, user: &User, by: String, role: Role) -> AuditRecord {
        let subject = Subject {
            words: user.email.clone(),
            detail: json!({ "role": role, "former": user.role }),
            ..Subject::default()
        };
        self.audit_record(user.organisation, by, AuditAction::UserRoleChanged, subject)
    }

    /// Adds a person to the caller's organisation, with a password that is shown once.
    pub async fn create_user(
        &self,
        caller: &Caller,
        email: String,
        role: Role,
    ) -> Result<(UserLine, String), ServiceError> {
        self.authorize(caller, Permission::ManageUsers)?;
        let new = NewUser { email, role, password: None };
        let (line, made) = self.add_user(caller.organisation, actor(caller), new).await?;
        Ok((line, made.unwrap_or_default()))
    }

    /// The people of the caller's organisation.
    pub async fn users(&self, caller: &Caller) -> Result<Vec<UserLine>, ServiceError> {
        self.authorize(caller, Permission::ManageUsers)?;
        Ok(self.store().users(caller.organisation).await?.iter().map(line).collect())
    }

    /// Gives a person another role. Nobody changes their own: an organisation must not lose its
    /// last administrator by a slip.
    pub async fn set_role(
        &self,
        caller: &Caller,
        user: UserId,
        role: Role,
    ) -> Result<(), ServiceError> {
        self.authorize(caller, Permission::ManageUsers)?;
        if user == caller.user {
            let why = "your own role is changed by another administrator".to_owned();
            return Err(ServiceError::Invalid { field: "user", why });
        }
        let found = self.store().user(user).await?;
        let found = found
            .filter(|found| found.organisation == caller.organisation)
            .ok_or(ServiceError::NotFound { what: "user" })?;
        let audit = self.role_changed(&found, actor(caller), role);
        Ok(self.store().set_role(caller.organisation, user, role, &[audit]).await?)
    }
}
