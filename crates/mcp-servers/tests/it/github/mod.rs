//! The github server against the double, which is a real repository behind GitHub's own API description.

mod against_git;
mod faults;
mod pages;
mod reads;
mod repository;
mod schemas;
mod shop;
mod writes;

use std::fmt::Write as _;

use evenkeel_lab::github::{Credentials, Double};
use evenkeel_mcp_servers::Limits;
use evenkeel_mcp_servers::github::{self, Github, GithubAuth, GithubConfig};
use tempfile::TempDir;

use crate::support::TestClient;

pub const REPOSITORY: &str = "acme/shop";
const TOKEN: &str = "github_pat_of_the_double";

/// A double and a client of the server that speaks to it.
pub struct Hub {
    pub double: Double,
    pub client: TestClient,
    _dir: TempDir,
}

impl Hub {
    pub async fn new() -> Self {
        Self::with(Credentials::Token(TOKEN.to_owned()), GithubAuth::Token(TOKEN.to_owned().into()))
            .await
    }

    pub async fn with(credentials: Credentials, auth: GithubAuth) -> Self {
        evenkeel_mcp_servers::install_tls_provider();
        let dir = TempDir::new().unwrap();
        let double =
            Double::start(dir.path().join("shop.git"), REPOSITORY, credentials).await.unwrap();
        let client = client(&double, auth, Limits::default()).await;
        Self { double, client, _dir: dir }
    }

    /// Every request, and every answer of the double, was as GitHub describes it.
    pub fn check(&self) {
        assert_eq!(self.double.violations(), Vec::<String>::new());
    }

    pub fn count(&self, what: &str) -> usize {
        self.double.requests().iter().filter(|request| request.contains(what)).count()
    }
}

pub async fn client(double: &Double, auth: GithubAuth, limits: Limits) -> TestClient {
    let config = GithubConfig {
        api_url: double.url().to_owned(),
        auth,
        repositories: vec![REPOSITORY.to_owned()],
        ca_pem: None,
    };
    TestClient::of(github::server(Github::new(&config, limits), limits)).await
}

pub fn token() -> GithubAuth {
    GithubAuth::Token(TOKEN.to_owned().into())
}

/// Ten lines, the n-th of them another one where `changed` says so.
pub fn lines(changed: &[(usize, &str)]) -> Vec<u8> {
    let mut text = String::new();
    for n in 1..=10 {
        match changed.iter().find(|(at, _)| *at == n) {
            Some((_, line)) => text.push_str(line),
            None => write!(text, "line {n}").unwrap(),
        }
        text.push('\n');
    }
    text.into_bytes()
}
