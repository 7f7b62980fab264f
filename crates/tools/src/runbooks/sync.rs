//! `sync_state`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::{ToolFailure, tool};

/// Arguments of `sync_state`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncStateArgs {}
tool!(super::SERVER, names::SYNC_STATE, Read, SyncStateArgs => SyncState);

/// Result of `sync_state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncState {
    /// Each source.
    pub sources: Vec<SourceState>,
    /// Runbooks of all of them.
    pub runbooks: u32,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SourceKind {
    /// In the binary.
    Shipped,
    /// A folder of markdown, such as a checked-out repository.
    Folder,
    /// A Git repository that is fetched.
    Git,
    /// Notion.
    Notion,
}

/// How a source is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceState {
    /// Its name: `shipped`, a folder's or repository's, `notion`.
    pub name: String,
    /// What it is.
    pub kind: SourceKind,
    /// Runbooks of it that are held.
    pub runbooks: u32,
    /// The commit that was read, for a Git repository.
    pub revision: Option<String>,
    /// When it was last read to its end; `None` when it never was.
    pub synced_at: Option<Timestamp>,
    /// Whether everything it has is held.
    pub complete: bool,
    /// Why the last attempt failed.
    pub failure: Option<ToolFailure>,
}
