//! Which servers a cluster has, and with what they are reached.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp,
    cluster::Cluster,
    connection::ConnectionKind,
    id::{ConnectionId, OrganisationId},
    integrations::Origin,
};
use evenkeel_storage::{
    clusters::ClusterRow,
    connections::{ConnectionRow, SealedFor, ToolRow},
};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use crate::{
    ServiceError, Services,
    toolroom::{ClusterAccess, Link},
};

/// What approvals of the tools of an operator's own server are kept under.
pub(crate) const OPERATOR: &str = "operator:";

/// A server of a cluster, without its credentials.
#[derive(Debug, Clone)]
pub(crate) struct Planned<'a> {
    pub server: String,
    pub kind: ConnectionKind,
    pub origin: Origin,
    pub source: String,
    pub row: Option<&'a ConnectionRow>,
}

impl<'a> Planned<'a> {
    /// One that stands in the registry.
    fn registered(row: &'a ConnectionRow) -> Self {
        let connection = &row.connection;
        Self {
            server: connection.name.clone(),
            kind: connection.kind,
            origin: Origin::Registry,
            source: connection.id.to_string(),
            row: Some(row),
        }
    }

    /// When it was last changed, where that is known.
    pub(crate) fn changed_at(&self) -> Option<Timestamp> {
        self.row.map(|row| row.connection.changed_at)
    }

    /// Whether it answers for what its name says: a Prometheus that knows nothing but an
    /// Alertmanager does not.
    pub(crate) fn answers(&self, cluster: &Cluster) -> bool {
        self.kind != ConnectionKind::Prometheus
            || match self.row {
                Some(row) => row.connection.settings.contains_key("url"),
                None => cluster.prometheus_url.is_some(),
            }
    }
}

/// What a sealed text is bound to.
pub(crate) fn owner(of: SealedFor) -> String {
    match of {
        // As it was before there were other connections.
        SealedFor::Cluster(id) => id.to_string(),
        SealedFor::Connection(id) => owner_of_connection(id),
    }
}

pub(crate) fn owner_of_connection(id: ConnectionId) -> String {
    format!("connection/{id}")
}

/// The servers of a cluster by name. The operator's own come first, then the registry's of this
/// very cluster, then what the cluster was connected with, then the registry's of all clusters.
pub(crate) fn plan<'a>(
    cluster: &Cluster,
    rows: &'a [ConnectionRow],
    operators: &[String],
) -> BTreeMap<String, Planned<'a>> {
    let mut planned = BTreeMap::new();
    for server in operators {
        let found = Planned {
            server: server.clone(),
            kind: ConnectionKind::Mcp,
            origin: Origin::Operator,
            source: format!("{OPERATOR}{server}"),
            row: None,
        };
        planned.insert(server.clone(), found);
    }
    let registered = |of_cluster: bool, planned: &mut BTreeMap<String, Planned<'a>>| {
        for row in rows {
            let connection = &row.connection;
            let here = match connection.cluster {
                Some(id) => of_cluster && id == cluster.id,
                None => !of_cluster,
            };
            if here {
                planned.entry(connection.name.clone()).or_insert_with(|| Planned::registered(row));
            }
        }
    };
    registered(true, &mut planned);
    let addressed = cluster.prometheus_url.is_some() || cluster.alertmanager_url.is_some();
    for (kind, there) in
        [(ConnectionKind::Kubernetes, cluster.kubernetes), (ConnectionKind::Prometheus, addressed)]
    {
        if there {
            let server = kind.as_str().to_owned();
            planned.entry(server.clone()).or_insert_with(|| Planned {
                kind,
                origin: Origin::Cluster,
                source: format!("cluster:{}:{server}", cluster.id),
                row: None,
                server,
            });
        }
    }
    registered(false, &mut planned);
    planned
}

