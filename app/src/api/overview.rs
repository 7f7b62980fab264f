//! The Overview.

use evenkeel_domain::view::Overview;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// What needs people, what is open, and how the clusters do.
#[server(name = AskOverview, prefix = "/api/ui", endpoint = "overview", input = GetUrl)]
pub async fn overview() -> Result<Overview, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.overview(&caller).await?)
}
