//! `lab status`.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::DataDir;
use crate::client::Client;
use crate::info::{LabInfo, State};
use crate::seed;
use crate::value::{int, list, text};

/// Options of `lab status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    data: DataDir,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// Says what runs.
pub async fn run(args: StatusArgs) -> Result<()> {
    let info = LabInfo::read(&args.data.data_dir)?;
    if !info.is_alive() {
        anyhow::bail!(
            "the range in {} has ended without cleaning up (process {} is gone)",
            args.data.data_dir.display(),
            info.pid
        );
    }
    let client = Client::open(&args.data.data_dir)?;
    let mut shown = Vec::new();
    for (app, _) in seed::REPLICAS {
        let deployment =
            client.get(&format!("{}/{app}", seed::deployments())).await?.unwrap_or(Value::Null);
        let image = list(&deployment, &["spec", "template", "spec", "containers"])
            .first()
            .map_or("", |c| text(c, &["image"]));
        let wanted = int(&deployment, &["spec", "replicas"]);
        shown.push(json!({
            "deployment": app, "image": image, "wanted": wanted,
            "available": int(&deployment, &["status", "availableReplicas"]),
            "updated": int(&deployment, &["status", "updatedReplicas"]),
            "settled": super::heal::is_settled(&deployment, wanted),
        }));
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&json!({"lab": info, "deployments": shown}))?);
        return Ok(());
    }
    let state = if info.state == State::Ready { "ready" } else { "starting" };
    println!("practice range: {state}, process {}", info.pid);
    for item in &shown {
        println!(
            "  {:<10} {} of {} available, {} updated, {}",
            text(item, &["deployment"]),
            int(item, &["available"]),
            int(item, &["wanted"]),
            int(item, &["updated"]),
            text(item, &["image"])
        );
    }
    println!(
        "  Prometheus {}  Alertmanager {}  API {}",
        info.prometheus_url, info.alertmanager_url, info.api_url
    );
    Ok(())
}
