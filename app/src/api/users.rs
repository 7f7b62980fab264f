//! People of the organisation.

use evenkeel_domain::{access::Role, id::UserId, view::UserLine};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::ApiError;

/// A newly added person. The password is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// The person.
    pub user: UserLine,
    /// The generated password.
    pub password: String,
}

/// Everybody, by address.
#[server(prefix = "/api/ui", endpoint = "users", input = GetUrl)]
pub async fn users() -> Result<Vec<UserLine>, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.users(&caller).await?)
}

/// Adds a person with a generated password. The answer holds it, this once.
#[server(prefix = "/api/ui", endpoint = "users/create")]
pub async fn create_user(email: String, role: Role) -> Result<NewUser, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    let (user, password) = services.create_user(&caller, email, role).await?;
    let added = NewUser { user, password };
    super::Once::keep(|| super::Secret::Person(added.clone())).await?;
    Ok(added)
}

/// Gives a person another role.
#[server(prefix = "/api/ui", endpoint = "users/role")]
pub async fn set_role(user: UserId, role: Role) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.set_role(&caller, user, role).await?)
}
