//! The platform as one binary: command line, configuration, wiring, HTTP.
//!
//! Everything that decides lives in other crates; this one reads the environment, puts the parts
//! together ([`wiring`] is the only place that names concrete adapters side by side) and answers
//! HTTP. It is a library so that tests can drive the whole router without a socket.
//!
//! To add a command: a file under `commands/` and a variant in [`cli`]. To add an endpoint: a
//! file under `http/api/` and its line in `http/api/mod.rs`; a test walks all of them.

pub mod cli;
pub mod commands;
pub mod config;
pub mod high_water;
pub mod http;
pub mod memory;
pub mod metrics;
pub mod session_store;
pub mod system;
pub mod toolcaller;
#[cfg(feature = "failpoints")]
pub mod trouble;
pub mod wiring;
