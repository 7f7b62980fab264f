//! `list_clusters`: the clusters of the organisation.

use evenkeel_domain::view::ConnectionState;
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{first, plain, tool};
use crate::{Asker, asker::refused, views::LINE};

/// More clusters than an organisation here has; the rest is counted as left out.
const MOST: usize = 200;

/// Nothing to say.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListClustersArgs {}

/// The clusters, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Clusters {
    /// The clusters.
    pub clusters: Vec<ClusterLine>,
    /// Whether some were left out.
    pub truncated: bool,
}

/// A cluster.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterLine {
    /// Its id.
    pub id: String,
    /// Its name, which other tools take as well.
    pub name: String,
    /// `production`, `staging` or `development`.
    pub environment: String,
    /// Whether it is the practice range.
    pub practice_range: bool,
    /// How many incidents are open.
    pub open_incidents: u64,
    /// Who threw Emergency Stop and why, if it is on: nothing is changed there then.
    pub stopped: Option<String>,
    /// Its connections, as last seen.
    pub connections: Vec<ConnectionLine>,
}

/// A connection.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionLine {
    /// `kubernetes`, `prometheus`, `alertmanager`, …
    pub name: String,
    /// `healthy`, `failing`, `unknown` or `not_connected`.
    pub state: String,
    /// Why it fails, if it does.
    pub failure: Option<String>,
}

tool!("list_clusters", Read, ListClustersArgs => Clusters);

/// The tool.
pub struct ListClusters;

impl Tool<Asker> for ListClusters {
    type Args = ListClustersArgs;
    const TITLE: &'static str = "Clusters";
    const DESCRIPTION: &'static str = "Lists the clusters that Evenkeel watches for your organisation, with their open \
        incidents, how their connections do, and whether Emergency Stop is on.";

    async fn call(asker: &Asker, _: ListClustersArgs) -> Result<Clusters, ToolFailure> {
        let tiles = asker.services.clusters(&asker.caller).await.map_err(refused)?;
        let lines = tiles.into_iter().map(|tile| ClusterLine {
            id: tile.cluster.id.to_string(),
            name: tile.cluster.name,
            environment: tile.cluster.environment.as_str().to_owned(),
            practice_range: tile.cluster.practice_range,
            open_incidents: tile.open_incidents,
            stopped: tile
                .cluster
                .stop
                .map(|stop| plain(&format!("{} threw it: {}", stop.by, stop.reason), LINE)),
            connections: tile.connections.into_iter().map(connection).collect(),
        });
        let (clusters, truncated) = first(lines.collect(), MOST);
        Ok(Clusters { clusters, truncated })
    }

    fn summary(result: &Clusters) -> String {
        let open: u64 = result.clusters.iter().map(|cluster| cluster.open_incidents).sum();
        format!("{} clusters, {open} open incidents.", result.clusters.len())
    }
}

fn connection(connection: evenkeel_domain::view::Connection) -> ConnectionLine {
    let (state, failure) = match connection.state {
        ConnectionState::Healthy { .. } => ("healthy", None),
        ConnectionState::Failing { failure, .. } => ("failing", Some(failure.to_string())),
        ConnectionState::Unknown => ("unknown", None),
        ConnectionState::NotConnected => ("not_connected", None),
    };
    ConnectionLine {
        name: connection.name,
        state: state.to_owned(),
        failure: failure.map(|text| plain(&text, LINE)),
    }
}
