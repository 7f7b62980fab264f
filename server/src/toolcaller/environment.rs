//! A connection's fields as its server takes them.

use std::collections::BTreeMap;

use evenkeel_domain::connection::ConnectionKind;
use evenkeel_mcp::{ClientCredentials, HttpSpec, SignIn};
use evenkeel_mcp_servers::{KUBECONFIG_TEXT, kubernetes::kubeconfig::LOCAL, runbooks::git};
use evenkeel_services::Link;
use evenkeel_tools::network::AllowedNetworks;
use secrecy::{ExposeSecret, SecretString};

/// Which field becomes which variable.
fn variables(kind: ConnectionKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        ConnectionKind::Kubernetes => &[("kubeconfig", KUBECONFIG_TEXT)],
        ConnectionKind::Prometheus => &[
            ("url", "PROMETHEUS_URL"),
            ("alertmanager_url", "ALERTMANAGER_URL"),
            ("tenant", "PROMETHEUS_TENANT"),
            ("username", "PROMETHEUS_USERNAME"),
            ("password", "PROMETHEUS_PASSWORD"),
            ("bearer_token", "PROMETHEUS_BEARER_TOKEN"),
            ("ca", "PROMETHEUS_CA"),
        ],
        ConnectionKind::Loki => &[
            ("url", "LOKI_URL"),
            ("tenant", "LOKI_TENANT"),
            ("username", "LOKI_USERNAME"),
            ("password", "LOKI_PASSWORD"),
            ("bearer_token", "LOKI_BEARER_TOKEN"),
            ("ca", "LOKI_CA"),
        ],
        ConnectionKind::Github => &[
            ("repositories", "GITHUB_REPOSITORIES"),
            ("token", "GITHUB_TOKEN"),
            ("app_id", "GITHUB_APP_ID"),
            ("installation_id", "GITHUB_INSTALLATION_ID"),
            ("private_key", "GITHUB_APP_PRIVATE_KEY"),
            ("api_url", "GITHUB_API_URL"),
            ("ca", "GITHUB_CA"),
        ],
        ConnectionKind::Runbooks => &[
            ("notion_database", "NOTION_RUNBOOK_DATABASE_ID"),
            ("notion_api_key", "NOTION_API_KEY"),
            ("notion_api_url", "NOTION_API_URL"),
        ],
        ConnectionKind::Mcp => &[],
    }
}

/// Variables of this process that a server of this kind needs, too: a kubeconfig may sign in by a
/// plugin that is looked up, and folders and repositories of runbooks are the operator's, with what git
/// needs to fetch them.
fn inherited(kind: ConnectionKind) -> &'static [&'static str] {
    match kind {
        ConnectionKind::Kubernetes => &["PATH", "HOME", LOCAL],
        ConnectionKind::Runbooks => &[
            "EVENKEEL_RUNBOOKS",
            git::VARIABLE,
            git::TOKEN_FILE,
            "PATH",
            "SSH_AUTH_SOCK",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ],
        _ => &[],
    }
}

/// The environment of a server that is a child of ours. Credentials are in it and in no file: they
/// are gone with the child, however it ends.
pub(super) fn of(link: &Link) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for (field, variable) in variables(link.kind) {
        let secret = link.secrets.get(*field).map(|secret| secret.expose_secret().to_owned());
        if let Some(value) = secret.or_else(|| link.settings.get(*field).cloned()) {
            env.insert((*variable).to_owned(), value);
        }
    }
    for name in inherited(link.kind) {
        if let Ok(value) = std::env::var(name) {
            env.insert((*name).to_owned(), value);
        }
    }
    env
}

/// How to reach a third-party server.
pub(super) fn http(link: &Link, networks: AllowedNetworks) -> HttpSpec {
    let setting = |name: &str| link.settings.get(name).cloned().unwrap_or_default();
    let secret = |name: &str| -> Option<SecretString> { link.secrets.get(name).cloned() };
    let sign_in = match (secret("bearer_token"), secret("client_secret")) {
        (Some(token), _) => SignIn::Bearer(token),
        (None, Some(client_secret)) => SignIn::ClientCredentials(ClientCredentials {
            client_id: setting("client_id"),
            client_secret,
            token_url: setting("token_url"),
            scopes: setting("scopes"),
        }),
        (None, None) => SignIn::None,
    };
    HttpSpec { url: setting("url"), sign_in, networks }
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::integrations::Origin;

    use super::*;

    fn link(kind: ConnectionKind) -> Link {
        let value = |name: &str| (name.to_owned(), format!("the {name}"));
        let fields = || kind.fields().iter();
        let shown = fields().filter(|field| !field.shape.is_secret());
        let sealed = fields().filter(|field| field.shape.is_secret());
        Link {
            server: kind.as_str().to_owned(),
            kind,
            origin: Origin::Registry,
            source: "s".into(),
            settings: shown.map(|field| value(field.name)).collect(),
            secrets: sealed
                .map(|field| (field.name.to_owned(), value(field.name).1.into()))
                .collect(),
            networks: Vec::new(),
            approved: None,
            version: "v".into(),
        }
    }

    #[test]
    fn every_field_of_a_shipped_server_reaches_it() {
        for kind in ConnectionKind::ALL.into_iter().filter(|kind| kind.is_shipped()) {
            let env = of(&link(kind));
            for field in kind.fields() {
                let wanted = format!("the {}", field.name);
                assert!(env.values().any(|value| *value == wanted), "{kind:?}: {}", field.name);
            }
        }
    }

    #[test]
    fn a_secret_shows_in_no_debug_text() {
        let text = format!("{:?}", link(ConnectionKind::Prometheus));
        assert!(text.contains("the url") && !text.contains("the password"), "{text}");
    }
}
