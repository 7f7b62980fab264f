//! What isn't in the repository: pull requests, comments, rules and the rest.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// How a pull request is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMethod {
    /// By a merge commit.
    Merge,
    /// As one commit.
    Squash,
    /// Its commits one by one.
    Rebase,
}

/// A pull request.
#[derive(Debug, Clone)]
pub struct Pull {
    pub number: u64,
    pub title: String,
    pub body: String,
    pub open: bool,
    pub base: String,
    pub head: String,
    /// The newest commit when it was merged or closed; while it is open the branch tells.
    pub head_sha: String,
    pub created_at: String,
    pub updated_at: String,
    pub closed_at: Option<String>,
    pub merged_at: Option<String>,
    pub merge_commit: Option<String>,
    /// Commits on the base branch that it became.
    pub became: Vec<String>,
    /// The commit of the base branch it was merged onto.
    pub onto: Option<String>,
    /// Whether its head is a branch of another repository.
    pub from_fork: bool,
}

/// Everything kept in memory.
#[derive(Debug, Default)]
pub struct State {
    pub pulls: Vec<Pull>,
    pub comments: BTreeMap<u64, Vec<Value>>,
    pub deployments: Vec<Value>,
    pub deployment_statuses: BTreeMap<u64, Vec<Value>>,
    pub releases: Vec<Value>,
    pub check_runs: BTreeMap<String, Vec<Value>>,
    pub rules: Vec<Value>,
    pub protected: bool,
    pub archived: bool,
    pub allow_merge_commit: bool,
    /// Numbers of pull requests and comments.
    pub next: u64,
}

impl State {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A pull request by its number.
    pub fn pull(&mut self, number: u64) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.number == number)
    }
}

/// An account.
pub fn account(login: &str) -> Value {
    json!({"login": login, "id": 1, "node_id": "U_1", "type": "User"})
}
