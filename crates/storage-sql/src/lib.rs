//! What the stores on SQL databases share: statements that every database understands, columns to
//! values, rows to what the traits speak of, the driver's errors to those of the traits.
//!
//! The tables have the same columns in each database. What is asked in the same words is asked
//! here, by functions over any [`store::SqlStore`]; what differs (locks, an index that must be
//! named, a function that one of them lacks) stays in the `storage-*` crate of the database.
//!
//! To add a query: a function in the file of its subject, with `$1` for values. To add a table: its
//! row in [`rows`], its line in [`transfer::TABLES`].

pub mod statement;
pub mod store;

pub mod access;
pub mod audit;
pub mod clusters;
pub mod connections;
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
