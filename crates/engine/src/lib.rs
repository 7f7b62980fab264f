//! The engine carries an incident from its first record to its last.
//!
//! [`decide()`] says what to do next as a pure function of the folded journal (invariant I4),
//! [`runner`] does that one thing through ports and appends what came of it, [`worker`] claims
//! incidents under a lease with a fencing token and runs them until they wait or end. Nothing
//! lives in memory between steps: a process may die anywhere and another carries on.
//!
//! The engine owns its ports ([`ports`], [`journal`]) and knows no adapter: no sqlx, kube,
//! reqwest, rmcp or model client.
//!
//! To add a step: a variant of [`decide::Step`], its condition in [`decide::decide`] with a row
//! in the table test, and its file under `runner/`.

pub mod decide;
pub mod replay;
pub mod runner;
pub mod worker;

pub mod desk;
pub mod journal;
pub mod ports;

pub mod audit_chain;
pub mod chain;
pub mod checkpoint;
pub mod proof;

pub mod clock;
mod clock_watch;
pub mod failpoint;
pub mod settings;

pub use decide::{Step, decide};
pub use desk::Desk;
pub use settings::Settings;
