//! Connecting clusters.

use evenkeel_domain::Timestamp;
use evenkeel_domain::{
    access::{Caller, Permission},
    audit::AuditAction,
    cluster::{Cluster, Environment},
    evidence::ToolFailure,
    id::{ClusterId, OrganisationId},
    text::clip,
    view::{ClusterTile, ConnectedCluster, Connection, ConnectionState, NewCluster},
};
use evenkeel_storage::{clusters::ClusterRow, connections::ConnectionRow, intake::AlertCheck};
use secrecy::SecretString;
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    integrations::{Planned, plan},
    secrets::{fresh_secret, token_hash},
    toolroom::{ALERTMANAGER, Health},
};

/// Prefix of cluster tokens, so that secret scanners know them.
const PREFIX: &str = "evk_cluster_";
/// Largest kubeconfig that is taken, in bytes: with certificates in it, some 20 kB are usual. It
/// travels to the tool server in its environment, where Linux takes 128 KiB a variable.
pub(crate) const KUBECONFIG_MAX: usize = 120 * 1024;

pub(crate) fn invalid(field: &'static str, why: impl Into<String>) -> ServiceError {
    ServiceError::Invalid { field, why: why.into() }
}

/// A name that is safe in URLs, labels and file names (RFC 1123 label).
pub(crate) fn valid_name(name: &str) -> Result<String, ServiceError> {
    let name = name.trim();
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ok = (1..=63).contains(&name.len())
        && name.chars().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if ok {
        Ok(name.to_owned())
    } else {
        Err(invalid("name", "use 1 to 63 lower-case letters, digits and hyphens"))
    }
}

pub(crate) fn valid_url(field: &'static str, url: &str) -> Result<Option<String>, ServiceError> {
    let url = url.trim().trim_end_matches('/');
    if url.is_empty() {
        return Ok(None);
    }
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let ok = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && url.len() <= 2_000
            && !rest.contains(['@', '?', '#', ' '])
            && !rest.chars().any(char::is_control)
    });
    if ok {
        Ok(Some(url.to_owned()))
    } else {
        let shown = clip(url, 80);
        Err(invalid(field, format!("`{shown}` is not the base URL of a server (http://host:port)")))
    }
}

impl Services {
    /// The clusters of the caller's organisation, by name.
    pub async fn clusters(&self, caller: &Caller) -> Result<Vec<ClusterTile>, ServiceError> {
        self.authorize(caller, Permission::View)?;
        let open = self.store().open_counts(caller.organisation).await?;
        let registry = self.store().connections(caller.organisation).await?;
        let health = self.health(caller.organisation).await?;
        let mut tiles = Vec::new();
        for row in self.store().clusters(caller.organisation).await? {
            let count = open.iter().find(|(id, _)| *id == row.cluster.id).map_or(0, |(_, n)| *n);
            tiles.push(self.tile_with(row.cluster, count, &registry, &health).await?);
        }
        Ok(tiles)
    }

    pub(crate) async fn tile(
        &self,
        cluster: Cluster,
        open_incidents: u64,
    ) -> Result<ClusterTile, ServiceError> {
        let registry = self.store().connections(cluster.organisation).await?;
        let health = self.health(cluster.organisation).await?;
        self.tile_with(cluster, open_incidents, &registry, &health).await
    }

    async fn tile_with(
        &self,
        cluster: Cluster,
        open_incidents: u64,
        registry: &[ConnectionRow],
        health: &Health,
    ) -> Result<ClusterTile, ServiceError> {
        let heard = self.store().last_heard(cluster.id).await?.notification_at;
        let check = self.store().alert_check(cluster.id).await?;
        let operators = self.parts.tools.operator_servers(&cluster);
        let planned = plan(&cluster, registry, &operators);
        let mut servers: Vec<_> = ["kubernetes", "prometheus"]
            .map(|name| (name.to_owned(), planned.get(name).is_some_and(|p| p.answers(&cluster))))
            .into();
        let others =
            planned.keys().filter(|name| !matches!(&name[..], "kubernetes" | "prometheus"));
        servers.extend(others.map(|name| (name.clone(), true)));
        let look = |(name, connected): (String, bool)| {
            let changed = planned.get(&name).and_then(Planned::changed_at);
            let state = if connected {
                health.of(cluster.id, &name, changed)
            } else {
                ConnectionState::NotConnected
            };
            Connection { name, state, seen: None }
        };
        let mut connections: Vec<_> = servers.into_iter().map(look).collect();
        connections.push(alertmanager(heard, check));
        Ok(ClusterTile { cluster, connections, open_incidents, last_notification_at: heard })
    }

    /// Connects a cluster for a person.
    pub async fn connect_cluster(
        &self,
        caller: &Caller,
        new: NewCluster,
    ) -> Result<ConnectedCluster, ServiceError> {
        self.authorize(caller, Permission::ManageClusters)?;
        self.add_cluster(caller.organisation, actor(caller), new, false).await
    }

