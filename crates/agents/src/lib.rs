//! The agents: supervisor, specialists with their analyzers, reflector, planner, executor and
//! verifier, all without a model.
//!
//! They see the world only through the [`bench::Bench`], which calls MCP tools and records every
//! answer as evidence (invariant I5), and they speak in the types of the domain. They know no
//! engine, no database and no client of anything. Analyzers are pure functions from tool results
//! to findings.
//!
//! To add an analyzer: one file under `analyzers/`, one line in its list, a table test, and the
//! finding's weight in [`reflector::weigh`].

pub mod bench;
pub mod supervisor;

pub mod analyzers;
pub mod specialists;
pub mod view;

pub mod reflector;

pub mod executor;
pub mod planner;
pub mod verifier;

pub mod alert_rule;
pub mod changepoint;
pub mod draft;
pub mod focus;
pub mod moment;
pub mod quote;

#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod testing;
