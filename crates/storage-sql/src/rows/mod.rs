//! A type for each row that is read, and what it becomes.

mod audit;
mod cluster;
mod connection;
mod entry;
mod intake;
mod organisation;
mod proof;
mod session;
mod summary;
mod token;
mod user;

pub use audit::AuditRow;
pub use entry::JournalRow;
pub use intake::{HeardAlertRow, UnreadableRow};
pub use summary::SummaryRow;

pub(crate) use audit::EntryRow;
pub(crate) use cluster::ClusterColumns;
pub(crate) use connection::{ConnectionColumns, HealthColumns, SealedColumns, ToolColumns};
pub(crate) use intake::{AlertCheckRow, QueuedRow, TruncatedRow};
pub(crate) use organisation::OrganisationRow;
pub(crate) use proof::{CheckpointRow, HeadRow, RawAuditRow, RawJournalRow, UnanchoredRow};
pub(crate) use session::SessionColumns;
pub(crate) use token::TokenRow;
pub(crate) use user::UserRow;