    /// Connects a cluster on the operator's word (command line, environment).
    pub async fn add_cluster(
        &self,
        organisation: OrganisationId,
        by: String,
        new: NewCluster,
        practice_range: bool,
    ) -> Result<ConnectedCluster, ServiceError> {
        let id = self.id(ClusterId::from_parts);
        let environment: Environment = new.environment.parse().map_err(
            |e: evenkeel_domain::cluster::UnknownEnvironment| invalid("environment", e.to_string()),
        )?;
        if new.kubeconfig.len() > KUBECONFIG_MAX {
            return Err(invalid("kubeconfig", "it is larger than 120 KiB"));
        }
        let kubeconfig = Some(new.kubeconfig).filter(|k| !k.trim().is_empty());
        let sealed = kubeconfig
            .map(|text| self.parts.sealer.seal(&id.to_string(), &SecretString::from(text)))
            .transpose()?;
        let token = fresh_secret(PREFIX);
        let row = ClusterRow {
            cluster: Cluster {
                id,
                organisation,
                name: valid_name(&new.name)?,
                environment,
                prometheus_url: valid_url("prometheus_url", &new.prometheus_url)?,
                alertmanager_url: valid_url("alertmanager_url", &new.alertmanager_url)?,
                kubernetes: sealed.is_some(),
                practice_range,
                stop: None,
                created_at: self.now(),
            },
            token_hash: token_hash(&token),
            kubeconfig_sealed: sealed,
        };
        let subject = Subject {
            words: row.cluster.name.clone(),
            cluster: Some(&row.cluster),
            detail: json!({ "environment": environment, "kubernetes": row.cluster.kubernetes,
                            "prometheus_url": row.cluster.prometheus_url }),
            ..Subject::default()
        };
        let audit = self.audit_record(organisation, by, AuditAction::ClusterConnected, subject);
        self.store().create_cluster(&row, &[audit]).await?;
        self.connected(&row, token).await
    }

    /// Gives a cluster a new webhook token; the old one is refused from now on.
    pub async fn renew_cluster_token(
        &self,
        caller: &Caller,
        id: ClusterId,
    ) -> Result<ConnectedCluster, ServiceError> {
        let row = self.cluster_for(caller, id, Permission::ManageClusters).await?;
        let token = fresh_secret(PREFIX);
        let subject = Subject {
            words: row.cluster.name.clone(),
            cluster: Some(&row.cluster),
            ..Subject::default()
        };
        let renewed = AuditAction::ClusterTokenRenewed;
        let audit = self.audit_record(caller.organisation, actor(caller), renewed, subject);
        let changed = self.store().set_cluster_token(id, &token_hash(&token), &[audit]).await;
        self.door.forget();
        changed?;
        self.connected(&row, token).await
    }

    async fn connected(
        &self,
        row: &ClusterRow,
        token: String,
    ) -> Result<ConnectedCluster, ServiceError> {
        let connections = self.probe(row).await?;
        let snippet = snippet(&self.parts.settings.public_url, &token);
        Ok(ConnectedCluster { cluster: row.cluster.clone(), token, snippet, connections })
    }
}

/// How the cluster's Alertmanager does: whether it posts, and whether it answers when it is asked.
fn alertmanager(heard: Option<Timestamp>, check: Option<AlertCheck>) -> Connection {
    let ok_at = heard.max(check.as_ref().and_then(|check| check.ok_at));
    let state = match (check, ok_at) {
        (Some(AlertCheck { failure: Some(message), .. }), last_ok_at) => {
            let next = "Alerts whose end was not heard of stay open until it answers.".to_owned();
            let code = "alertmanager.unanswered".to_owned();
            let failure = ToolFailure { code, message, next: Some(next), retry_after_s: None };
            ConnectionState::Failing { failure, last_ok_at }
        }
        (check, Some(last_ok_at)) => {
            ConnectionState::Healthy { last_ok_at, latency_us: check.map(|check| check.took_us) }
        }
        (_, None) => ConnectionState::Unknown,
    };
    let seen = heard.is_none().then(|| "has not posted yet".into());
    Connection { name: ALERTMANAGER.into(), state, seen }
}

/// What to paste into `alertmanager.yml`.
fn snippet(public_url: &str, token: &str) -> String {
    format!(
        "route:\n  receiver: evenkeel\n  group_by: [alertname, namespace]\n\nreceivers:\n  \
         - name: evenkeel\n    webhook_configs:\n      - url: {public_url}/webhook/alert\n        \
         send_resolved: true\n        http_config:\n          authorization:\n            \
         type: Bearer\n            credentials: {token}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_parsed_not_trusted() {
        assert_eq!(valid_name(" shop-1 ").unwrap(), "shop-1");
        for bad in ["", "Shop", "-a", "a-", "a b", "é", &"a".repeat(64)] {
            assert!(valid_name(bad).is_err(), "{bad}");
        }
        assert_eq!(valid_url("u", "http://p:9090/").unwrap().as_deref(), Some("http://p:9090"));
        assert_eq!(valid_url("u", " ").unwrap(), None);
        for bad in
            ["ftp://x", "http://", "http:///x", "http://a@b", "http://a b", "x", "http://a?q"]
        {
            assert!(valid_url("u", bad).is_err(), "{bad}");
        }
    }
}
