//! Evenkeel's vocabulary as types: alerts, findings, hypotheses, plans, decisions, approvals,
//! outcomes, and the journal event that each of them arrives in.
//!
//! Pure data and pure functions: no I/O, no clock, no randomness, no tokio, sqlx, axum, reqwest
//! or kube, and it compiles for `wasm32-unknown-unknown`, so the browser folds the very same
//! journal into the very same [`IncidentState`] as the server.
//!
//! To add an event: extend [`journal::Event`], teach [`stage::Stage::next`] when it is legal and
//! [`incident::IncidentState::apply`] what it changes; the compiler shows every other place.

pub mod alert;
pub mod alertmanager;
pub mod incident;
pub mod incident_view;
pub mod journal;
pub mod stage;
pub mod summary;

pub mod evidence;
pub mod finding;
pub mod hypothesis;

pub mod action;
pub mod approval;
pub mod plan;
pub mod policy;
pub mod predicate;
pub mod risk;
pub mod verification;
pub mod write;

pub mod access;
pub mod audit;
pub mod cluster;
pub mod connection;
pub mod id;
pub mod integrations;
pub mod object;
pub mod owner;
pub mod proof;
pub mod severity;
pub mod text;
pub mod view;

pub use incident::IncidentState;
pub use jiff::Timestamp;
pub use journal::{Entry, Event};
