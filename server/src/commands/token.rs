//! `evenkeel token`: API tokens, from the command line.

use anyhow::Context;
use clap::Subcommand;
use evenkeel_domain::access::TokenScope;

use super::print;
use crate::{config::Config, wiring};

/// What `token` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token; its secret is printed this once.
    Create {
        /// Whose it is: an e-mail address.
        #[arg(long)]
        user: String,
        /// What it is called.
        #[arg(long)]
        name: String,
        /// read, operate or full.
        #[arg(long, default_value = "read")]
        scope: TokenScope,
    },
}

/// Runs it.
pub async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let services = wiring::platform(&config).await?.services;
    let Command::Create { user, name, scope } = command;
    let caller = services
        .caller_by_email(&user)
        .await?
        .with_context(|| format!("there is no user {user}"))?;
    let created = services.create_token(&caller, name, scope).await?;
    print(json, &created, |created| {
        format!(
            "{} ({})\nSecret, shown this once: {}",
            created.token.name,
            scope.as_str(),
            created.secret
        )
    });
    Ok(())
}
