//! Repository traits: what services may ask of a database, and nothing of how.
//!
//! "Not found" is `Ok(None)` and the caller decides what it means. Every method that changes
//! something is one transaction, durable when it returns. `contract` (behind the feature of that name) is
//! the suite every implementation must pass.
//!
//! To add a query: a method on the trait of its subject, its implementation in each `storage-*`
//! crate, its case in the contract suite.

pub mod access;
pub mod audit;
pub mod clusters;
pub mod connections;
pub mod extent;
pub mod incidents;
pub mod intake;
pub mod leadership;
pub mod proof;
pub mod schema;
pub mod verify;

#[cfg(feature = "contract")]
pub mod contract;

pub use access::AccessStore;
pub use audit::AuditStore;
pub use clusters::ClusterStore;
pub use connections::ConnectionStore;
pub use extent::{Extent, ExtentStore};
pub use incidents::IncidentStore;
pub use intake::IntakeStore;
pub use leadership::{Duty, Leadership};
pub use proof::ProofStore;
pub use schema::Schema;

/// The database failed, or holds nonsense.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot be reached, is full, locked or broken.
    #[error("the database failed while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row does not hold what its table promises.
    #[error("{table} row {row} holds nonsense in {column}")]
    Nonsense {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something of that name exists already.
    #[error("{what} exists already")]
    Taken {
        /// What.
        what: &'static str,
    },
    /// The incident's journal grew meanwhile: read again, decide again.
    #[error("the incident changed meanwhile")]
    Conflict,
    /// What was to be changed is not there.
    #[error("there is no such {what}")]
    Missing {
        /// What.
        what: &'static str,
    },
}

/// Everything a database offers.
pub trait Store:
    evenkeel_engine::journal::Journal
    + AccessStore
    + AuditStore
    + ClusterStore
    + ConnectionStore
    + ExtentStore
    + IncidentStore
    + IntakeStore
    + Leadership
    + ProofStore
{
}

impl<T> Store for T where
    T: evenkeel_engine::journal::Journal
        + AccessStore
        + AuditStore
        + ClusterStore
        + ConnectionStore
        + ExtentStore
        + IncidentStore
        + IntakeStore
        + Leadership
        + ProofStore
{
}
