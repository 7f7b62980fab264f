//! The servers through their front door: an MCP client over an in-process stream.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod alertmanager;
mod github;
mod http_access;
mod kubernetes_access;
mod kubernetes_changes;
mod kubernetes_cluster;
mod kubernetes_custom;
mod kubernetes_faults;
mod kubernetes_hostile;
mod kubernetes_logs;
mod kubernetes_objects;
mod kubernetes_reads;
mod kubernetes_roles;
mod kubernetes_sets;
mod kubernetes_surroundings;
mod kubernetes_usage;
mod kubernetes_workloads;
mod kubernetes_writes;
mod loki_double;
mod loki_faults;
mod loki_logql;
mod loki_pages;
mod memory;
mod prometheus_dialects;
mod prometheus_faults;
mod prometheus_native;
mod prometheus_process;
mod prometheus_real;
mod protocol;
mod runbooks;
mod runbooks_git;
mod runbooks_notion;
mod runbooks_notion_live;
mod schemas;
mod support;
