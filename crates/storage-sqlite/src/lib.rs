//! Everything kept in one SQLite file: journals, jobs, alerts, incidents, people, clusters, audit.
//!
//! **Durability is the product.** WAL with `synchronous=FULL`: a method that changes something
//! returns after `COMMIT` has been synced to the disk, and never before. One writing connection
//! takes all writes in line, each in a transaction that begins `IMMEDIATE`ly; a small pool of
//! `query_only` connections reads beside it. The write path is one place, `writer`, so that
//! several callers' writes can one day share a commit.
//!
//! Statements are plain literals given to `sqlx::query`, not the compile-time macros: there are
//! two databases behind one set of traits, the macros check against one at build time, and the
//! contract suite in `evenkeel-storage` runs every statement against a real database instead.
//!
//! The feed of grown journals reaches subscribers of this process only; another process on the
//! same file learns of them by asking what is due.
//!
//! What both databases are asked in the same words is in `evenkeel-storage-sql`; here is what
//! differs.
//!
//! To add a query: the method on its trait in `evenkeel-storage`, its SQL in the file of its
//! subject there or here, its case in the contract suite. To change a table: a new file in
//! `migrations/sqlite`, see the README there.

mod open;
mod place;
mod writer;

mod shared;

mod journal;

mod intake;

mod incidents;

mod access;
mod audit;
mod clusters;
mod connections;
mod extent;
mod leadership;
mod proof;
mod schema;
mod transfer;

#[cfg(test)]
mod pragmas;

use evenkeel_storage_sql::{column, error, rows};
pub use open::SqliteStore;
pub use transfer::SqliteSide;
