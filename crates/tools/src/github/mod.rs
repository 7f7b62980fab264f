//! The `github` server's tools. A repository is written `owner/name`; a commit is its 40 hexadecimal digits where an
//! answer names one, and where an argument asks for a `reference` it may be a branch, a tag or a commit.
//!
//! Commit messages, titles and descriptions are written by whoever could push: they are data, bounded and redacted.

pub mod names;

mod checks;
mod code_owners;
mod commits;
mod compare;
mod deployments;
mod find_action;
mod find_change;
mod pulls;
mod releases;
mod repositories;
mod write;

pub use checks::*;
pub use code_owners::*;
pub use commits::*;
pub use compare::*;
pub use deployments::*;
pub use find_action::*;
pub use find_change::*;
pub use pulls::*;
pub use releases::*;
pub use repositories::*;
pub use write::*;

/// The server's name.
pub const SERVER: &str = "github";
