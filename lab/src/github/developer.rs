//! The shop's developers: they push to the repository, and open and merge pull requests by GitHub's API.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::git::Git;
use super::shop::{HEALTHY, Made};
use crate::info::GithubInfo;
use crate::value::int;

/// Somebody with the repository's token.
pub struct Developer {
    git: Git,
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Developer {
    /// Of the range's repository.
    pub fn new(info: &GithubInfo) -> Result<Self> {
        let token =
            std::fs::read_to_string(&info.token_file).context("reading the repository's token")?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .user_agent("practice-range")
            .timeout(Duration::from_secs(15))
            .build()
            .context("building the HTTP client")?;
        Ok(Self {
            git: Git::at(info.folder.clone()),
            http,
            base: format!("{}/repos/{}", info.url, info.repository),
            token: token.trim().to_owned(),
        })
    }

    /// Whether a release is tagged.
    pub async fn has(&self, name: &str) -> bool {
        self.git.resolve(&format!("refs/tags/{name}")).await.is_some()
    }

    /// Brings a release to `main` and tags it, unless it is there.
    pub async fn release(&self, name: &str) -> Result<()> {
        if self.has(name).await {
            return Ok(());
        }
        let release = Made::of(name)?;
        let sha = if release.by_pull {
            let branch = release.branch();
            release.commit(&self.git, &branch).await?;
            let opened = json!({"title": release.title, "head": branch, "base": "main"});
            let pull = self.ask(Method::POST, "/pulls", &opened).await?;
            let path = format!("/pulls/{}/merge", int(&pull, &["number"]));
            let merged = self.ask(Method::PUT, &path, &json!({"merge_method": "squash"})).await?;
            merged["sha"].as_str().context("a merge without a commit")?.to_owned()
        } else {
            release.commit(&self.git, "main").await?
        };
        self.git.run(&["tag", name, &sha]).await.map(drop)
    }

    /// Puts the repository back to the healthy releases: pull requests closed, branches and tags since removed.
    pub async fn go_back(&self) -> Result<()> {
        let open = self.ask(Method::GET, "/pulls?state=open&per_page=100", &Value::Null).await?;
        for pull in open.as_array().into_iter().flatten() {
            let path = format!("/pulls/{}", int(pull, &["number"]));
            self.ask(Method::PATCH, &path, &json!({"state": "closed"})).await?;
        }
        let healthy = format!("refs/tags/{HEALTHY}");
        self.git.run(&["update-ref", "refs/heads/main", &healthy]).await?;
        let since = ["for-each-ref", "--format=%(refname)", "--no-merged", &healthy];
        let since = self.git.run(&since).await?;
        let branches = self.git.run(&["for-each-ref", "--format=%(refname)", "refs/heads"]).await?;
        for name in since.lines().chain(branches.lines().filter(|name| *name != "refs/heads/main"))
        {
            self.git.run(&["update-ref", "-d", name]).await?;
        }
        Ok(())
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .header("accept", "application/vnd.github+json");
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await.context("asking the shop's repository")?;
        let status = answer.status();
        let text = answer.text().await.context("reading the answer of the shop's repository")?;
        ensure!(status.is_success(), "the shop's repository refused {path}: {status} {text}");
        serde_json::from_str(&text).context("reading the answer of the shop's repository")
    }
}
