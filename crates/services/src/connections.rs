//! Testing a cluster's connections with real questions.

use evenkeel_domain::{
    access::{Caller, Permission},
    evidence::ToolFailure,
    id::ClusterId,
    view::{Connection, ConnectionState},
};
use evenkeel_storage::clusters::ClusterRow;
use evenkeel_tools::{
    ToolArguments,
    kubernetes::{ListNodesArgs, NodeList},
    prometheus::{ListTargetsArgs, TargetList},
};
use serde_json::{Value, json};

use crate::{ServiceError, Services, toolroom::ClusterAccess};

/// The agent in whose name pages ask.
pub(crate) const WAR_ROOM: &str = "warroom";

impl Services {
    /// Asks each of a cluster's systems something now.
    pub async fn test_connections(
        &self,
        caller: &Caller,
        id: ClusterId,
    ) -> Result<Vec<Connection>, ServiceError> {
        let row = self.cluster_for(caller, id, Permission::View).await?;
        self.probe(&row).await
    }

    pub(crate) async fn probe(&self, row: &ClusterRow) -> Result<Vec<Connection>, ServiceError> {
        let access = self.access_to(row).await?;
        let (kubernetes, prometheus) = futures::join!(
            self.ask_one::<ListNodesArgs>(&access, access.has("kubernetes"), seen_kubernetes),
            self.ask_one::<ListTargetsArgs>(&access, access.has("prometheus"), seen_prometheus),
        );
        let mut tile = self.tile(row.cluster.clone(), 0).await?;
        for connection in &mut tile.connections {
            let seen = match connection.name.as_str() {
                "kubernetes" => kubernetes.clone(),
                "prometheus" => prometheus.clone(),
                _ => continue,
            };
            match (seen, &connection.state) {
                (Some(Ok(seen)), ConnectionState::Healthy { .. }) => connection.seen = Some(seen),
                // It was asked now and gave nothing that can be used, whatever the reason.
                (
                    Some(Err(failure)),
                    ConnectionState::Unknown | ConnectionState::Healthy { .. },
                ) => {
                    connection.state = ConnectionState::Failing { failure, last_ok_at: None };
                }
                _ => {}
            }
        }
        Ok(tile.connections)
    }

    /// Asks one system something small; what was seen, or why not, if it is connected.
    async fn ask_one<A: ToolArguments>(
        &self,
        access: &ClusterAccess,
        connected: bool,
        seen: fn(Value) -> String,
    ) -> Option<Result<String, ToolFailure>> {
        if !connected {
            return None;
        }
        let answer = self.parts.tools.call(access, WAR_ROOM, A::SERVER, A::NAME, json!({})).await;
        Some(answer.map(seen))
    }
}

fn seen_kubernetes(answer: Value) -> String {
    match serde_json::from_value::<NodeList>(answer) {
        Ok(list) => {
            let ready = list.nodes.iter().filter(|node| node.ready == Some(true)).count();
            format!("{ready} of {} nodes ready", list.nodes.len())
        }
        Err(_) => "answered in an unknown form".into(),
    }
}

fn seen_prometheus(answer: Value) -> String {
    match serde_json::from_value::<TargetList>(answer) {
        Ok(list) => format!("{} scrape targets", list.targets.len()),
        Err(_) => "answered in an unknown form".into(),
    }
}
