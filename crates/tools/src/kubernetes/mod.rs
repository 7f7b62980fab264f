//! Tools of the `kubernetes` server.

pub mod access;
pub mod changes;
pub mod config;
pub mod config_map;
pub mod container;
pub mod custom;
pub mod deployment;
pub mod deployment_list;
pub mod event;
pub mod find_action;
pub mod find_named;
pub mod hpa;
pub mod ingress;
pub mod job;
pub mod job_status;
pub mod limit_range;
pub mod log_patterns;
pub mod logs;
pub mod names;
pub mod namespace;
pub mod network_policy;
pub mod node;
pub mod object;
pub mod pdb;
pub mod pod;
pub mod pvc;
pub mod quantity;
pub mod quota;
pub mod related;
pub mod rollout;
pub mod rollout_history;
pub mod service;
pub mod service_account;
pub mod storage_class;
pub mod usage;
pub mod workload;
pub mod workload_logs;
pub mod write;
pub mod write_args;

/// The server's name, as in `evenkeel mcp kubernetes`.
pub const SERVER: &str = "kubernetes";

/// The annotation every write stamps on the object it changes, in the same request.
pub const ACTION_ID_ANNOTATION: &str = "evenkeel.dev/action-id";

pub use access::{
    AccessAnswer, AccessAnswers, AccessCheck, CanIArgs, ListPermissionsArgs, PermissionRule,
    Permissions,
};
pub use changes::{ChangeKind, ChangeList, ListChangesArgs, ObjectChange};
pub use config::{ConfigKind, ConfigName, ConfigNames, ListConfigNamesArgs};
pub use config_map::{ConfigEntry, ConfigMap, ConfigValue, GetConfigMapArgs};
pub use container::{
    ConfigReference, Container, ContainerState, EnvValue, EnvVar, Probe, ReferenceKind, Resources,
    Terminated,
};
pub use custom::{
    CustomKind, CustomKinds, CustomObject, CustomObjects, ListCustomKindsArgs,
    ListCustomObjectsArgs,
};
pub use deployment::{
    Deployment, GetDeploymentArgs, Revision, SourceVersion, Strategy, TemplateContainer,
    WorkloadCondition, WorkloadReplicas,
};
pub use deployment_list::{DeploymentList, DeploymentSummary, ListDeploymentsArgs};
pub use event::{Event, EventList, EventType, ListEventsArgs};
pub use find_action::{FindActionArgs, FoundAction};
pub use find_named::{FindNamedArgs, Named, NamedList};
pub use hpa::{Hpa, HpaList, HpaMetric, ListHpasArgs};
pub use ingress::{
    BackendState, Ingress, IngressBackend, IngressList, IngressRoute, ListIngressesArgs,
};
pub use job::{JobProgress, JobState, Schedule};
pub use job_status::{JobEnd, JobStatus, JobStatusArgs};
pub use limit_range::{LimitItem, LimitRange, LimitRangeList, ListLimitRangesArgs};
pub use log_patterns::{
    LogChange, LogChangeKind, LogPatterns, LogPatternsArgs, LogTemplate, LogWindow,
};
pub use logs::{LogLine, PodLogs, PodLogsArgs};
pub use namespace::{ListNamespacesArgs, Namespace, NamespaceList};
pub use network_policy::{
    ListNetworkPoliciesArgs, NetworkPolicy, NetworkPolicyList, Traffic, TrafficRule,
};
pub use node::{Allocated, ListNodesArgs, Node, NodeList, Taint};
pub use object::{ObjectKind, ObjectRef, WorkloadKind};
pub use pdb::{ListPdbsArgs, Pdb, PdbList};
pub use pod::{GetPodArgs, ListPodsArgs, Pod, PodCondition, PodDetails, PodList};
pub use pvc::{ListPvcsArgs, Pvc, PvcList};
pub use quantity::{Quantity, parse_quantity};
pub use quota::{ListQuotasArgs, Quota, QuotaItem, QuotaList};
pub use related::{ObjectEvents, Unread};
pub use rollout::{RolloutState, RolloutStatus, RolloutStatusArgs};
pub use rollout_history::{RolloutHistory, RolloutHistoryArgs};
pub use service::{Endpoint, ListServicesArgs, Service, ServiceList, ServicePort};
pub use service_account::{ListServiceAccountsArgs, ServiceAccount, ServiceAccountList};
pub use storage_class::{ListStorageClassesArgs, StorageClass, StorageClassList};
pub use usage::{
    ContainerUsage, NodeUsage, NodeUsageArgs, NodeUsageList, PodUsageArgs, PodUsageList, Usage,
};
pub use workload::{
    ControllerKind, GetWorkloadArgs, ListWorkloadsArgs, PodBrief, UpdateStrategy, Workload,
    WorkloadList, WorkloadRevision, WorkloadSummary,
};
pub use workload_logs::{LogSource, SourcedLine, WorkloadLogs, WorkloadLogsArgs};
pub use write::{Undo, WriteArguments, WriteGuard, WriteResult, WrittenObject};
pub use write_args::{
    CordonArgs, DeletePodArgs, RerunJobArgs, RolloutRestartArgs, RolloutUndoArgs, ScaleArgs,
    SetConfigKeyArgs, SetHpaBoundsArgs, SetImageArgs, SetResourcesArgs, UncordonArgs, rerun_name,
};
