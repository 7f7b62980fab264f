//! Tools of the `kubernetes` server.

pub mod config;
pub mod container;
pub mod deployment;
pub mod deployment_list;
pub mod event;
pub mod find_action;
pub mod find_named;
pub mod hpa;
pub mod job_status;
pub mod logs;
pub mod names;
pub mod node;
pub mod object;
pub mod pod;
pub mod pvc;
pub mod quantity;
pub mod quota;
pub mod rollout;
pub mod rollout_history;
pub mod service;
pub mod write;
pub mod write_args;

/// The server's name, as in `evenkeel mcp kubernetes`.
pub const SERVER: &str = "kubernetes";

/// The annotation every write stamps on the object it changes, in the same request.
pub const ACTION_ID_ANNOTATION: &str = "evenkeel.dev/action-id";

pub use config::{ConfigKind, ConfigName, ConfigNames, ListConfigNamesArgs};
pub use container::{
    ConfigReference, Container, ContainerState, EnvValue, EnvVar, Probe, ReferenceKind, Resources,
    Terminated,
};
pub use deployment::{
    Deployment, GetDeploymentArgs, Revision, Strategy, TemplateContainer, WorkloadCondition,
    WorkloadReplicas,
};
pub use deployment_list::{DeploymentList, DeploymentSummary, ListDeploymentsArgs};
pub use event::{Event, EventList, EventType, ListEventsArgs};
pub use find_action::{FindActionArgs, FoundAction};
pub use find_named::{FindNamedArgs, Named, NamedList};
pub use hpa::{Hpa, HpaList, HpaMetric, ListHpasArgs};
pub use job_status::{JobEnd, JobStatus, JobStatusArgs};
pub use logs::{LogLine, PodLogs, PodLogsArgs};
pub use node::{ListNodesArgs, Node, NodeList, Taint};
pub use object::{ObjectKind, ObjectRef, WorkloadKind};
pub use pod::{GetPodArgs, ListPodsArgs, Pod, PodCondition, PodDetails, PodList};
pub use pvc::{ListPvcsArgs, Pvc, PvcList};
pub use quantity::{Quantity, parse_quantity};
pub use quota::{ListQuotasArgs, Quota, QuotaItem, QuotaList};
pub use rollout::{RolloutState, RolloutStatus, RolloutStatusArgs};
pub use rollout_history::{RolloutHistory, RolloutHistoryArgs};
pub use service::{Endpoint, ListServicesArgs, Service, ServiceList, ServicePort};
pub use write::{Undo, WriteArguments, WriteGuard, WriteResult, WrittenObject};
pub use write_args::{
    CordonArgs, DeletePodArgs, RerunJobArgs, RolloutRestartArgs, RolloutUndoArgs, ScaleArgs,
    SetConfigKeyArgs, SetHpaBoundsArgs, SetImageArgs, SetResourcesArgs, UncordonArgs, rerun_name,
};
