//! Use cases: authorize, load, decide, save, audit.
//!
//! Pages, the REST API, the webhook and the command line all come through here; none of them
//! touches a repository, a policy or a tool by itself. Every method that takes a
//! [`Caller`] asks the policy first (invariant I9).
//! This crate also plugs the agents and the policy into the engine's ports ([`ooda`]).
//! It knows no database, no HTTP framework and no MCP library; those come as traits.
//!
//! To add a use case: one file with an `impl Services` block, its errors as variants of
//! [`ServiceError`] with a file each under `docs/errors`, its permission in the Cedar schema.

mod alerts;
mod approvals;
mod audit;
mod audit_checks;
mod audit_duty;
mod audit_export;
mod clusters;
mod connections;
mod emergency_stop;
mod export;
mod import;
mod incidents;
mod intake;
mod integrations;
mod investigations;
mod operator;
mod overview;
mod people;
mod policies;
mod proposals;
mod reconciler;
mod replay;
mod rotate;
mod runbooks;
mod sign_in;
mod similar;
mod tokens;
mod vitals;
mod war_room;

pub mod audit_file;
pub mod case_file;
pub mod error;
pub mod live;
pub mod memory;
pub mod ooda;
pub mod secrets;
pub mod toolroom;

pub use audit_checks::{AuditKeys, Signed};
pub use audit_duty::AuditPace;
pub use audit_export::AuditExport;
pub use error::ServiceError;
pub use export::CaseExport;
pub use import::Imported;
pub use intake::{Intake, Receipt, Starter};
pub use live::Live;
pub use memory::ClosedIncidents;
pub use people::NewUser;
pub use proposals::PROPOSAL_MAX;
pub use reconciler::{ReconcileSettings, Reconciler};
pub use rotate::Rotated;
pub use secrets::Sealer;
pub use similar::{Similar, SimilarIncident};
pub use toolroom::{CallObserver, ClusterAccess, Link, ToolAnswer, ToolCaller, ToolRule, Toolroom};

use std::sync::Arc;

use evenkeel_domain::{
    Timestamp,
    access::{Caller, Permission},
    cluster::Cluster,
    id::{ClusterId, IncidentId},
    incident::IncidentSummary,
};
use evenkeel_engine::{
    Desk,
    clock::{Clock, Entropy, fresh},
    journal::Journal,
};
use evenkeel_policy::{Access, PolicySet, Resource};
use evenkeel_storage::{Store, clusters::ClusterRow};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What an operator may set about the services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSettings {
    /// The address people reach the platform at, for links and snippets.
    pub public_url: String,
    /// How many incidents opened on a cluster within ten minutes are a storm: further groups of
    /// alerts then join one incident.
    pub storm: u32,
    /// How many incidents of one cluster are worked on at once; what people are told.
    pub per_cluster: u32,
}

/// The parts services are made of.
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The same database as the engine's journal.
    pub journal: Arc<dyn Journal>,
    /// The policies in force.
    pub policy: Arc<PolicySet>,
    /// Tools of all clusters.
    pub tools: Arc<Toolroom>,
    /// Seals credentials at rest.
    pub sealer: Sealer,
    /// Signs and checks the audit trail.
    pub audit_keys: AuditKeys,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and tokens.
    pub entropy: Arc<dyn Entropy>,
    /// Settings.
    pub settings: ServiceSettings,
    /// Wakes the reconciler before its time.
    pub reconcile: Arc<Notify>,
}

/// All use cases. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    parts: Arc<Parts>,
    live: Arc<Live>,
    door: Arc<intake::Door>,
    checking: audit_checks::UnderWay,
}

impl Services {
    /// Services over these parts.
    pub fn new(parts: Parts) -> Self {
        let live = Arc::new(Live::new(Arc::clone(&parts.journal)));
        let checking = audit_checks::UnderWay::default();
        let door = Arc::default();
        Self { parts: Arc::new(parts), live, door, checking }
    }

    fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// The address people reach the platform at.
    pub fn public_url(&self) -> &str {
        &self.parts.settings.public_url
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    fn id<T>(&self, make: fn(u64, u128) -> T) -> T {
        fresh(&*self.parts.clock, &*self.parts.entropy, make)
    }

    /// The caller's organisation as a resource: may they do this to it?
    fn authorize(&self, caller: &Caller, permission: Permission) -> Result<(), ServiceError> {
        self.ask(caller, permission, &Resource::Organisation(caller.organisation))
    }

    fn ask(
        &self,
        caller: &Caller,
        permission: Permission,
        resource: &Resource,
    ) -> Result<(), ServiceError> {
        allowed(self.parts.policy.may(caller, permission, resource))
    }

    /// A cluster on which the caller may do this. A cluster of another organisation is not
    /// found, so that nobody learns what exists elsewhere.
    async fn cluster_for(
        &self,
        caller: &Caller,
        id: ClusterId,
        permission: Permission,
    ) -> Result<ClusterRow, ServiceError> {
        let row = self
            .store()
            .cluster(id)
            .await?
            .filter(|row| row.cluster.organisation == caller.organisation)
            .ok_or(ServiceError::NotFound { what: "cluster" })?;
        self.ask(caller, permission, &Resource::from(&row.cluster))?;
        Ok(row)
    }

    /// An incident on whose cluster the caller may do this.
    async fn incident_for(
        &self,
        caller: &Caller,
        id: IncidentId,
        permission: Permission,
    ) -> Result<(IncidentSummary, Cluster), ServiceError> {
        let summary = self
            .store()
            .incident(caller.organisation, id)
            .await?
            .ok_or(ServiceError::NotFound { what: "incident" })?;
        let row = self.cluster_for(caller, summary.cluster, permission).await?;
        Ok((summary, row.cluster))
    }

    /// A desk without a lease, for records that people and alerts add.
    async fn desk(&self, incident: IncidentId) -> Result<Desk, ServiceError> {
        Ok(Desk::open(
            Arc::clone(&self.parts.journal),
            Arc::clone(&self.parts.clock),
            Arc::clone(&self.parts.entropy),
            incident,
            None,
            CancellationToken::new(),
        )
        .await?)
    }

    fn permissions_on(&self, caller: &Caller, cluster: &Cluster) -> Vec<Permission> {
        let resource = Resource::from(cluster);
        Permission::ALL
            .into_iter()
            .filter(|&p| self.parts.policy.may(caller, p, &resource).is_allowed())
            .collect()
    }
}

fn allowed(access: Access) -> Result<(), ServiceError> {
    match access {
        Access::Allowed => Ok(()),
        Access::Denied { reasons } => Err(ServiceError::Denied {
            why: reasons.into_iter().map(|r| r.sentence).collect::<Vec<_>>().join(" "),
        }),
    }
}
