//! `lab heal`: everything back into its healthy state.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::DataDir;
use super::fault::set_rate;
use crate::client::Client;
use crate::github::Developer;
use crate::info::LabInfo;
use crate::loadgen::BASE_RATE;
use crate::node::NODE_NAME;
use crate::seed;
use crate::value::{at, int, put, text};

const WITHIN: Duration = Duration::from_mins(2);

/// Options of `lab heal`.
#[derive(Debug, Args)]
pub struct HealArgs {
    #[command(flatten)]
    data: DataDir,
    /// Return at once instead of waiting until the shop is healthy.
    #[arg(long)]
    no_wait: bool,
}

/// Heals the shop.
pub async fn run(args: HealArgs) -> Result<()> {
    let info = LabInfo::read(&args.data.data_dir)?;
    let client = Client::open(&args.data.data_dir)?;
    set_rate(&info, BASE_RATE).await?;
    if let Some(github) = &info.github {
        Developer::new(github)?.go_back().await?;
    }
    client
        .patch(&format!("/api/v1/nodes/{NODE_NAME}"), &json!({"spec": {"unschedulable": null}}))
        .await?;
    for (path, object) in seed::objects() {
        let own = format!("{path}/{}", text(&object, &["metadata", "name"]));
        match client.get(&own).await? {
            None => {
                client.create_if_missing(&path, &object).await?;
            }
            Some(have) if path == seed::deployments() || path.ends_with("/configmaps") => {
                client.replace(&own, &restored(&have, &object)).await?;
            }
            Some(_) => {}
        }
    }
    if !args.no_wait {
        wait_until_healthy(&client).await?;
    }
    super::say("the shop of the practice range is back in its healthy state");
    Ok(())
}

/// The present object with the healthy one's content.
fn restored(have: &Value, healthy: &Value) -> Value {
    let mut object = have.clone();
    for field in ["spec", "data"] {
        let content = at(healthy, &[field]);
        if !content.is_null() {
            put(&mut object, &[field], content.clone());
        }
    }
    let cause = at(healthy, &["metadata", "annotations", "kubernetes.io/change-cause"]);
    if !cause.is_null() {
        put(&mut object, &["metadata", "annotations", "kubernetes.io/change-cause"], cause.clone());
    }
    // Whoever wrote meanwhile is overruled.
    crate::value::remove(&mut object, &["metadata", "resourceVersion"]);
    object
}

async fn wait_until_healthy(client: &Client) -> Result<()> {
    let begin = Instant::now();
    loop {
        let mut healthy = true;
        for (app, replicas) in seed::REPLICAS {
            let deployment =
                client.get(&format!("{}/{app}", seed::deployments())).await?.unwrap_or(Value::Null);
            healthy &= is_settled(&deployment, replicas);
        }
        if healthy {
            return Ok(());
        }
        ensure!(
            begin.elapsed() < WITHIN,
            "the shop did not become healthy in {} s; see `lab status`",
            WITHIN.as_secs()
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Whether a Deployment has exactly its updated, available pods.
pub fn is_settled(deployment: &Value, replicas: i64) -> bool {
    let status = at(deployment, &["status"]);
    int(status, &["observedGeneration"]) >= int(deployment, &["metadata", "generation"])
        && ["replicas", "updatedReplicas", "availableReplicas"]
            .iter()
            .all(|field| int(status, &[field]) == replicas)
}
