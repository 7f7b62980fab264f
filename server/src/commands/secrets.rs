//! `evenkeel secrets`: credentials at rest.

use anyhow::Context;
use clap::Subcommand;
use evenkeel_services::Sealer;
use secrecy::SecretString;

use super::{OPERATOR, print};
use crate::{config::Config, wiring};

/// Where the former key is read from.
const FORMER: &str = "EVENKEEL_FORMER_SECRET_KEY";

/// What `secrets` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Seal every credential with the key in `EVENKEEL_SECRET_KEY` that is sealed with the one in
    /// `EVENKEEL_FORMER_SECRET_KEY`: all in one transaction, or nothing.
    Rotate,
}

/// Runs it.
pub async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let Command::Rotate = command;
    let config = Config::from_env()?;
    let former = std::env::var(FORMER).map(SecretString::from).with_context(|| {
        format!("{FORMER} is not set: it must hold the key that credentials are sealed with now")
    })?;
    let former_key = wiring::public_key(&former)?;
    let former = Sealer::new(&former)?;
    let platform = wiring::platform(&config).await?;
    let rotated = platform.services.rotate_secrets(&former, OPERATOR).await?;
    print(json, &rotated, |rotated| {
        format!(
            "{} credentials are sealed with the present key, {} were already.\n\
             Restart every process with the present key. The audit trail is signed with a key \
             derived from it: put the former public key into EVENKEEL_AUDIT_KEYS, so that its \
             checkpoints are still believed:\n{former_key}",
            rotated.resealed, rotated.present
        )
    });
    platform.tools.close().await;
    Ok(())
}
