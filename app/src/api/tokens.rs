//! One's own API tokens.

use evenkeel_domain::{
    access::TokenScope,
    id::TokenId,
    view::{CreatedToken, TokenLine},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// One's own tokens, newest first.
#[server(prefix = "/api/ui", endpoint = "tokens", input = GetUrl)]
pub async fn tokens() -> Result<Vec<TokenLine>, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.tokens(&caller).await?)
}

/// Makes a token. The answer holds its secret, this once.
#[server(prefix = "/api/ui", endpoint = "tokens/create")]
pub async fn create_token(name: String, scope: TokenScope) -> Result<CreatedToken, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    let created = services.create_token(&caller, name, scope).await?;
    super::Once::keep(|| super::Secret::Token(created.clone())).await?;
    Ok(created)
}

/// Revokes a token; it is void at once.
#[server(prefix = "/api/ui", endpoint = "tokens/delete")]
pub async fn delete_token(token: TokenId) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.delete_token(&caller, token).await?)
}
