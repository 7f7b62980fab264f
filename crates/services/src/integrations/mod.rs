//! Integrations: the registry of connections, how they do, and which tools are approved.

mod add;
mod change;
mod health;
mod links;
mod networks;
mod remove;
mod test;
mod tools;

pub(crate) use links::{Planned, owner, plan};

use std::collections::BTreeMap;

use evenkeel_domain::{
    access::{Caller, Permission},
    cluster::Cluster,
    id::OrganisationId,
    integrations::{Change, ClusterHealth, ClusterName, Integration, Integrations, Origin},
};
use evenkeel_storage::connections::{ConnectionRow, ToolRow};

use crate::{ServiceError, Services, toolroom::Health};
use links::{OPERATOR, own_settings};

impl Services {
    /// Every connection of the caller's organisation, with health and tools. Nothing is asked for
    /// this: it is what was seen last.
    pub async fn integrations(&self, caller: &Caller) -> Result<Integrations, ServiceError> {
        self.authorize(caller, Permission::View)?;
        self.integrations_of(caller.organisation).await
    }

    /// [`Self::integrations`] for the operator, who needs no role.
    pub async fn integrations_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Integrations, ServiceError> {
        let (rows, tools) = self.registry(organisation).await?;
        let health = self.health(organisation).await?;
        let clusters = self.store().clusters(organisation).await?;
        let clusters: Vec<_> = clusters.into_iter().map(|row| row.cluster).collect();
        Ok(Integrations {
            connections: self.list(&rows, &tools, &clusters, &health),
            clusters: clusters.iter().map(name_of).collect(),
            networks: self.parts.tools.caller().networks(),
        })
    }

    /// Each connection once, with the clusters that it serves.
    fn list(
        &self,
        rows: &[ConnectionRow],
        tools: &[ToolRow],
        clusters: &[Cluster],
        seen: &Health,
    ) -> Vec<Integration> {
        let mut found: BTreeMap<(Option<ClusterName>, String), Integration> = BTreeMap::new();
        for cluster in clusters {
            let operators = self.parts.tools.operator_servers(cluster);
            for planned in plan(cluster, rows, &operators).into_values() {
                let health = ClusterHealth {
                    cluster: name_of(cluster),
                    state: seen.of(cluster.id, &planned.server, planned.changed_at()),
                };
                let mut one = self.integration(&planned, cluster, tools);
                let key = (one.cluster.clone(), one.source.clone());
                one.health.push(health.clone());
                found.entry(key).and_modify(|known| known.health.push(health)).or_insert(one);
            }
        }
        // Those that no cluster uses: there is none, or each has a nearer one of that name.
        for row in rows {
            let connection = &row.connection;
            let place = clusters.iter().find(|cluster| Some(cluster.id) == connection.cluster);
            let key = (place.map(name_of), connection.id.to_string());
            found.entry(key).or_insert_with(|| {
                let planned = Planned {
                    server: connection.name.clone(),
                    kind: connection.kind,
                    origin: Origin::Registry,
                    source: connection.id.to_string(),
                    row: Some(row),
                };
                let tools = self.tool_lines(planned.kind, &planned.server, &planned.source, tools);
                registered(&planned, connection, place.map(name_of), tools)
            });
        }
        found.into_values().collect()
    }

    fn integration(
        &self,
        planned: &Planned<'_>,
        cluster: &Cluster,
        tools: &[ToolRow],
    ) -> Integration {
        let tools = self.tool_lines(planned.kind, &planned.server, &planned.source, tools);
        if let Some(row) = planned.row {
            let place = row.connection.cluster.map(|_| name_of(cluster));
            return registered(planned, &row.connection, place, tools);
        }
        let own = planned.origin == Origin::Cluster;
        Integration {
            source: planned.source.clone(),
            id: None,
            origin: planned.origin,
            kind: planned.kind,
            server: planned.server.clone(),
            cluster: own.then(|| name_of(cluster)),
            settings: if own { own_settings(cluster, planned.kind) } else { BTreeMap::new() },
            has_secret: own
                && planned.kind == evenkeel_domain::connection::ConnectionKind::Kubernetes,
            allowed_networks: Vec::new(),
            changed: None,
            health: Vec::new(),
            tools,
        }
    }
}

fn registered(
    planned: &Planned<'_>,
    connection: &evenkeel_domain::connection::ServerConnection,
    cluster: Option<ClusterName>,
    tools: Vec<evenkeel_domain::integrations::ToolLine>,
) -> Integration {
    Integration {
        source: planned.source.clone(),
        id: Some(connection.id),
        origin: Origin::Registry,
        kind: connection.kind,
        server: connection.name.clone(),
        cluster,
        settings: connection.settings.clone(),
        has_secret: connection.has_secret,
        allowed_networks: connection.allowed_networks.clone(),
        changed: Some(Change { at: connection.changed_at, by: connection.changed_by.clone() }),
        health: Vec::new(),
        tools,
    }
}

fn name_of(cluster: &Cluster) -> ClusterName {
    ClusterName { id: cluster.id, name: cluster.name.clone() }
}

/// Whether approvals of a source's tools are kept: of servers that are not ours.
pub(crate) fn is_operator(source: &str) -> bool {
    source.starts_with(OPERATOR)
}
