//! Which repositories, at which GitHub, as whom.

use evenkeel_tools::failure::{ToolFailure, codes};
use reqwest::Url;
use secrecy::SecretString;

use super::names::Repository;
use crate::failure::failure;

/// GitHub.com's API.
const GITHUB_COM: &str = "https://api.github.com";

/// Configuration of the server. Has no `Debug`: it holds credentials.
#[derive(Clone)]
pub struct GithubConfig {
    /// Base address of the API: `https://api.github.com`, or of an Enterprise Server `https://HOST/api/v3`.
    pub api_url: String,
    /// As whom.
    pub auth: GithubAuth,
    /// What may be touched, `owner/name` each.
    pub repositories: Vec<String>,
    /// Certificates to trust beside the system's (PEM), as of an Enterprise Server.
    pub ca_pem: Option<String>,
}

/// As whom to ask.
#[derive(Clone)]
pub enum GithubAuth {
    /// With a token, fine-grained or classic.
    Token(SecretString),
    /// As an App's installation.
    App {
        /// The App's id or client id.
        app_id: String,
        /// Its private key, PEM.
        private_key: SecretString,
        /// The installation's number.
        installation_id: u64,
    },
}

impl GithubConfig {
    /// From `GITHUB_TOKEN`, or `GITHUB_APP_ID`, `GITHUB_APP_PRIVATE_KEY` and `GITHUB_INSTALLATION_ID`; `GITHUB_API_URL`
    /// (GitHub.com when absent); `GITHUB_REPOSITORIES` (`owner/name`, commas between); `GITHUB_CA`.
    pub fn from_env() -> Result<Self, ToolFailure> {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let auth = match (var("GITHUB_TOKEN"), var("GITHUB_APP_ID")) {
            (Some(token), _) => GithubAuth::Token(token.trim().to_owned().into()),
            (None, Some(app_id)) => {
                let needed = |name: &str| {
                    var(name).ok_or_else(|| {
                        config_failure(format!("{name} isn't set beside GITHUB_APP_ID"))
                    })
                };
                GithubAuth::App {
                    app_id: app_id.trim().to_owned(),
                    private_key: needed("GITHUB_APP_PRIVATE_KEY")?.into(),
                    installation_id: needed("GITHUB_INSTALLATION_ID")?.trim().parse().map_err(
                        |_| config_failure("GITHUB_INSTALLATION_ID isn't a number".to_owned()),
                    )?,
                }
            }
            (None, None) => {
                return Err(config_failure(
                    "neither GITHUB_TOKEN nor GITHUB_APP_ID is set".to_owned(),
                ));
            }
        };
        let repositories = var("GITHUB_REPOSITORIES").unwrap_or_default();
        Ok(Self {
            api_url: var("GITHUB_API_URL").unwrap_or_else(|| GITHUB_COM.to_owned()),
            auth,
            repositories: repositories
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
            ca_pem: var("GITHUB_CA"),
        })
    }

    /// The addresses of the REST and the GraphQL API, checked.
    pub(super) fn addresses(&self) -> Result<(Url, Url), ToolFailure> {
        let unusable = |why: String| config_failure(format!("GITHUB_API_URL can't be used: {why}"));
        let mut rest = Url::parse(self.api_url.trim()).map_err(|e| unusable(e.to_string()))?;
        if !crate::guard::keeps_secrets(&rest) {
            return Err(unusable(format!("credentials don't go over {}", rest.scheme())));
        }
        rest.set_query(None);
        rest.set_fragment(None);
        let path = rest.path().trim_end_matches('/').to_owned();
        let mut graphql = rest.clone();
        // An Enterprise Server has REST at /api/v3 and GraphQL at /api/graphql.
        graphql.set_path(&match path.strip_suffix("/v3") {
            Some(api) => format!("{api}/graphql"),
            None => format!("{path}/graphql"),
        });
        rest.set_path(&format!("{path}/"));
        Ok((rest, graphql))
    }

    /// The repositories, checked.
    pub(super) fn allowed(&self) -> Result<Vec<Repository>, ToolFailure> {
        let allowed: Vec<_> = self
            .repositories
            .iter()
            .map(|name| {
                Repository::parse(name).ok_or_else(|| {
                    config_failure(format!("{name:?} in GITHUB_REPOSITORIES isn't owner/name"))
                })
            })
            .collect::<Result<_, _>>()?;
        if allowed.is_empty() {
            return Err(config_failure("GITHUB_REPOSITORIES names no repository".to_owned()));
        }
        Ok(allowed)
    }
}

/// A configuration that can't work.
pub(super) fn config_failure(message: String) -> ToolFailure {
    failure(
        codes::GITHUB_CONFIG,
        message,
        "Correct the GitHub connection: token or App, address, repositories (docs/github.md).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> GithubConfig {
        GithubConfig {
            api_url: url.into(),
            auth: GithubAuth::Token("x".to_owned().into()),
            repositories: vec!["acme/shop".into()],
            ca_pem: None,
        }
    }

    #[test]
    fn rest_and_graphql_stand_where_each_kind_of_github_has_them() {
        for (given, rest, graphql) in [
            ("https://api.github.com", "https://api.github.com/", "https://api.github.com/graphql"),
            (
                "https://git.example.org/api/v3/",
                "https://git.example.org/api/v3/",
                "https://git.example.org/api/graphql",
            ),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/", "http://127.0.0.1:4000/graphql"),
        ] {
            let (a, b) = config(given).addresses().unwrap();
            assert_eq!((a.as_str(), b.as_str()), (rest, graphql));
        }
        for bad in ["http://git.example.org", "ftp://x", "nonsense"] {
            assert_eq!(config(bad).addresses().unwrap_err().code, codes::GITHUB_CONFIG, "{bad}");
        }
    }

    #[test]
    fn a_list_without_repositories_allows_none() {
        let empty = GithubConfig { repositories: Vec::new(), ..config("https://api.github.com") };
        assert_eq!(empty.allowed().unwrap_err().code, codes::GITHUB_CONFIG);
        let bad = GithubConfig {
            repositories: vec!["acme/*".into()],
            ..config("https://api.github.com")
        };
        assert_eq!(bad.allowed().unwrap_err().code, codes::GITHUB_CONFIG);
    }
}
