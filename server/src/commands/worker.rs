//! `evenkeel worker`: carries incidents without serving HTTP.

use tokio_util::sync::CancellationToken;

use super::serve::{Housekeeping, wait_for_signal};
use crate::{config::Config, wiring};

/// Runs until SIGTERM or SIGINT.
pub async fn run() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let platform = wiring::platform(&config).await?;
    let stop = CancellationToken::new();
    let working = tokio::spawn(platform.worker.clone().run(stop.child_token()));
    platform.services.note_policies().await?;
    let housekeeping = Housekeeping::start(&platform.services, &config);
    wait_for_signal().await?;
    stop.cancel();
    working.await?;
    housekeeping.end().await;
    platform.tools.close().await;
    Ok(())
}
