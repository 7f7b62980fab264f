//! Tools of the `runbooks` server.

pub mod guide;
pub mod list;
pub mod names;
pub mod notion;
pub mod playbook;
pub mod read;
pub mod search;
pub mod sync;

/// The server's name, as in `evenkeel mcp runbooks`.
pub const SERVER: &str = "runbooks";
/// Another name for it, from what it most often stands in front of: `evenkeel mcp notion`.
pub const ALIAS: &str = "notion";

pub use guide::{
    CommonResolutionsArgs, EscalationProceduresArgs, Passage, Passages, TroubleshootingGuideArgs,
};
pub use list::{ListRunbooksArgs, RunbookEntry, RunbookList};
pub use notion::{
    NotionFilter, NotionFound, NotionItem, NotionKind, NotionPage, NotionPageArgs, NotionProperty,
    NotionQueryArgs, NotionRow, NotionRows, NotionSearchArgs, NotionValue,
};
pub use playbook::{IncidentPlaybookArgs, Playbook, PlaybookSection};
pub use read::{GetRunbookArgs, Runbook};
pub use search::{RunbookHit, RunbookHits, SearchRunbooksArgs};
pub use sync::{SourceKind, SourceState, SyncState, SyncStateArgs};
