//! The reading tools, one file each.

pub(super) mod find_action;
pub(super) mod find_named;
pub(super) mod get_deployment;
pub(super) mod get_pod;
pub(super) mod job_status;
pub(super) mod list_config_names;
pub(super) mod list_deployments;
pub(super) mod list_events;
pub(super) mod list_hpas;
pub(super) mod list_nodes;
pub(super) mod list_pods;
pub(super) mod list_pvcs;
pub(super) mod list_quotas;
pub(super) mod list_services;
pub(super) mod pod_logs;
pub(super) mod rollout_history;
pub(super) mod rollout_status;

mod owners;
mod rollout_sets;
