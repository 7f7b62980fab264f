//! Adding a connection.

use std::collections::BTreeMap;

use evenkeel_domain::{
    access::{Caller, Permission},
    audit::AuditAction,
    cluster::Cluster,
    connection::{ConnectionKind, Field, ServerConnection, Shape, UnknownKind},
    id::{ClusterId, ConnectionId, InvalidId, OrganisationId},
    integrations::NewConnection,
};
use evenkeel_storage::connections::ConnectionRow;
use secrecy::SecretString;
use serde_json::json;

use super::{links::owner_of_connection, networks};
use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    clusters::{KUBECONFIG_MAX, invalid, valid_name, valid_url},
};

/// Longest line of a field, in characters.
const LINE_MAX: usize = 2_000;

/// What a person entered, read and checked.
pub(super) struct Entered {
    pub(super) settings: BTreeMap<String, String>,
    pub(super) secrets: BTreeMap<String, String>,
}

impl Services {
    /// Adds a connection to a cluster, or to all of the caller's organisation.
    pub async fn add_connection(
        &self,
        caller: &Caller,
        new: NewConnection,
    ) -> Result<ConnectionId, ServiceError> {
        let cluster = match new.cluster.trim() {
            "" => {
                self.authorize(caller, Permission::ManageClusters)?;
                None
            }
            id => {
                let id = ClusterId::parse(id)
                    .map_err(|e: InvalidId| invalid("cluster", e.to_string()))?;
                Some(self.cluster_for(caller, id, Permission::ManageClusters).await?.cluster)
            }
        };
        self.register(caller.organisation, actor(caller), cluster.as_ref(), new).await
    }

    /// [`Self::add_connection`] for the operator, who needs no role and says the cluster by itself.
    pub async fn register(
        &self,
        organisation: OrganisationId,
        by: String,
        cluster: Option<&Cluster>,
        new: NewConnection,
    ) -> Result<ConnectionId, ServiceError> {
        let kind: ConnectionKind =
            new.kind.parse().map_err(|e: UnknownKind| invalid("kind", e.to_string()))?;
        let name = self.name_for(kind, &new.name, organisation).await?;
        let networks = networks::entered(&new.allowed_networks)?;
        let entered = read(kind, &new.fields)?;
        self.check_addresses(kind, &entered.settings, &networks)?;
        let id = self.id(ConnectionId::from_parts);
        let secret_sealed = self.sealed(id, &entered.secrets)?;
        let now = self.now();
        let connection = ServerConnection {
            id,
            organisation,
            cluster: cluster.map(|cluster| cluster.id),
            kind,
            name,
            settings: entered.settings,
            has_secret: secret_sealed.is_some(),
            allowed_networks: networks,
            created_at: now,
            created_by: by.clone(),
            changed_at: now,
            changed_by: by.clone(),
        };
        let subject = Subject {
            words: connection.name.clone(),
            cluster,
            detail: json!({
                "connection": id, "kind": kind, "settings": connection.settings,
                // Which, not what.
                "secrets": entered.secrets.keys().collect::<Vec<_>>(),
                "allowed_networks": connection.allowed_networks,
            }),
            ..Subject::default()
        };
        let audit = self.audit_record(organisation, by, AuditAction::ConnectionAdded, subject);
        let row = ConnectionRow { connection, secret_sealed };
        self.store().create_connection(&row, &[audit]).await?;
        Ok(id)
    }

    /// Credentials of a connection as they are kept.
    pub(super) fn sealed(
        &self,
        id: ConnectionId,
        secrets: &BTreeMap<String, String>,
    ) -> Result<Option<Vec<u8>>, ServiceError> {
        if secrets.is_empty() {
            return Ok(None);
        }
        let text =
            serde_json::to_string(secrets).map_err(|e| ServiceError::Internal(Box::new(e)))?;
        Ok(Some(self.parts.sealer.seal(&owner_of_connection(id), &SecretString::from(text))?))
    }

    /// A shipped server has its kind's name. Another must not take one of those, nor that of a
    /// server of the operator's, whose place in the allow-lists it would take with it.
    async fn name_for(
        &self,
        kind: ConnectionKind,
        name: &str,
        organisation: OrganisationId,
    ) -> Result<String, ServiceError> {
        if kind.is_shipped() {
            return Ok(kind.as_str().to_owned());
        }
        let name = valid_name(name)?;
        let ours = ConnectionKind::ALL.iter().any(|kind| kind.as_str() == name)
            || ["alertmanager", "evidence", "evenkeel", "memory", "notion"].contains(&&name[..]);
        let mut taken = ours;
        for row in self.store().clusters(organisation).await? {
            taken |= self.parts.tools.operator_servers(&row.cluster).contains(&name);
        }
        if taken { Err(ServiceError::Taken { what: "a server" }) } else { Ok(name) }
    }

    pub(super) fn check_addresses(
        &self,
        kind: ConnectionKind,
        settings: &BTreeMap<String, String>,
        networks: &[String],
    ) -> Result<(), ServiceError> {
        let operator = self.parts.tools.caller().networks();
        for field in kind.fields().iter().filter(|field| field.shape == Shape::Address) {
            if let Some(url) = settings.get(field.name) {
                networks::check(field.name, url, &operator, networks)?;
            }
        }
        Ok(())
    }
}

