//! Emergency Stop: halts a cluster's runs before their next write, on every replica, because
//! each write asks the database first (invariant I11). Nothing resumes by itself.

use evenkeel_domain::{
    Event,
    access::{Caller, Permission},
    audit::AuditAction,
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
        let subject = Subject {
            words: row.cluster.name.clone(),
            cluster: Some(&row.cluster),
            detail: json!({ "reason": stop.reason }),
            ..Subject::default()
        };
        let thrown = AuditAction::StopThrown;
        let audit = self.audit_record(caller.organisation, actor(caller), thrown, subject);
        Ok(self.store().set_stop(id, Some(&stop), &[audit]).await?)
    }

    /// Lifts it. Runs that were held go through the gate again and need a new approval. Asked
    /// again after it was cut off half-way it resumes the rest.
    pub async fn resume_cluster(
        &self,
        caller: &Caller,
        id: ClusterId,
        reason: String,
    ) -> Result<(), ServiceError> {
        let row = self.cluster_for(caller, id, Permission::Resume).await?;
        let halted = self.store().halted(id).await?;
        if row.cluster.stop.is_none() && halted.is_empty() {
            return Err(ServiceError::NotStopped);
        }
        let subject = Subject {
            words: row.cluster.name.clone(),
            cluster: Some(&row.cluster),
            detail: json!({ "reason": said(&reason), "runs_resumed": halted.len() }),
            ..Subject::default()
        };
        let lifted = AuditAction::StopLifted;
        let audit = self.audit_record(caller.organisation, actor(caller), lifted, subject);
        self.store().set_stop(id, None, &[audit]).await?;
        // Read again: a run may have seen the stop just before it was lifted.
        for incident in self.store().halted(id).await? {
            let desk = self.desk(incident).await?;
            desk.record(Event::Resumed { by: actor(caller) }).await?;
        }
        Ok(())
    }
}

fn said(reason: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() { "no reason given".into() } else { clip(reason, 500) }
}
