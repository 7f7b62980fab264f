//! The tools' names on the wire.

/// Pods of a namespace with container states.
pub const LIST_PODS: &str = "list_pods";
/// One pod.
pub const GET_POD: &str = "get_pod";
/// Deployments of a namespace, short.
pub const LIST_DEPLOYMENTS: &str = "list_deployments";
/// One Deployment with its template and revision history.
pub const GET_DEPLOYMENT: &str = "get_deployment";
/// Nodes with conditions and capacity.
pub const LIST_NODES: &str = "list_nodes";
/// Events, newest first.
pub const LIST_EVENTS: &str = "list_events";
/// Log lines of one container.
pub const POD_LOGS: &str = "pod_logs";
/// Whether a rollout is complete, progressing or stuck.
pub const ROLLOUT_STATUS: &str = "rollout_status";
/// Services with their endpoints.
pub const LIST_SERVICES: &str = "list_services";
/// Horizontal pod autoscalers.
pub const LIST_HPAS: &str = "list_hpas";
/// Persistent volume claims.
pub const LIST_PVCS: &str = "list_pvcs";
/// Resource quotas.
pub const LIST_QUOTAS: &str = "list_quotas";
/// Names of `ConfigMaps` and Secrets, never their contents.
pub const LIST_CONFIG_NAMES: &str = "list_config_names";
/// Whether an action has already happened.
pub const FIND_ACTION: &str = "find_action";
/// In which namespaces a name is used.
pub const FIND_NAMED: &str = "find_named";
/// Revisions of a `StatefulSet` or `DaemonSet`.
pub const ROLLOUT_HISTORY: &str = "rollout_history";
/// How far a Job has come.
pub const JOB_STATUS: &str = "job_status";
/// Put an earlier revision's template back.
pub const ROLLOUT_UNDO: &str = "rollout_undo";
/// Replace all pods, gradually.
pub const ROLLOUT_RESTART: &str = "rollout_restart";
/// Change the number of replicas.
pub const SCALE: &str = "scale";
/// Change one container's image.
pub const SET_IMAGE: &str = "set_image";
/// Change one container's requests and limits.
pub const SET_RESOURCES: &str = "set_resources";
/// Delete one pod.
pub const DELETE_POD: &str = "delete_pod";
/// Let a node take no new pods.
pub const CORDON: &str = "cordon";
/// Let a node take pods again.
pub const UNCORDON: &str = "uncordon";
/// Change an autoscaler's bounds.
pub const SET_HPA_BOUNDS: &str = "set_hpa_bounds";
/// Change one key of a `ConfigMap`.
pub const SET_CONFIG_KEY: &str = "set_config_key";
/// Run a failed Job again, as a copy.
pub const RERUN_JOB: &str = "rerun_job";

/// Tools that only read.
pub const READS: &[&str] = &[
    LIST_PODS,
    GET_POD,
    LIST_DEPLOYMENTS,
    GET_DEPLOYMENT,
    LIST_NODES,
    LIST_EVENTS,
    POD_LOGS,
    ROLLOUT_STATUS,
    LIST_SERVICES,
    LIST_HPAS,
    LIST_PVCS,
    LIST_QUOTAS,
    LIST_CONFIG_NAMES,
    FIND_ACTION,
    FIND_NAMED,
    ROLLOUT_HISTORY,
    JOB_STATUS,
];

/// Tools that change the cluster unless called with `dryRun`.
pub const WRITES: &[&str] = &[
    ROLLOUT_UNDO,
    ROLLOUT_RESTART,
    SCALE,
    SET_IMAGE,
    SET_RESOURCES,
    DELETE_POD,
    CORDON,
    UNCORDON,
    SET_HPA_BOUNDS,
    SET_CONFIG_KEY,
    RERUN_JOB,
];
