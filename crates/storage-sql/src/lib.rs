//! What the stores on SQL databases share: columns to values, rows to what the traits speak of, the
//! driver's errors to those of the traits.
//!
//! The tables have the same columns in each database; how they are asked differs, and stays in
//! the `storage-*` crate of the database. To add a table: its row in [`rows`], its line in
//! [`transfer::TABLES`].

pub mod statement;
pub mod store;

pub mod access;
pub mod audit;
pub mod clusters;
pub mod extent;
pub mod incidents;
pub mod intake;
pub mod proof;

pub mod column;
pub mod error;
pub mod rows;
pub mod schema;
pub mod transfer;

mod median;

pub use median::median;
