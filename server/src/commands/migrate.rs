//! `evenkeel migrate`: brings the database to this version's schema.

use serde_json::json;

use super::print;
use crate::{config::Config, wiring};

/// Opens and migrates.
pub async fn run(json: bool) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    wiring::open_store(&config).await?;
    print(json, &json!({ "migrated": true }), |_| "The database is up to date.".into());
    Ok(())
}
