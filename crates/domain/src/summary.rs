//! An incident in a list: what lists keep, derived from the state and nothing else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    alert::Trigger,
    cluster::Environment,
    id::{ClusterId, IncidentId},
    incident::IncidentState,
    object::ObjectRef,
    plan::PlanHash,
    severity::Severity,
    stage::Phase,
};

/// An incident in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentSummary {
    /// Its id.
    pub id: IncidentId,
    /// Where it is.
    pub cluster: ClusterId,
    /// The cluster's name.
    pub cluster_name: String,
    /// The cluster's environment.
    pub environment: Environment,
    /// One line.
    pub title: String,
    /// Worst severity.
    pub severity: Severity,
    /// The phase it is in.
    pub phase: Phase,
    /// The status people filter by.
    pub status: String,
    /// The object held to be at fault.
    pub object: Option<ObjectRef>,
    /// Whether it is a drill.
    pub drill: bool,
    /// What waits for a person, if something does: the words on the Approve button.
    pub awaiting: Option<Awaiting>,
    /// Number of alerts.
    pub alerts: u32,
    /// When it began.
    pub opened_at: Timestamp,
    /// When its journal last grew.
    pub updated_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// What waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Awaiting {
    /// What would be done.
    pub what: String,
    /// The plan.
    pub plan: PlanHash,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

impl From<&IncidentState> for IncidentSummary {
    fn from(state: &IncidentState) -> Self {
        let awaiting =
            state.pending_approval().zip(state.plan()).map(|(approval, plan)| Awaiting {
                what: plan.plan.describe(),
                plan: plan.hash.clone(),
                since: approval.request.requested_at,
                expires_at: approval.request.expires_at,
            });
        Self {
            id: state.id,
            cluster: state.cluster,
            cluster_name: state.cluster_name.clone(),
            environment: state.environment,
            title: state.title.clone(),
            severity: state.severity,
            phase: state.stage.phase(),
            status: state.status().to_owned(),
            object: state.object().cloned(),
            drill: matches!(state.trigger, Trigger::Drill { .. }),
            awaiting,
            alerts: u32::try_from(state.alerts.len()).unwrap_or(u32::MAX),
            opened_at: state.opened_at,
            updated_at: state.updated_at,
            closed_at: state.closed_at,
        }
    }
}
