//! The practice range: a small shop on this one machine whose faults are real.
//!
//! It brings a Kubernetes-compatible API whose pods are local processes, a real Prometheus and
//! Alertmanager, a load generator, and a command that breaks the shop the way people break
//! shops. It must not know any other part of Evenkeel: to Evenkeel it is one more cluster.
//!
//! To add a fault, add a variant in `cli/fault.rs`; to add a release of the shop, publish it in
//! `node/image.rs` and say what it does differently in `shop/release.rs`.

pub mod notion;

mod cli;
mod client;
mod controller;
mod files;
pub mod github;
mod info;
mod kubeapi;
mod loadgen;
pub mod loki;
mod metrics;
mod net;
mod node;
mod observability;
mod quantity;
mod range;
mod seed;
mod shop;
mod value;

pub use cli::{LabCommand, run};
pub use info::{LabInfo, State};
pub use kubeapi::audit::Access;
pub use node::Runner;
pub use range::{Range, RangeOptions};
