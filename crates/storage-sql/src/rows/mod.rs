//! A type for each row that is read, and what it becomes.

mod audit;
mod cluster;
mod entry;
mod intake;
mod organisation;
mod proof;
mod session;
mod summary;
mod token;
mod user;

pub use audit::{AuditRow, EntryRow};
pub use cluster::ClusterColumns;
pub use entry::JournalRow;
pub use intake::{AlertCheckRow, HeardAlertRow, QueuedRow, TruncatedRow, UnreadableRow};
pub use organisation::OrganisationRow;
pub use proof::{CheckpointRow, HeadRow, RawAuditRow, RawJournalRow, UnanchoredRow};
pub use session::SessionColumns;
pub use summary::SummaryRow;
pub use token::TokenRow;
pub use user::UserRow;
