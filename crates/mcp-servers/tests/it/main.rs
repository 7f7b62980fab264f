//! The servers through their front door: an MCP client over an in-process stream.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod alertmanager;
mod github;
mod kubernetes_cluster;
mod kubernetes_faults;
mod kubernetes_reads;
mod kubernetes_writes;
mod prometheus_faults;
mod prometheus_real;
mod schemas;
mod support;
