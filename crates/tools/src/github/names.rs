//! The tools' names on the wire.

/// The repositories the server may touch.
pub const LIST_REPOSITORIES: &str = "list_repositories";
/// Commits around a time.
pub const LIST_COMMITS: &str = "list_commits";
/// Pull requests around a time.
pub const LIST_PULLS: &str = "list_pulls";
/// One pull request.
pub const GET_PULL: &str = "get_pull";
/// What a deployed version was made from.
pub const FIND_CHANGE: &str = "find_change";
/// What lies between two versions.
pub const COMPARE: &str = "compare";
/// What a commit or a pull request changed.
pub const GET_DIFF: &str = "get_diff";
/// Deployments with their last status.
pub const LIST_DEPLOYMENTS: &str = "list_deployments";
/// Check runs and commit statuses of a commit.
pub const LIST_CHECKS: &str = "list_checks";
/// Releases.
pub const LIST_RELEASES: &str = "list_releases";
/// Who owns paths.
pub const CODE_OWNERS: &str = "code_owners";
/// Whether an action has already happened.
pub const FIND_ACTION: &str = "find_action";
/// Open a pull request that takes one change back.
pub const REVERT_PR: &str = "revert_pr";
/// Merge a pull request.
pub const MERGE_PR: &str = "merge_pr";
/// Comment on a pull request.
pub const COMMENT_PR: &str = "comment_pr";
/// Close a pull request.
pub const CLOSE_PR: &str = "close_pr";

/// Tools that only read.
pub const READS: &[&str] = &[
    LIST_REPOSITORIES,
    LIST_COMMITS,
    LIST_PULLS,
    GET_PULL,
    FIND_CHANGE,
    COMPARE,
    GET_DIFF,
    LIST_DEPLOYMENTS,
    LIST_CHECKS,
    LIST_RELEASES,
    CODE_OWNERS,
    FIND_ACTION,
];

/// Tools that change a repository unless called with `dryRun`.
pub const WRITES: &[&str] = &[REVERT_PR, MERGE_PR, COMMENT_PR, CLOSE_PR];