/// The kind's fields, and no others.
pub(super) fn read(
    kind: ConnectionKind,
    fields: &BTreeMap<String, String>,
) -> Result<Entered, ServiceError> {
    let known = |name: &String| kind.fields().iter().any(|field| field.name == name);
    if let Some(name) = fields.iter().find(|(name, value)| !known(name) && !value.is_empty()) {
        let shown = evenkeel_domain::text::clip(name.0, 40);
        return Err(invalid("fields", format!("{} has no field `{shown}`", kind.label())));
    }
    let mut entered = Entered { settings: BTreeMap::new(), secrets: BTreeMap::new() };
    for field in kind.fields() {
        let Some(value) = one(field, fields.get(field.name).map_or("", String::as_str))? else {
            if field.required {
                return Err(invalid(field.name, "it cannot be left out"));
            }
            continue;
        };
        let of = if field.shape.is_secret() { &mut entered.secrets } else { &mut entered.settings };
        of.insert(field.name.to_owned(), value);
    }
    whole(kind, &entered)?;
    Ok(entered)
}

fn one(field: &Field, value: &str) -> Result<Option<String>, ServiceError> {
    if field.shape == Shape::Address {
        return valid_url(field.name, value);
    }
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    let lines = matches!(field.shape, Shape::Lines | Shape::SecretLines);
    let most = if lines { KUBECONFIG_MAX } else { LINE_MAX };
    if value.len() > most {
        return Err(invalid(field.name, format!("it is longer than {most} bytes")));
    }
    // They become variables of the server's environment, and parts of headers.
    let bad = |c: char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'));
    if value.contains(bad) {
        return Err(invalid(field.name, "it holds control characters"));
    }
    // Browsers end lines as HTTP does.
    Ok(Some(value.replace("\r\n", "\n")))
}

/// What fields need of each other.
fn whole(kind: ConnectionKind, entered: &Entered) -> Result<(), ServiceError> {
    let has =
        |name: &str| entered.settings.contains_key(name) || entered.secrets.contains_key(name);
    let together = |names: &[&'static str]| {
        let there = names.iter().filter(|name| has(name)).count();
        match names.iter().find(|name| !has(name)) {
            Some(missing) if there > 0 => Err(invalid(missing, "it belongs to the others")),
            _ => Ok(there > 0),
        }
    };
    match kind {
        ConnectionKind::Github => {
            let app = together(&["app_id", "installation_id", "private_key"])?;
            if app == has("token") {
                return Err(invalid("token", "give a token or a GitHub App, one of them"));
            }
        }
        ConnectionKind::Prometheus | ConnectionKind::Loki => {
            if has("bearer_token") && (has("username") || has("password")) {
                return Err(invalid("bearer_token", "give it or a user, one of them"));
            }
            together(&["username", "password"])?;
        }
        ConnectionKind::Mcp => {
            let grant = together(&["client_id", "client_secret", "token_url"])?;
            if grant && has("bearer_token") {
                return Err(invalid("bearer_token", "give it or OAuth, one of them"));
            }
        }
        ConnectionKind::Kubernetes | ConnectionKind::Runbooks => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_fields(kind: ConnectionKind, fields: &[(&str, &str)]) -> Result<Entered, ServiceError> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read(kind, &fields.collect())
    }

    #[test]
    fn secrets_are_kept_apart_and_unknown_fields_refused() {
        let loki = [("url", "http://loki:3100/"), ("username", "u"), ("password", "p")];
        let entered = read_fields(ConnectionKind::Loki, &loki).unwrap();
        assert_eq!(entered.settings["url"], "http://loki:3100");
        assert_eq!(entered.settings.len(), 2);
        assert_eq!(entered.secrets.keys().collect::<Vec<_>>(), ["password"]);
        let command = [("url", "http://x"), ("command", "/bin/sh")];
        assert!(read_fields(ConnectionKind::Mcp, &command).is_err(), "no command from here");
        assert!(read_fields(ConnectionKind::Mcp, &[("url", "file:///etc/passwd")]).is_err());
        let broken = [("url", "http://x"), ("bearer_token", "a\r\nX: y")];
        assert!(read_fields(ConnectionKind::Mcp, &broken).is_err());
    }

    #[test]
    fn fields_that_belong_together_come_together() {
        let repositories = ("repositories", "a/b");
        for (fields, fine) in [
            (vec![repositories], false),
            (vec![repositories, ("token", "t")], true),
            (vec![("token", "t")], false),
            (vec![repositories, ("app_id", "1")], false),
            (
                vec![
                    repositories,
                    ("app_id", "1"),
                    ("installation_id", "2"),
                    ("private_key", "-----BEGIN\nkey"),
                ],
                true,
            ),
        ] {
            assert_eq!(read_fields(ConnectionKind::Github, &fields).is_ok(), fine, "{fields:?}");
        }
    }
}
