//! `evenkeel cluster`: clusters, from the command line.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use evenkeel_domain::view::{Connection, ConnectionState, NewCluster, speed};

use super::{OPERATOR, print};
use crate::{config::Config, wiring};

/// What `cluster` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Connect a cluster; prints the token for its Alertmanager and what the connection test saw.
    Add {
        /// Its name: lower-case letters, digits and hyphens.
        #[arg(long)]
        name: String,
        /// production, staging or development.
        #[arg(long, default_value = "production")]
        environment: String,
        /// Base URL of its Prometheus.
        #[arg(long, default_value = "")]
        prometheus_url: String,
        /// Base URL of its Alertmanager.
        #[arg(long, default_value = "")]
        alertmanager_url: String,
        /// A kubeconfig file; its contents are sealed into the database.
        #[arg(long)]
        kubeconfig: Option<PathBuf>,
        /// Mark it on screen as a practice range.
        #[arg(long)]
        practice_range: bool,
    },
    /// List the clusters.
    List,
}

/// Runs it.
pub async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let platform = wiring::platform(&config).await?;
    let services = &platform.services;
    let organisation = services.first_organisation("default").await?;
    match command {
        Command::Add {
            name,
            environment,
            prometheus_url,
            alertmanager_url,
            kubeconfig,
            practice_range,
        } => {
            let kubeconfig = match kubeconfig {
                Some(path) => std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?,
                None => String::new(),
            };
            let new =
                NewCluster { name, environment, prometheus_url, alertmanager_url, kubeconfig };
            let connected =
                services.add_cluster(organisation, OPERATOR.into(), new, practice_range).await?;
            print(json, &connected, |c| {
                let connections: Vec<_> = c.connections.iter().map(line).collect();
                format!(
                    "{} ({}) is connected.\n{}\n\nToken, shown this once: {}\n\nFor alertmanager.yml:\n\n{}",
                    c.cluster.name,
                    c.cluster.environment.as_str(),
                    connections.join("\n"),
                    c.token,
                    c.snippet
                )
            });
        }
        Command::List => {
            let clusters = services.clusters_of(organisation).await?;
            print(json, &clusters, |clusters| {
                let lines = clusters
                    .iter()
                    .map(|c| format!("{}  {:12} {}", c.id, c.environment.as_str(), c.name));
                lines.collect::<Vec<_>>().join("\n")
            });
        }
    }
    platform.tools.close().await;
    Ok(())
}

/// A connection in one line.
pub(crate) fn line(connection: &Connection) -> String {
    let Connection { name, state, seen, .. } = connection;
    format!("  {name}: {}", words(state, seen.as_deref()))
}

/// How a connection does, and what was seen over it.
pub(super) fn words(state: &ConnectionState, seen: Option<&str>) -> String {
    match state {
        ConnectionState::Healthy { latency_us, .. } => {
            let seen = seen.map(|seen| format!("{seen}, "));
            format!("{}{}", seen.unwrap_or_default(), speed(*latency_us))
        }
        ConnectionState::Failing { failure, .. } => {
            let next = failure.next.as_deref().unwrap_or_default();
            format!("FAILS: {} {next}", failure.message)
        }
        ConnectionState::Unknown => seen.unwrap_or("not asked yet").to_owned(),
        ConnectionState::NotConnected => "not connected".to_owned(),
    }
}
