//! Making a history, for tests and for the shop.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::pulls;
use super::serve::Double;
use super::state::{MergeMethod, account};
use crate::value::now;

impl Double {
    /// Commits files to a branch, which is made if it isn't there: from `main`, or without a past. `None` removes a file.
    pub async fn commit(
        &self,
        branch: &str,
        message: &str,
        files: &[(&str, Option<&[u8]>)],
    ) -> Result<String> {
        self.commit_at(branch, message, files, &now()).await
    }

    /// [`Self::commit`] at a time of one's own.
    pub async fn commit_at(
        &self,
        branch: &str,
        message: &str,
        files: &[(&str, Option<&[u8]>)],
        at: &str,
    ) -> Result<String> {
        self.hub.git.commit_files(branch, message, files, at).await
    }

    /// Names a commit.
    pub async fn tag(&self, name: &str, sha: &str) -> Result<()> {
        self.hub.git.run(&["tag", name, sha]).await.map(drop)
    }

    /// Names another commit by a name that is taken.
    pub async fn retag(&self, name: &str, sha: &str) -> Result<()> {
        self.hub.git.run(&["tag", "--force", name, sha]).await.map(drop)
    }

    /// Opens a pull request into `main`, as a person does.
    pub async fn pull(&self, title: &str, head: &str) -> Result<u64> {
        let sha =
            self.hub.git.resolve(&format!("refs/heads/{head}")).await.context("no such branch")?;
        let pull = pulls::add(
            &self.hub,
            title.to_owned(),
            String::new(),
            "main".to_owned(),
            head.to_owned(),
            sha,
        );
        Ok(pull.number)
    }

    /// Opens a pull request from a fork, with a description of one's own.
    pub async fn pull_from_fork(&self, title: &str, body: &str, head: &str) -> Result<u64> {
        let number = self.pull(title, head).await?;
        self.hub.with(|state| {
            if let Some(pull) = state.pull(number) {
                body.clone_into(&mut pull.body);
                pull.from_fork = true;
            }
        });
        Ok(number)
    }

    /// Merges a pull request, as a person does; the commit it became.
    pub async fn merge(&self, number: u64, method: MergeMethod) -> Result<String> {
        let pull =
            self.hub.with(|state| state.pull(number).cloned()).context("no such pull request")?;
        pulls::do_merge(&self.hub, &pull, method, None, &pull.title).await?.context("it conflicts")
    }

    /// Records a deployment with its status.
    pub fn deploy(&self, sha: &str, environment: &str, at: &str, status: &str) -> u64 {
        self.hub.with(|state| {
            let id = state.number();
            state.deployments.push(json!({
                "id": id, "node_id": "DE_1", "sha": sha, "ref": "main", "task": "deploy", "environment": environment,
                "creator": account("pipeline"), "created_at": at, "updated_at": at, "description": null, "payload": {},
            }));
            let said = json!({"id": id, "node_id": "DES_1", "state": status, "created_at": at, "updated_at": at, "environment": environment});
            state.deployment_statuses.entry(id).or_default().insert(0, said);
            id
        })
    }

    /// Publishes a release.
    pub fn release(&self, tag: &str, body: &str, at: &str) {
        self.hub.with(|state| {
            let id = state.number();
            state.releases.push(json!({
                "id": id, "node_id": "RE_1", "tag_name": tag, "target_commitish": "main", "name": tag, "body": body,
                "draft": false, "prerelease": false, "created_at": at, "published_at": at, "author": account("dev"), "assets": [],
            }));
        });
    }

    /// Reports a check of a commit.
    pub fn check(&self, sha: &str, name: &str, conclusion: Option<&str>) {
        self.hub.with(|state| {
            let id = state.number();
            let run = json!({
                "id": id, "node_id": "CR_1", "head_sha": sha, "name": name, "status": if conclusion.is_some() { "completed" } else { "in_progress" },
                "conclusion": conclusion, "completed_at": conclusion.map(|_| now()),
            });
            state.check_runs.entry(sha.to_owned()).or_default().push(run);
        });
    }

    /// Sets the rules of `main`, as rule sets give them.
    pub fn rules(&self, rules: Vec<Value>) {
        self.hub.with(|state| state.rules = rules);
    }

    /// Archives the repository.
    pub fn archive(&self) {
        self.hub.with(|state| state.archived = true);
    }

    /// How many pull requests there are, and how many of them are open.
    pub fn pulls(&self) -> (usize, usize) {
        self.hub
            .with(|state| (state.pulls.len(), state.pulls.iter().filter(|pull| pull.open).count()))
    }

    /// What `main` (or another version) holds at a path.
    pub async fn file(&self, version: &str, path: &str) -> Option<Vec<u8>> {
        self.hub.git.bytes(&["cat-file", "blob", &format!("{version}:{path}")]).await.ok()
    }

    /// The commit a name means.
    pub async fn resolve(&self, name: &str) -> Option<String> {
        self.hub.git.resolve(name).await
    }
}
