//! `evenkeel connection`: the servers beside a cluster's own, from the command line.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Context;
use clap::Subcommand;
use evenkeel_domain::{
    integrations::{Integration, NewConnection},
    view::{ConnectionState, speed},
};

use super::{OPERATOR, print};
use crate::{config::Config, wiring};

/// What `connection` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a connection and ask it something; its kinds and their fields stand in docs/connections.md.
    Add {
        /// kubernetes, prometheus, loki, github, runbooks, or mcp for a third-party server.
        #[arg(long)]
        kind: String,
        /// Name of its cluster; without it, all clusters of the organisation use it.
        #[arg(long)]
        cluster: Option<String>,
        /// The server's name, for the kind `mcp`.
        #[arg(long, default_value = "")]
        name: String,
        /// A field: `url=http://loki:3100`.
        #[arg(long = "field", value_name = "NAME=VALUE", value_parser = pair)]
        fields: Vec<(String, String)>,
        /// A field whose value is a file's content, so that no secret stands on the command line: `token=/run/github.token`.
        #[arg(long = "field-file", value_name = "NAME=FILE", value_parser = pair)]
        files: Vec<(String, String)>,
        /// Networks that it may reach and no others: CIDRs with commas between them.
        #[arg(long, default_value = "")]
        allowed_networks: String,
    },
    /// List the connections, with how they did when they were last used by this process' database.
    List,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs it.
pub async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let platform = wiring::platform(&config).await?;
    let services = &platform.services;
    let organisation = services.first_organisation("default").await?;
    match command {
        Command::Add { kind, cluster, name, fields, files, allowed_networks } => {
            let cluster = match cluster {
                Some(name) => {
                    let clusters = services.clusters_of(organisation).await?;
                    let found = clusters.into_iter().find(|cluster| cluster.name == name);
                    let found = found.with_context(|| {
                        format!("there is no cluster {name}; `evenkeel cluster list` lists them")
                    })?;
                    found.id.to_string()
                }
                None => String::new(),
            };
            let mut entered: BTreeMap<_, _> = fields.into_iter().collect();
            for (field, path) in files {
                let path = PathBuf::from(path);
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                entered.insert(field, text.trim_end_matches('\n').to_owned());
            }
            let new = NewConnection { kind, cluster, name, fields: entered, allowed_networks };
            let id = services.connect_server(organisation, OPERATOR.into(), new).await?;
            // Without a cluster nobody uses it yet, and there is nothing to ask.
            if !services.clusters_of(organisation).await?.is_empty() {
                services.ask_integration(organisation, &id.to_string()).await?;
            }
            let all = services.integrations_of(organisation).await?.connections;
            let added = all.into_iter().find(|one| one.id == Some(id)).context("it is gone")?;
            print(json, &added, line);
        }
        Command::List => {
            let all = services.integrations_of(organisation).await?.connections;
            print(json, &all, |all| all.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
    }
    platform.tools.close().await;
    Ok(())
}

/// A connection, and how it does for each cluster.
fn line(one: &Integration) -> String {
    let place = one.cluster.as_ref().map_or("all clusters", |cluster| &cluster.name);
    let mut lines = vec![format!("{} ({}) of {place}", one.server, one.kind.label())];
    for health in &one.health {
        let state = match &health.state {
            ConnectionState::Healthy { latency_us, .. } => speed(*latency_us),
            ConnectionState::Failing { failure, .. } => {
                let next = failure.next.as_deref().unwrap_or_default();
                format!("FAILS: {} {next}", failure.message)
            }
            ConnectionState::Unknown => "not asked yet".to_owned(),
            ConnectionState::NotConnected => "not connected".to_owned(),
        };
        lines.push(format!("  {}: {state}", health.cluster.name));
    }
    lines.join("\n")
}
