//! Everything kept in one `PostgreSQL` database, so that several replicas can share it: journals,
//! jobs, alerts, incidents, people, clusters, audit.
//!
//! **Durability is the product.** A method that changes something returns after its transaction
//! has been committed, with `synchronous_commit` as the server has it (on, unless an operator has
//! changed it). Transactions are `READ COMMITTED` and take their locks in one order, so that
//! they never deadlock: a group's lock (intake), the incident's row, its job's row, and last the
//! organisation's row (audit chain). Each reads what it decides by in a statement after the lock
//! was had, because only a new statement sees what the one before in line has committed.
//!
//! The feed of grown journals reaches subscribers on every replica: see `feed`.
//!
//! Statements are plain literals given to `sqlx::query`, not the compile-time macros: there are
//! two databases behind one set of traits, and the contract suite in `evenkeel-storage` runs every
//! statement against a real database instead.
//!
//! What both databases are asked in the same words is in `evenkeel-storage-sql`; here is what
//! differs.
//!
//! To add a query: the method on its trait in `evenkeel-storage`, its SQL in the file of its
//! subject there or here, its case in the contract suite. To change a table: a new file in
//! `migrations/postgres`, of the same name as the one in `migrations/sqlite`.

mod open;
mod schema;
mod writer;

mod shared;

mod feed;
mod leadership;

mod journal;

mod intake;

mod incidents;

mod access;
mod audit;
mod clusters;
mod connections;
mod extent;
mod proof;
mod transfer;

#[cfg(feature = "testing")]
pub mod testing;

use evenkeel_storage_sql::{column, error, rows};
pub use open::PostgresStore;
pub use transfer::PostgresSide;
