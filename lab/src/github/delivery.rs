//! Delivery: whenever `main` of the shop's repository changes, what it says is what is to run.
//!
//! It does not hold the cluster to it in between, as a pipeline doesn't: who rolls back by hand stays rolled back until
//! the next change of `main`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::git::Git;
use super::serve::{Credentials, Double};
use super::shop::{HEALTHY, shop};
use crate::client::Client;
use crate::files::write_private;
use crate::info::GithubInfo;
use crate::net::Net;
use crate::node::image::REGISTRY;
use crate::seed;
use crate::value::random_uid;

const REPOSITORY: &str = "range/shop";
const EVERY: Duration = Duration::from_millis(500);

/// Starts the shop's repository, filled with the healthy releases.
pub async fn start(data_dir: &Path, net: Net) -> Result<(Double, GithubInfo)> {
    let folder = data_dir.join("shop.git");
    if folder.exists() {
        // Its pull requests were in memory and are gone.
        std::fs::remove_dir_all(&folder).context("removing the repository of the last time")?;
    }
    let token_file = data_dir.join("github.token");
    let token = if let Ok(token) = std::fs::read_to_string(&token_file) {
        token
    } else {
        let token = random_uid().replace('-', "");
        write_private(&token_file, &token)?;
        token
    };
    let credentials = Credentials::Token(token);
    let double =
        Double::start_at(folder.clone(), REPOSITORY, credentials, net.github_port()).await?;
    shop(&double, Some(HEALTHY)).await?;
    let info = GithubInfo {
        url: double.url().to_owned(),
        repository: REPOSITORY.to_owned(),
        token_file,
        folder,
    };
    Ok((double, info))
}

/// Delivers until it is stopped.
pub async fn deliver(info: GithubInfo, client: Client, stop: CancellationToken) {
    let git = Git::at(info.folder);
    let mut seen = git.resolve("main").await;
    while !stop.is_cancelled() {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
        let Some(head) = git.resolve("main").await else { continue };
        let Some(last) = seen.clone().filter(|last| *last != head) else {
            seen = Some(head);
            continue;
        };
        match roll_out(&git, &client, &last, &head).await {
            Ok(()) => seen = Some(head),
            Err(error) => tracing::warn!(%error, "a change of the shop could not be delivered yet"),
        }
    }
}

async fn roll_out(git: &Git, client: &Client, last: &str, head: &str) -> Result<()> {
    for (app, _) in seed::REPLICAS {
        if folder(git, last, app).await == folder(git, head, app).await {
            continue;
        }
        let tag = release(git, head, app).await?;
        let object = format!("{}/{app}", seed::deployments());
        let have = client.get(&object).await?.unwrap_or(Value::Null);
        let image = format!("{REGISTRY}/{app}:{tag}");
        if seed::runs(&have, &image) {
            continue;
        }
        let title = git.run(&["show", "-s", "--format=%h %s", head]).await?;
        let patch = json!({
            "metadata": {"annotations": {"kubernetes.io/change-cause": format!("deliver {title}")}},
            "spec": {"template": {"spec": {"containers": [{"name": app, "image": image}]}}},
        });
        client.patch(&object, &patch).await?;
    }
    Ok(())
}

async fn folder(git: &Git, version: &str, app: &str) -> Option<String> {
    git.run(&["rev-parse", "--verify", "--quiet", &format!("{version}:{app}")]).await.ok()
}

/// The newest release that was made from what the folder holds. A tag comes moments after its commit.
async fn release(git: &Git, head: &str, app: &str) -> Result<String> {
    let wanted = folder(git, head, app).await;
    let start = format!("refs/tags/{app}-");
    let names = ["for-each-ref", "--format=%(refname)", "--sort=-version:refname", "refs/tags"];
    for name in git.run(&names).await?.lines() {
        let Some(tag) = name.strip_prefix(&start) else { continue };
        if folder(git, name, app).await == wanted {
            return Ok(tag.to_owned());
        }
    }
    anyhow::bail!("no release of {app} was made from {head}")
}
