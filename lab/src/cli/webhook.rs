//! `lab webhook`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use super::DataDir;
use crate::info::LabInfo;
use crate::observability::{Webhook, write_alertmanager_config};

/// Where Alertmanager posts.
#[derive(Debug, Args)]
pub struct WebhookOptions {
    /// URL Alertmanager posts its notifications to.
    #[arg(long = "webhook-url", value_name = "URL")]
    pub url: Option<String>,
    /// Bearer token sent with them.
    #[arg(
        long = "webhook-token",
        value_name = "TOKEN",
        env = "EVENKEEL_LAB_WEBHOOK_TOKEN",
        hide_env_values = true,
        conflicts_with = "token_file"
    )]
    pub token: Option<String>,
    /// File that holds the bearer token.
    #[arg(long = "webhook-token-file", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

impl WebhookOptions {
    /// The webhook these options describe.
    pub fn read(&self) -> Result<Webhook> {
        let token = match &self.token_file {
            Some(file) => Some(
                std::fs::read_to_string(file)
                    .with_context(|| format!("reading {}", file.display()))?,
            ),
            None => self.token.clone(),
        };
        Ok(Webhook { url: self.url.clone(), token })
    }
}

/// Options of `lab webhook`.
#[derive(Debug, Args)]
pub struct WebhookArgs {
    #[command(flatten)]
    data: DataDir,
    #[command(flatten)]
    webhook: WebhookOptions,
}

/// Rewrites Alertmanager's configuration and has it read again.
pub async fn run(args: WebhookArgs) -> Result<()> {
    let data_dir = std::path::absolute(&args.data.data_dir).context("finding the data folder")?;
    let info = LabInfo::read(&data_dir)?;
    let webhook = args.webhook.read()?;
    write_alertmanager_config(&data_dir, &webhook)?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()
        .context("building the HTTP client")?;
    let answer = client
        .post(format!("{}/-/reload", info.alertmanager_url))
        .send()
        .await
        .context("asking Alertmanager to reload")?;
    ensure!(
        answer.status().is_success(),
        "Alertmanager refused the configuration: {}",
        answer.text().await.unwrap_or_default()
    );
    match webhook.url {
        Some(url) => println!("Alertmanager of the practice range now posts to {url}"),
        None => println!("Alertmanager of the practice range now posts nowhere"),
    }
    Ok(())
}
