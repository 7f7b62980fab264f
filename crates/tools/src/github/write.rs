//! The writes: their common guard, their arguments, their one result.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PullState, names};
use crate::tool;

/// What every write is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteGuard<'a> {
    /// `owner/name`.
    pub repository: &'a str,
    /// Refuse when the repository has another number.
    pub expected_repository_id: Option<u64>,
    /// Id of the action, stamped on what is written.
    pub action_id: &'a str,
    /// Say what would happen, change nothing.
    pub dry_run: bool,
}

/// Arguments of a write.
pub trait WriteArguments: crate::ToolArguments<Output = PullWritten> {
    /// The common part.
    fn guard(&self) -> WriteGuard<'_>;
}

/// Declares the arguments of a write with the common fields, which can't be a flattened struct: serde doesn't refuse
/// unknown fields beside a flattened one, and a misspelt `dryRun` must be refused.
macro_rules! write_arguments {
    ($(#[$doc:meta])* $args:ident, $name:expr, { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $args {
            /// `owner/name`.
            pub repository: String,
            /// Refuse when the repository has another number: it was made anew under the same name.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub expected_repository_id: Option<u64>,
            $($(#[$field_doc])* pub $field: $type,)*
            /// Id of the action: 1 to 63 letters, digits, `-` or `_`. Stamped in the same request; a second call
            /// with the same id changes nothing.
            pub action_id: String,
            /// `true` says what would change and changes nothing.
            pub dry_run: bool,
        }
        tool!(super::SERVER, $name, Write, $args => PullWritten);
        impl WriteArguments for $args {
            fn guard(&self) -> WriteGuard<'_> {
                WriteGuard {
                    repository: &self.repository,
                    expected_repository_id: self.expected_repository_id,
                    action_id: &self.action_id,
                    dry_run: self.dry_run,
                }
            }
        }
    };
}

write_arguments! {
    /// Arguments of `revert_pr`.
    RevertPrArgs, names::REVERT_PR, {
        /// The commit to take back, 40 digits. Of a merge, what it brought its first parent.
        commit: String,
        /// The pull request that brought it, where it came by one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pull: Option<u64>,
        /// The branch to take it back on; the default branch when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<String>,
        /// Why, for the description; at most 2,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
}
write_arguments! {
    /// Arguments of `merge_pr`: a pull request by its number and newest commit, or the revert that another action opened,
    /// which is merged only while it is exactly the revert of `revertOf`.
    MergePrArgs, names::MERGE_PR, {
        /// Its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u64>,
        /// Its newest commit; needed with `number`. Another one refuses the merge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_head: Option<String>,
        /// Id of the action that opened it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened_by: Option<String>,
        /// The commit it takes back; needed with `openedBy`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revert_of: Option<String>,
        /// How; `merge` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<MergeMethod>,
    }
}
write_arguments! {
    /// Arguments of `comment_pr`.
    CommentPrArgs, names::COMMENT_PR, {
        /// Number of the pull request.
        number: u64,
        /// What to say, at most 4,000 characters.
        text: String,
    }
}
write_arguments! {
    /// Arguments of `close_pr`: by its number, or by the action that opened it. A merged one can't be closed any more.
    ClosePrArgs, names::CLOSE_PR, {
        /// Its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u64>,
        /// Id of the action that opened it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened_by: Option<String>,
    }
}

/// How a pull request is merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MergeMethod {
    /// By a merge commit.
    #[default]
    Merge,
    /// As one commit.
    Squash,
    /// Its commits one by one.
    Rebase,
}

impl MergeMethod {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Rebase => "rebase",
        }
    }
}

/// Result of every write.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of one outcome, each asked for by name"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PullWritten {
    /// Whether it is done: now, or by an earlier call with the same id. Always `false` for a dry run that found nothing
    /// done before.
    pub applied: bool,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// Whether an earlier call with the same action id had done it, so that this one wrote nothing.
    pub already_applied: bool,
    /// `owner/name`.
    pub repository: String,
    /// GitHub's number of the repository.
    pub repository_id: u64,
    /// The pull request; `None` where a dry run would open one, or it is not opened yet.
    pub pull: Option<WrittenPull>,
    /// What changes on the branch, as unified diff; secrets redacted. Empty for comments and closing.
    pub diff: String,
    /// Whether the diff was cut.
    pub diff_truncated: bool,
    /// Files that change.
    pub paths: Vec<String>,
    /// Rules of the branch that keep a pull request from being merged at once (`2 approving reviews`), in words.
    pub merge_needs: Vec<String>,
    /// Whether what GitHub made is exactly what was reckoned here. `None` where there is nothing to compare.
    pub as_reckoned: Option<bool>,
}

/// The pull request a write was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WrittenPull {
    /// Its number.
    pub number: u64,
    /// How it stands now.
    pub state: PullState,
    /// The branch it comes from.
    pub head: String,
    /// The newest commit of that branch.
    pub head_sha: String,
    /// The branch it goes to.
    pub base: String,
    /// The commit it became, once merged.
    pub merge_commit: Option<String>,
    /// Its page.
    pub url: String,
}