/// The fields of a cluster's own connection that are no secrets.
pub(crate) fn own_settings(cluster: &Cluster, kind: ConnectionKind) -> BTreeMap<String, String> {
    let fields = match kind {
        ConnectionKind::Prometheus => vec![
            ("url", cluster.prometheus_url.as_ref()),
            ("alertmanager_url", cluster.alertmanager_url.as_ref()),
        ],
        _ => Vec::new(),
    };
    let there = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    there.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

impl Services {
    /// What is needed to reach a cluster, with its credentials opened.
    pub(crate) async fn access_to(&self, row: &ClusterRow) -> Result<ClusterAccess, ServiceError> {
        let (rows, tools) = self.registry(row.cluster.organisation).await?;
        self.access_with(row, &rows, &tools)
    }

    /// An organisation's connections and what is known of their tools.
    pub(crate) async fn registry(
        &self,
        organisation: OrganisationId,
    ) -> Result<(Vec<ConnectionRow>, Vec<ToolRow>), ServiceError> {
        let rows = self.store().connections(organisation).await?;
        Ok((rows, self.store().connection_tools(organisation).await?))
    }

    pub(crate) fn access_with(
        &self,
        row: &ClusterRow,
        rows: &[ConnectionRow],
        tools: &[ToolRow],
    ) -> Result<ClusterAccess, ServiceError> {
        let operators = self.parts.tools.operator_servers(&row.cluster);
        let planned = plan(&row.cluster, rows, &operators);
        let links = planned.into_values().map(|planned| self.link(Some(row), planned, tools));
        Ok(ClusterAccess {
            cluster: Some(row.cluster.id),
            organisation: row.cluster.organisation,
            links: links.collect::<Result<_, _>>()?,
        })
    }

    /// What is needed to reach a server that all clusters of an organisation share: the registry's for all clusters, if
    /// there is one.
    pub(crate) async fn shared_access(
        &self,
        organisation: OrganisationId,
        server: &str,
    ) -> Result<ClusterAccess, ServiceError> {
        let (rows, tools) = self.registry(organisation).await?;
        let shared = rows
            .iter()
            .filter(|row| row.connection.cluster.is_none() && row.connection.name == server);
        let links = shared.map(|row| self.link(None, Planned::registered(row), &tools));
        Ok(ClusterAccess { cluster: None, organisation, links: links.collect::<Result<_, _>>()? })
    }

    /// One of them with its credentials opened; `row` is the cluster whose own connection it may be.
    fn link(
        &self,
        row: Option<&ClusterRow>,
        planned: Planned<'_>,
        tools: &[ToolRow],
    ) -> Result<Link, ServiceError> {
        let Planned { server, kind, origin, source, row: registered } = planned;
        let mut hasher = Sha256::new();
        hasher.update(&source);
        let (settings, sealed, networks) = if let Some(registered) = registered {
            let ConnectionRow { connection, secret_sealed } = registered;
            let networks = connection.allowed_networks.clone();
            (connection.settings.clone(), secret_sealed.as_deref(), networks)
        } else if let Some(row) = row {
            let own = kind == ConnectionKind::Kubernetes;
            let sealed = row.kubeconfig_sealed.as_deref().filter(|_| own);
            (own_settings(&row.cluster, kind), sealed, Vec::new())
        } else {
            (BTreeMap::new(), None, Vec::new())
        };
        let secrets = match (sealed, registered) {
            (None, _) => BTreeMap::new(),
            (Some(sealed), Some(registered)) => {
                let owner = owner_of_connection(registered.connection.id);
                secrets_of(&self.parts.sealer.open(&owner, sealed)?)?
            }
            (Some(sealed), None) => {
                let row = row.ok_or(ServiceError::NotFound { what: "cluster" })?;
                let owner = owner(SealedFor::Cluster(row.cluster.id));
                let kubeconfig = self.parts.sealer.open(&owner, sealed)?;
                BTreeMap::from([("kubeconfig".to_owned(), kubeconfig)])
            }
        };
        let approved = (!kind.is_shipped()).then(|| approvals(tools, &source));
        // What is sealed anew is another text, though it says the same: then it is connected anew.
        hasher.update(sealed.unwrap_or_default());
        hasher.update(format!("{settings:?}{networks:?}{approved:?}"));
        let version = hex::encode(hasher.finalize());
        Ok(Link { server, kind, origin, source, settings, secrets, networks, approved, version })
    }
}

/// The approved forms of a source's tools: name and hash.
pub(crate) fn approvals(tools: &[ToolRow], source: &str) -> BTreeMap<String, String> {
    tools
        .iter()
        .filter(|tool| tool.source == source)
        .filter_map(|tool| Some((tool.tool.clone(), tool.pinned.as_ref()?.hash.clone())))
        .collect()
}

/// A connection's credentials by field, as they are sealed together.
fn secrets_of(opened: &SecretString) -> Result<BTreeMap<String, SecretString>, ServiceError> {
    use secrecy::ExposeSecret as _;
    serde_json::from_str(opened.expose_secret())
        .map_err(|_| ServiceError::Internal("sealed credentials are no list of fields".into()))
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::{Timestamp, connection::ServerConnection, id::ClusterId};

    use super::*;
    use crate::intake::tests::cluster;

    fn row(n: u64, cluster: Option<ClusterId>, name: &str) -> ConnectionRow {
        let at = Timestamp::UNIX_EPOCH;
        ConnectionRow {
            connection: ServerConnection {
                id: ConnectionId::from_parts(n, 1),
                organisation: OrganisationId::from_parts(1, 1),
                cluster,
                kind: name.parse().unwrap_or(ConnectionKind::Mcp),
                name: name.into(),
                settings: BTreeMap::new(),
                has_secret: false,
                allowed_networks: Vec::new(),
                created_at: at,
                created_by: String::new(),
                changed_at: at,
                changed_by: String::new(),
            },
            secret_sealed: None,
        }
    }

    #[test]
    fn the_nearest_connection_of_a_name_counts() {
        let here = Cluster { kubernetes: true, ..cluster() };
        let there = ClusterId::from_parts(9, 9);
        let rows = [
            row(1, None, "kubernetes"),
            row(2, None, "loki"),
            row(3, Some(here.id), "loki"),
            row(4, Some(there), "github"),
            row(5, None, "files"),
        ];
        let origins = |operators: &[&str]| -> Vec<(String, Origin, String)> {
            let operators: Vec<_> = operators.iter().map(|name| (*name).to_owned()).collect();
            plan(&here, &rows, &operators)
                .into_values()
                .map(|planned| (planned.server, planned.origin, planned.source))
                .collect()
        };
        let expected = |files: (Origin, String)| {
            vec![
                ("files".to_owned(), files.0, files.1),
                ("kubernetes".into(), Origin::Cluster, format!("cluster:{}:kubernetes", here.id)),
                ("loki".into(), Origin::Registry, rows[2].connection.id.to_string()),
            ]
        };
        let registered = (Origin::Registry, rows[4].connection.id.to_string());
        assert_eq!(origins(&[]), expected(registered));
        assert_eq!(origins(&["files"]), expected((Origin::Operator, "operator:files".into())));
    }
}
