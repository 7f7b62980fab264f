//! The parts of GitHub's answers that are read.

use evenkeel_tools::github::{Commit, Pull, PullState, WrittenPull};
use jiff::Timestamp;
use serde::Deserialize;

use super::words;

#[derive(Deserialize)]
pub(super) struct RepositoryAnswer {
    pub id: u64,
    pub default_branch: String,
    #[serde(default)]
    pub archived: bool,
    pub permissions: Option<Permissions>,
    pub allow_merge_commit: Option<bool>,
    pub allow_squash_merge: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Permissions {
    #[serde(default)]
    pub push: bool,
}

#[derive(Deserialize, Clone)]
pub(super) struct Account {
    pub login: String,
}

#[derive(Deserialize, Clone)]
pub(super) struct Sha {
    pub sha: String,
}

#[derive(Deserialize)]
pub(super) struct CommitAnswer {
    pub sha: String,
    pub commit: CommitDetail,
    #[serde(default)]
    pub author: Option<AccountMaybe>,
    #[serde(default)]
    pub parents: Vec<Sha>,
    #[serde(default)]
    pub files: Option<Vec<FileAnswer>>,
}

/// An account, or `{}` where a commit's address belongs to nobody.
#[derive(Deserialize)]
pub(super) struct AccountMaybe {
    #[serde(default)]
    pub login: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CommitDetail {
    pub message: String,
    #[serde(default)]
    pub author: Option<Signature>,
    #[serde(default)]
    pub committer: Option<Signature>,
}

#[derive(Deserialize)]
pub(super) struct Signature {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub date: Option<Timestamp>,
}

impl CommitAnswer {
    pub(super) fn view(&self) -> Commit {
        let name = self.commit.author.as_ref().and_then(|author| author.name.as_deref());
        let login = self.author.as_ref().and_then(|author| author.login.as_deref());
        Commit {
            sha: self.sha.clone(),
            title: words::title(&self.commit.message),
            body: words::body_of_message(&self.commit.message),
            author: login.or(name).map(words::word),
            committed_at: self.commit.committer.as_ref().and_then(|committer| committer.date),
            parents: self.parents.iter().map(|parent| parent.sha.clone()).collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct FileAnswer {
    pub filename: String,
    pub status: String,
    #[serde(default)]
    pub sha: Option<String>,
    #[serde(default)]
    pub previous_filename: Option<String>,
    #[serde(default)]
    pub additions: u32,
    #[serde(default)]
    pub deletions: u32,
    #[serde(default)]
    pub patch: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CompareAnswer {
    pub status: String,
    pub ahead_by: u32,
    pub behind_by: u32,
    pub total_commits: u32,
    #[serde(default)]
    pub commits: Vec<CommitAnswer>,
    #[serde(default)]
    pub files: Vec<FileAnswer>,
}

#[derive(Deserialize, Clone)]
pub(super) struct Side {
    #[serde(rename = "ref")]
    pub branch: String,
    pub sha: String,
    /// `None` when the fork it came from is gone.
    #[serde(default)]
    pub repo: Option<SideRepository>,
}

#[derive(Deserialize, Clone)]
pub(super) struct SideRepository {
    pub id: u64,
}

#[derive(Deserialize, Clone)]
pub(super) struct PullAnswer {
    pub number: u64,
    pub node_id: String,
    pub title: String,
    #[serde(default)]
    pub body: Option<String>,
    pub state: String,
    #[serde(default)]
    pub draft: Option<bool>,
    #[serde(default)]
    pub user: Option<Account>,
    pub base: Side,
    pub head: Side,
    #[serde(default)]
    pub merge_commit_sha: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(default)]
    pub merged_at: Option<Timestamp>,
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
    #[serde(default)]
    pub mergeable: Option<bool>,
    #[serde(default)]
    pub mergeable_state: Option<String>,
    pub html_url: String,
    /// Only where one pull request was asked for.
    #[serde(default)]
    pub commits: Option<u32>,
}

impl PullAnswer {
    pub(super) fn state(&self) -> PullState {
        match (self.merged_at, self.state.as_str()) {
            (Some(_), _) => PullState::Merged,
            (None, "open") => PullState::Open,
            _ => PullState::Closed,
        }
    }

    /// The commit it became. Before it is merged GitHub puts a trial merge there.
    pub(super) fn merge_commit(&self) -> Option<String> {
        self.merged_at.and(self.merge_commit_sha.clone())
    }

    /// Whether it comes from a branch of the same repository: only who may push there has made it.
    pub(super) fn is_inside(&self) -> bool {
        match (&self.base.repo, &self.head.repo) {
            (Some(base), Some(head)) => base.id == head.id,
            _ => false,
        }
    }

    pub(super) fn view(&self) -> Pull {
        Pull {
            number: self.number,
            title: words::title(&self.title),
            body: words::body(self.body.as_deref()),
            state: self.state(),
            draft: self.draft.unwrap_or(false),
            author: self.user.as_ref().map(|user| words::word(&user.login)),
            base: words::word(&self.base.branch),
            head: words::word(&self.head.branch),
            head_sha: self.head.sha.clone(),
            merge_commit: self.merge_commit(),
            created_at: self.created_at,
            merged_at: self.merged_at,
            closed_at: self.closed_at,
            mergeable: self.mergeable,
            mergeable_state: self.mergeable_state.as_deref().map(words::word),
            url: words::word(&self.html_url),
        }
    }

    pub(super) fn written(&self) -> WrittenPull {
        WrittenPull {
            number: self.number,
            state: self.state(),
            head: words::word(&self.head.branch),
            head_sha: self.head.sha.clone(),
            base: words::word(&self.base.branch),
            merge_commit: self.merge_commit(),
            url: words::word(&self.html_url),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct RefAnswer {
    pub object: Sha,
}

/// A reference in a list.
#[derive(Deserialize)]
pub(super) struct NamedRef {
    #[serde(rename = "ref")]
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct GitCommit {
    pub sha: String,
    pub message: String,
    pub tree: Sha,
    #[serde(default)]
    pub parents: Vec<Sha>,
}

#[derive(Deserialize)]
pub(super) struct TreeAnswer {
    #[serde(default)]
    pub tree: Vec<TreeItem>,
    #[serde(default)]
    pub truncated: bool,
}

#[derive(Deserialize)]
pub(super) struct TreeItem {
    pub path: String,
    pub mode: String,
    pub sha: String,
}

#[derive(Deserialize)]
pub(super) struct BlobAnswer {
    pub content: String,
    pub encoding: String,
    #[serde(default)]
    pub size: Option<u64>,
}
