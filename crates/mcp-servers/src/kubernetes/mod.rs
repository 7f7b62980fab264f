//! The `kubernetes` server: bounded views of one cluster, and the few writes Evenkeel may do.
//!
//! Reads answer with what explains health, never with raw objects, never with anything of a Secret but its name, and
//! with other values only where neither their name nor their look says that they are secret. What the reads need to be
//! allowed stands in `deploy/kubernetes/read-only.yaml`, and a test holds it to what they ask for.
//! Writes are in `write`: read, check, one guarded request. What they may be granted is in `deploy/kubernetes/write`.

pub mod client;
pub mod kubeconfig;
pub mod redact;

mod errors;
mod history;
mod kind;
mod names;
mod read;
mod view;
mod write;

pub use client::Kube;

use crate::{Limits, ToolServer};

const INSTRUCTIONS: &str = "Reads a Kubernetes cluster and does a few guarded writes. Writes need an actionId, which \
    is stamped on the object; use dryRun to see the change, and expectedUid and expectedGeneration to be refused when \
    the object isn't the one you looked at.";

/// The server over that cluster.
pub fn server(kube: Kube, limits: Limits) -> ToolServer<Kube> {
    ToolServer::new(evenkeel_tools::kubernetes::SERVER, INSTRUCTIONS, kube, limits)
        .with::<read::list_pods::ListPods>()
        .with::<read::get_pod::GetPod>()
        .with::<read::list_deployments::ListDeployments>()
        .with::<read::get_deployment::GetDeployment>()
        .with::<read::list_nodes::ListNodes>()
        .with::<read::list_events::ListEvents>()
        .with::<read::pod_logs::PodLogsTool>()
        .with::<read::rollout_status::RolloutStatusTool>()
        .with::<read::list_services::ListServices>()
        .with::<read::list_hpas::ListHpas>()
        .with::<read::list_pvcs::ListPvcs>()
        .with::<read::list_quotas::ListQuotas>()
        .with::<read::list_config_names::ListConfigNames>()
        .with::<read::find_action::FindAction>()
        .with::<read::find_named::FindNamed>()
        .with::<read::list_workloads::ListWorkloads>()
        .with::<read::get_workload::GetWorkload>()
        .with::<read::list_namespaces::ListNamespaces>()
        .with::<read::list_ingresses::ListIngresses>()
        .with::<read::list_network_policies::ListNetworkPolicies>()
        .with::<read::list_pdbs::ListPdbs>()
        .with::<read::list_limit_ranges::ListLimitRanges>()
        .with::<read::list_storage_classes::ListStorageClasses>()
        .with::<read::list_service_accounts::ListServiceAccounts>()
        .with::<read::get_config_map::GetConfigMap>()
        .with::<read::can_i::CanI>()
        .with::<read::list_permissions::ListPermissions>()
        .with::<read::list_custom_kinds::ListCustomKinds>()
        .with::<read::list_custom_objects::ListCustomObjects>()
        .with::<read::node_usage::NodeUsageTool>()
        .with::<read::pod_usage::PodUsageTool>()
        .with::<read::workload_logs::WorkloadLogsTool>()
        .with::<read::log_patterns::LogPatternsTool>()
        .with::<read::list_changes::ListChanges>()
        .with::<read::rollout_history::RolloutHistoryTool>()
        .with::<read::job_status::JobStatusTool>()
        .with::<write::rollout_undo::RolloutUndo>()
        .with::<write::rollout_restart::RolloutRestart>()
        .with::<write::scale::Scale>()
        .with::<write::set_image::SetImage>()
        .with::<write::set_resources::SetResources>()
        .with::<write::delete_pod::DeletePod>()
        .with::<write::cordon::Cordon>()
        .with::<write::cordon::Uncordon>()
        .with::<write::set_hpa_bounds::SetHpaBounds>()
        .with::<write::set_config_key::SetConfigKey>()
        .with::<write::rerun_job::RerunJob>()
}
