//! Where an API is and how to sign in there.

use reqwest::Url;
use secrecy::SecretString;

/// Address and credentials of an API.
#[derive(Debug, Clone)]
pub struct Access {
    /// Base address, path prefix included: `http://prometheus:9090`, `https://mimir/prometheus`.
    pub url: String,
    /// Sign-in.
    pub auth: Auth,
    /// Tenant, sent as `X-Scope-OrgID`.
    pub tenant: Option<String>,
    /// Certificates to trust beside the system's, as PEM text.
    pub ca_pem: Option<String>,
}

/// How to sign in.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Not at all.
    None,
    /// `Authorization: Bearer`.
    Bearer(SecretString),
    /// `Authorization: Basic`: user and password.
    Basic(String, SecretString),
}

impl Access {
    /// Without sign-in.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), auth: Auth::None, tenant: None, ca_pem: None }
    }

    /// From the environment: `<PREFIX>_URL`, without which there is none, `_BEARER_TOKEN` or `_USERNAME` and
    /// `_PASSWORD`, `_TENANT`, and `_CA` (PEM text).
    pub fn from_env(prefix: &str) -> Option<Self> {
        Self::from_lookup(prefix, |name| std::env::var(name).ok())
    }

    /// The same from any source of variables. Empty ones count as absent.
    pub fn from_lookup(prefix: &str, lookup: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let var = |name: &str| lookup(&format!("{prefix}_{name}")).filter(|v| !v.trim().is_empty());
        // A token out of a file often ends in a line break; a password may mean its blanks.
        let token = var("BEARER_TOKEN").map(|token| token.trim().to_owned());
        let auth = match (token, var("USERNAME")) {
            (Some(token), _) => Auth::Bearer(token.into()),
            (None, Some(user)) => Auth::Basic(user, var("PASSWORD").unwrap_or_default().into()),
            (None, None) => Auth::None,
        };
        Some(Self { url: var("URL")?, auth, tenant: var("TENANT"), ca_pem: var("CA") })
    }

    /// The base address, checked, or what is wrong with it.
    pub(super) fn base(&self) -> Result<Url, String> {
        let mut url =
            Url::parse(self.url.trim()).map_err(|error| format!("it isn't a URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("it has the scheme {}", url.scheme()));
        }
        crate::guard::check(&url)?;
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{path}/"));
        Ok(url)
    }

    /// Whether both are at the same scheme, host and port, so that credentials for one are meant for the other.
    pub fn same_origin(&self, other: &Self) -> bool {
        match (self.base(), other.base()) {
            (Ok(one), Ok(two)) => one.origin() == two.origin(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::{Access, Auth};

    fn from(variables: &[(&str, &str)]) -> Option<Access> {
        Access::from_lookup("LOKI", |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_token_goes_before_a_user_and_empty_variables_are_absent() {
        assert!(from(&[("LOKI_URL", " "), ("LOKI_TENANT", "shop")]).is_none());
        let access =
            from(&[("LOKI_URL", "http://loki"), ("LOKI_TENANT", ""), ("LOKI_USERNAME", "u")]);
        let access = access.unwrap();
        assert!(access.tenant.is_none() && matches!(access.auth, Auth::Basic(..)));
        let both = [("LOKI_URL", "http://x"), ("LOKI_USERNAME", "u"), ("LOKI_BEARER_TOKEN", "t\n")];
        let Auth::Bearer(token) = from(&both).unwrap().auth else { panic!("no token") };
        assert_eq!(token.expose_secret(), "t");
    }

    #[test]
    fn credentials_do_not_show_in_debug_output() {
        let variables =
            [("LOKI_URL", "http://x"), ("LOKI_USERNAME", "u"), ("LOKI_PASSWORD", "hunter2")];
        assert!(!format!("{:?}", from(&variables)).contains("hunter2"));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let at = |url: &str| Access::new(url);
        assert!(at("https://mimir/prometheus").same_origin(&at("https://mimir:443/alertmanager/")));
        for other in ["http://mimir/", "https://mimir:8443/", "https://evil/", "nonsense"] {
            assert!(!at("https://mimir/prometheus").same_origin(&at(other)), "{other}");
        }
    }

    #[test]
    fn a_path_is_kept_and_ends_in_one_slash() {
        let base = |url: &str| Access::new(url).base().map(|url| url.to_string());
        assert_eq!(
            base(" https://x/select/0/prometheus//?a#b").unwrap(),
            "https://x/select/0/prometheus/"
        );
        assert_eq!(base("http://x").unwrap(), "http://x/");
        assert!(base("ftp://x").is_err() && base("x").is_err());
    }
}
