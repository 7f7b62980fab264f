//! The kill harness: runs the platform against the practice range's API server and a scripted
//! alert source, kills it with SIGKILL again and again, and holds it to its invariants after each
//! restart.
//!
//! What is counted is counted by others than the one who is tested: acknowledged alerts by the
//! source that sent them ([`alerts`]), writes by the API server's audit log ([`audit`]), records
//! by a reader who remembers every journal it has seen ([`ledger`]). [`run`] puts a world
//! together and drives it; [`schedule`] says where to kill; [`report`] prints the table.
//!
//! It must not know storage, services or policy: it speaks HTTP, as Alertmanager and people do.
//! To add a fail point see `evenkeel_engine::failpoint`; it is visited without a change here.

pub mod run;
pub mod schedule;
pub mod world;

pub mod alerts;
pub mod audit;
pub mod bases;
pub mod ledger;
pub mod people;
pub mod verdict;
pub mod workload;

pub mod api;
pub mod database;
pub mod kube;
pub mod postgres;
pub mod prometheus;
pub mod proxy;
pub mod server;
pub mod stream;
pub mod wire;

pub mod report;
