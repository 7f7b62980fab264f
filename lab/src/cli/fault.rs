//! `lab fault`: breaks the shop the way people do, with a release or with traffic.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::DataDir;
use crate::client::Client;
use crate::github::Developer;
use crate::info::LabInfo;
use crate::node::image::REGISTRY;
use crate::seed;
use crate::value::now;

/// Requests per second of the spike: more than three pods of checkout serve, less than five do.
const SPIKE: u64 = 88;

/// How long delivering a merged change takes at most.
const DELIVERED_WITHIN: Duration = Duration::from_secs(30);

/// The ways to break the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// Release checkout 1.5.0: its price list is wrong, most orders fail with 500.
    BadRelease,
    /// The same change merged into the shop's repository, delivered from there, and no earlier revision kept: only the
    /// code can be put right.
    BadCommit,
    /// Release checkout 1.5.1: it needs a variable nobody set, and exits at start.
    CrashAtStart,
    /// Release checkout 1.6.0: it keeps every receipt in memory until it is killed.
    MemoryLeak,
    /// Release checkout 1.5.2: it was never pushed to the registry.
    MissingImage,
    /// A change of checkout that refers to a ConfigMap that does not exist.
    MissingConfigmap,
    /// Release checkout 1.5.3: its readiness probe never succeeds.
    FailingReadiness,
    /// Release inventory 2.2.0: every stock lookup is slow, so checkout is.
    SlowDependency,
    /// Five times the traffic, until `lab heal`.
    LoadSpike,
}

/// Options of `lab fault`.
#[derive(Debug, Args)]
pub struct FaultArgs {
    /// What to break.
    #[arg(value_enum)]
    fault: Fault,
    #[command(flatten)]
    data: DataDir,
    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

/// A release: application, what its author wrote, and the changed container fields.
struct Change {
    app: &'static str,
    tag: Option<String>,
    cause: &'static str,
    container: Value,
}

fn release(app: &'static str, tag: &str, cause: &'static str) -> Change {
    Change {
        app,
        tag: Some(format!("{app}-{tag}")),
        cause,
        container: json!({"name": app, "image": format!("{REGISTRY}/{app}:{tag}")}),
    }
}

impl Fault {
    fn change(self) -> Option<Change> {
        Some(match self {
            Self::BadRelease => {
                release("checkout", "1.5.0", "release checkout 1.5.0: new price list")
            }
            Self::CrashAtStart => {
                release("checkout", "1.5.1", "release checkout 1.5.1: new payment gateway")
            }
            Self::MissingImage => {
                release("checkout", "1.5.2", "release checkout 1.5.2: rounding of totals")
            }
            Self::FailingReadiness => {
                release("checkout", "1.5.3", "release checkout 1.5.3: search in the cart")
            }
            Self::MemoryLeak => {
                release("checkout", "1.6.0", "release checkout 1.6.0: reprint receipts")
            }
            Self::SlowDependency => {
                release("inventory", "2.2.0", "release inventory 2.2.0: stock per warehouse")
            }
            Self::MissingConfigmap => Change {
                app: "checkout",
                tag: None,
                cause: "configure checkout: discount flags",
                container: json!({"name": "checkout", "env": [
                    {"name": "DISCOUNTS", "valueFrom": {"configMapKeyRef": {"name": "checkout-flags", "key": "discounts"}}},
                ]}),
            },
            Self::LoadSpike | Self::BadCommit => return None,
        })
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Breaks the shop.
pub async fn run(args: FaultArgs) -> Result<()> {
    let info = LabInfo::read(&args.data.data_dir)?;
    let client = Client::open(&args.data.data_dir)?;
    let what = if let Some(change) = args.fault.change() {
        let patch = json!({
            "metadata": {"annotations": {"kubernetes.io/change-cause": change.cause}},
            "spec": {"template": {"spec": {"containers": [change.container]}}},
        });
        client.patch(&format!("{}/{}", seed::deployments(), change.app), &patch).await?;
        if let (Some(github), Some(tag)) = (&info.github, &change.tag) {
            Developer::new(github)?.release(tag).await?;
        }
        format!("deployment {}/{}: {}", seed::NAMESPACE, change.app, change.cause)
    } else if args.fault == Fault::BadCommit {
        commit(&info, &client).await?
    } else {
        set_rate(&info, SPIKE).await?;
        format!("load generator: {SPIKE} requests per second")
    };
    if args.json {
        println!("{}", json!({"fault": args.fault.name(), "at": now(), "done": what}));
    } else {
        println!("practice fault {}: {what}", args.fault.name());
    }
    Ok(())
}

/// Merges the bad change and waits until it is delivered.
async fn commit(info: &LabInfo, client: &Client) -> Result<String> {
    let github =
        info.github.as_ref().context("this fault needs `git`: install it, then `lab up` again")?;
    let developer = Developer::new(github)?;
    let (tag, path) = ("checkout-1.5.0", format!("{}/checkout", seed::deployments()));
    ensure!(!developer.has(tag).await, "it has been released already: `lab heal` first");
    client.patch(&path, &json!({"spec": {"revisionHistoryLimit": 0}})).await?;
    developer.release(tag).await?;
    let image = format!("{REGISTRY}/checkout:1.5.0");
    let begin = Instant::now();
    loop {
        let have = client.get(&path).await?.unwrap_or(Value::Null);
        if seed::runs(&have, &image) {
            return Ok(format!("{}: {tag} is merged and delivered", github.repository));
        }
        ensure!(
            begin.elapsed() < DELIVERED_WITHIN,
            "{tag} was not delivered in {} s; see the range's log",
            DELIVERED_WITHIN.as_secs()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Changes the load generator's rate.
pub async fn set_rate(info: &LabInfo, rate: u64) -> Result<()> {
    let client =
        reqwest::Client::builder().no_proxy().build().context("building the HTTP client")?;
    let answer = client
        .put(format!("{}/rate", info.loadgen_url))
        .json(&json!({"rate": rate}))
        .send()
        .await
        .context("asking the load generator")?;
    ensure!(
        answer.status().is_success(),
        "the load generator refused: {}",
        answer.text().await.unwrap_or_default()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_but_traffic_and_the_commit_changes_a_deployment() {
        for fault in Fault::value_variants() {
            let other = [Fault::LoadSpike, Fault::BadCommit].contains(fault);
            assert_eq!(fault.change().is_none(), other, "{}", fault.name());
        }
    }
}
