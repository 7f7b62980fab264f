//! `evenkeel connection`: the servers beside a cluster's own, from the command line.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Context;
use clap::Subcommand;
use evenkeel_domain::integrations::{Integration, NewConnection};
use evenkeel_services::ServiceError;

use super::{OPERATOR, cluster::words, print};
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
    /// List the connections. How they do is known to the running installation: see its Integrations page.
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
            let clusters = services.clusters_of(organisation).await?;
            let cluster = cluster.map(|name| {
                clusters.iter().find(|cluster| cluster.name == name).with_context(|| {
                    format!("there is no cluster {name}; `evenkeel cluster list` lists them")
                })
            });
            let cluster = cluster.transpose()?;
            let mut entered: BTreeMap<_, _> = fields.into_iter().collect();
            for (field, path) in files {
                let path = PathBuf::from(path);
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                entered.insert(field, text.trim_end_matches('\n').to_owned());
            }
            let fields = entered;
            let new =
                NewConnection { kind, name, fields, allowed_networks, ..NewConnection::default() };
            let id = services.register(organisation, OPERATOR.into(), cluster, new).await?;
            match services.ask_integration(organisation, &id.to_string()).await {
                // There is no cluster yet, or each has a nearer server of that name: nobody uses it.
                Ok(()) | Err(ServiceError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
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
    if one.health.is_empty() {
        lines.push(
            "  no cluster uses it: there is none yet, or each has a nearer server of that name"
                .to_owned(),
        );
    }
    for health in &one.health {
        lines.push(format!("  {}: {}", health.cluster.name, words(&health.state, None)));
    }
    lines.join("\n")
}
