//! `lab fault`: breaks the shop the way people do, with a release or with traffic.

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::DataDir;
use crate::client::Client;
use crate::info::LabInfo;
use crate::node::image::REGISTRY;
use crate::seed;
use crate::value::now;

/// Requests per second of the spike: more than three pods of checkout serve, less than five do.
const SPIKE: u64 = 88;

/// The ways to break the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// Release checkout 1.5.0: its price list is wrong, most orders fail with 500.
    BadRelease,
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
    cause: &'static str,
    container: Value,
}

fn release(app: &'static str, tag: &str, cause: &'static str) -> Change {
    Change {
        app,
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
                cause: "configure checkout: discount flags",
                container: json!({"name": "checkout", "env": [
                    {"name": "DISCOUNTS", "valueFrom": {"configMapKeyRef": {"name": "checkout-flags", "key": "discounts"}}},
                ]}),
            },
            Self::LoadSpike => return None,
        })
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Breaks the shop.
pub async fn run(args: FaultArgs) -> Result<()> {
    let info = LabInfo::read(&args.data.data_dir)?;
    let what = if let Some(change) = args.fault.change() {
        let client = Client::open(&args.data.data_dir)?;
        let patch = json!({
            "metadata": {"annotations": {"kubernetes.io/change-cause": change.cause}},
            "spec": {"template": {"spec": {"containers": [change.container]}}},
        });
        client.patch(&format!("{}/{}", seed::deployments(), change.app), &patch).await?;
        format!("deployment {}/{}: {}", seed::NAMESPACE, change.app, change.cause)
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
    fn every_fault_but_traffic_is_a_release() {
        for fault in Fault::value_variants() {
            assert_eq!(fault.change().is_none(), *fault == Fault::LoadSpike, "{}", fault.name());
        }
    }
}
