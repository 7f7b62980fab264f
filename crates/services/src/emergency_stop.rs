//! Emergency Stop: halts a cluster's runs before their next write, on every replica, because
//! each write asks the database first (invariant I11). Nothing resumes by itself.

use evenkeel_domain::{
    Event,
    access::{Caller, Permission},
    cluster::EmergencyStop,
    id::ClusterId,
    text::clip,
};
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
};

impl Services {
    /// Throws Emergency Stop on a cluster. Thrown again it keeps its first record.
    pub async fn stop_cluster(
        &self,
        caller: &Caller,
        id: ClusterId,
        reason: String,
    ) -> Result<(), ServiceError> {
        let row = self.cluster_for(caller, id, Permission::Stop).await?;
        if row.cluster.stop.is_some() {
            return Ok(());
        }
        let stop = EmergencyStop { by: actor(caller), at: self.now(), reason: said(&reason) };
        self.store().set_stop(id, Some(&stop)).await?;
        let subject = Subject {
            words: row.cluster.name.clone(),
            cluster: Some(&row.cluster),
            detail: json!({ "reason": stop.reason }),
            ..Subject::default()
        };
        self.keep_audit(caller.organisation, actor(caller), "cluster.stopped", subject).await
    }

    /// Lifts it. Runs that were held go through the gate again and need a new approval.
    pub async fn resume_cluster(
        &self,
        caller: &Caller,
        id: ClusterId,
        reason: String,
    ) -> Result<(), ServiceError> {
        let row = self.cluster_for(caller, id, Permission::Resume).await?;
        if row.cluster.stop.is_none() {
            return Err(ServiceError::NotStopped);
        }
        self.store().set_stop(id, None).await?;
        let halted = self.store().halted(id).await?;
        for incident in &halted {
            let desk = self.desk(*incident).await?;
            desk.record(Event::Resumed { by: actor(caller) }).await?;
        }
        let subject = Subject {
            words: row.cluster.name.clone(),
            cluster: Some(&row.cluster),
            detail: json!({ "reason": said(&reason), "runs_resumed": halted.len() }),
            ..Subject::default()
        };
        self.keep_audit(caller.organisation, actor(caller), "cluster.resumed", subject).await
    }
}

fn said(reason: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() { "no reason given".into() } else { clip(reason, 500) }
}
