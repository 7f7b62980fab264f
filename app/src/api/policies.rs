//! The policies in force.

use evenkeel_domain::view::PolicyBook;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// Every rule with its sentence and its text.
#[server(name = AskPolicyBook, prefix = "/api/ui", endpoint = "policies", input = GetUrl)]
pub async fn policy_book() -> Result<PolicyBook, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.policy_book(&caller)?)
}
