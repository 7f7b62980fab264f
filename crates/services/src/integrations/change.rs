//! Changing a connection: settings and credentials, never where it leads. What is kept of a connection is told to the
//! addresses that it was entered for, and to no others.

use std::collections::BTreeMap;

use evenkeel_domain::{
    access::Caller,
    audit::AuditAction,
    connection::{ConnectionKind, Shape},
    id::ConnectionId,
    integrations::ConnectionChange,
};
use evenkeel_storage::{StorageError, connections::ConnectionRow};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{
    add::{Entered, read},
    links::owner_of_connection,
    networks,
};
use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    clusters::invalid,
};

/// Attempts while others change the same connection.
const ATTEMPTS: usize = 3;
/// Who may vouch for the other side: as much a part of where a connection leads as its address.
const TRUST: &str = "ca";

impl Services {
    /// Changes settings and credentials of a connection of the registry. Approvals of its tools stay.
    pub async fn change_connection(
        &self,
        caller: &Caller,
        id: ConnectionId,
        change: &ConnectionChange,
    ) -> Result<(), ServiceError> {
        for _ in 0..ATTEMPTS {
            if self.change_once(caller, id, change).await? {
                return self.reopen(caller.organisation).await;
            }
        }
        Err(ServiceError::Busy("others are changing the same connection".into()))
    }

    /// Whether it was changed: not where it was removed or changed by somebody else since it was read.
    async fn change_once(
        &self,
        caller: &Caller,
        id: ConnectionId,
        change: &ConnectionChange,
    ) -> Result<bool, ServiceError> {
        let (row, cluster) = self.connection_for(caller, id).await?;
        let ConnectionRow { mut connection, secret_sealed } = row;
        let kept = self.opened(id, secret_sealed.as_deref())?;
        let fields = merged(connection.kind, &connection.settings, kept, change)?;
        let Entered { settings, secrets } = read(connection.kind, &fields)?;
        if let Some(text) = &change.allowed_networks {
            connection.allowed_networks = networks::entered(text)?;
        }
        self.check_addresses(connection.kind, &settings, &connection.allowed_networks)?;
        let before = connection.changed_at;
        // Two changes within a microsecond, or a clock that was set back: still another moment.
        let next = before.saturating_add(jiff::SignedDuration::from_micros(1));
        connection.changed_at = next.map_or(before, |next| self.now().max(next));
        connection.changed_by = actor(caller);
        connection.settings = settings;
        connection.has_secret = !secrets.is_empty();
        let entered =
            |name: &&String| change.fields.get(*name).is_some_and(|text| !text.trim().is_empty());
        let subject = Subject {
            words: connection.name.clone(),
            cluster: cluster.as_ref().map(|row| &row.cluster),
            detail: json!({
                "connection": id, "kind": connection.kind, "settings": connection.settings,
                // Which, not what.
                "secrets": secrets.keys().filter(entered).collect::<Vec<_>>(),
                "forgotten": change.forget_credentials,
                "allowed_networks": connection.allowed_networks,
            }),
            ..Subject::default()
        };
        let changed = AuditAction::ConnectionChanged;
        let audit = self.audit_record(caller.organisation, actor(caller), changed, subject);
        let row = ConnectionRow { secret_sealed: self.sealed(id, &secrets)?, connection };
        match self.store().change_connection(&row, before, &[audit]).await {
            Ok(()) => Ok(true),
            Err(StorageError::Missing { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Credentials that are kept, by field.
    fn opened(
        &self,
        id: ConnectionId,
        sealed: Option<&[u8]>,
    ) -> Result<BTreeMap<String, String>, ServiceError> {
        let Some(sealed) = sealed else { return Ok(BTreeMap::new()) };
        let text = self.parts.sealer.open(&owner_of_connection(id), sealed)?;
        serde_json::from_str(text.expose_secret()).map_err(|e| ServiceError::Internal(Box::new(e)))
    }
}

/// What the connection's fields are with the change.
fn merged(
    kind: ConnectionKind,
    settings: &BTreeMap<String, String>,
    mut kept: BTreeMap<String, String>,
    change: &ConnectionChange,
) -> Result<BTreeMap<String, String>, ServiceError> {
    if change.forget_credentials {
        kept.clear();
    }
    let asked = |name: &str| change.fields.get(name).map(|text| text.trim());
    let now = |name: &str| settings.get(name).map_or("", String::as_str);
    for field in kind.fields().iter().filter(|field| field.shape == Shape::Address) {
        if asked(field.name).is_some_and(|asked| asked.trim_end_matches('/') != now(field.name)) {
            let why =
                "a connection's address stays: remove it and add another, with its credentials";
            return Err(invalid(field.name, why));
        }
    }
    let trusted = asked(TRUST).is_none_or(|asked| same_lines(asked, now(TRUST)));
    if !trusted && kept.keys().any(|name| asked(name).is_none_or(str::is_empty)) {
        let why = "with other certificates, enter the credentials anew or forget them";
        return Err(invalid(TRUST, why));
    }
    let mut fields = settings.clone();
    fields.extend(kept);
    for (name, text) in &change.fields {
        let secret =
            kind.fields().iter().any(|field| field.name == name && field.shape.is_secret());
        if !(secret && text.trim().is_empty()) {
            fields.insert(name.clone(), text.clone());
        }
    }
    Ok(fields)
}

/// Browsers end lines as HTTP does.
fn same_lines(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn changed(fields: &[(&str, &str)], forget: bool) -> Result<Entered, ServiceError> {
        let settings =
            map(&[("url", "http://loki:3100"), ("tenant", "ours"), ("ca", "old\nlines")]);
        let kept = map(&[("bearer_token", "kept")]);
        let change = ConnectionChange {
            fields: map(fields),
            allowed_networks: None,
            forget_credentials: forget,
        };
        read(ConnectionKind::Loki, &merged(ConnectionKind::Loki, &settings, kept, &change)?)
    }

    #[test]
    fn what_is_not_named_stays_and_what_is_kept_goes_nowhere_else() {
        let same =
            changed(&[("tenant", ""), ("bearer_token", ""), ("url", "http://loki:3100/")], false);
        let same = same.unwrap();
        assert_eq!(same.secrets, map(&[("bearer_token", "kept")]));
        assert_eq!(same.settings, map(&[("url", "http://loki:3100"), ("ca", "old\nlines")]));
        let other = changed(&[("bearer_token", "new")], false).unwrap();
        assert_eq!(other.secrets["bearer_token"], "new");
        let user = [("username", "u"), ("password", "p")];
        assert!(changed(&user, false).is_err(), "two ways to sign in");
        assert_eq!(changed(&user, true).unwrap().secrets, map(&[("password", "p")]));
        for (fields, forget, fine) in [
            (&[("url", "http://elsewhere")][..], true, false),
            (&[("url", "")], false, false),
            (&[("ca", "new")], false, false),
            (&[("ca", "old\r\nlines\r\n")], false, true),
            (&[("ca", "new")], true, true),
            (&[("ca", "new"), ("bearer_token", "new")], false, true),
            (&[("command", "/bin/sh")], false, false),
        ] {
            assert_eq!(changed(fields, forget).is_ok(), fine, "{fields:?}");
        }
    }
}
