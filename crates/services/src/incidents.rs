//! Reading incidents: lists, one whole, its journal, its evidence.

use evenkeel_domain::{
    Entry, IncidentState,
    access::{Caller, Permission},
    id::{EvidenceId, IncidentId},
    text::clip,
    view::{IncidentPage, IncidentQuery, IncidentRoom},
};
use evenkeel_engine::journal::{Journal, read_all};
use evenkeel_storage::incidents::IncidentFilter;

use crate::{Live, ServiceError, Services};

/// Lines of one page, if the asker does not say.
const PAGE: u32 = 50;
/// Most lines of one page.
const PAGE_MAX: u32 = 200;

impl Services {
    /// A page of incidents, newest first.
    pub async fn incidents(
        &self,
        caller: &Caller,
        query: IncidentQuery,
    ) -> Result<IncidentPage, ServiceError> {
        self.authorize(caller, Permission::View)?;
        let limit = if query.limit == 0 { PAGE } else { query.limit.min(PAGE_MAX) };
        let filter = IncidentFilter {
            cluster: query.cluster,
            open: query.open,
            status: query.status,
            severity: query.severity,
            text: query.text.map(|t| clip(t.trim(), 200)).filter(|t| !t.is_empty()),
            before: query.before,
            limit: limit + 1,
        };
        let mut incidents = self.store().incidents(caller.organisation, &filter).await?;
        let more = incidents.len() > limit as usize;
        incidents.truncate(limit as usize);
        let next = incidents.last().map(|i| i.id).filter(|_| more);
        Ok(IncidentPage { incidents, next })
    }

    /// An incident for its page: the journal, and what the caller may do.
    pub async fn incident_room(
        &self,
        caller: &Caller,
        id: IncidentId,
    ) -> Result<IncidentRoom, ServiceError> {
        let (summary, cluster) = self.incident_for(caller, id, Permission::View).await?;
        let entries = read_all(&*self.parts.journal, id, 0).await?;
        let state = folded(&entries)?;
        let (approve_refused, reject_refused) = self.refusals(caller, &cluster, &state);
        let similar = IncidentFilter {
            cluster: Some(summary.cluster),
            text: state.alerts.first().map(|a| a.name().to_owned()),
            before: Some(id),
            limit: 5,
            ..IncidentFilter::default()
        };
        Ok(IncidentRoom {
            similar: self.store().incidents(caller.organisation, &similar).await?,
            entries,
            approve_refused,
            reject_refused,
            stop: cluster.stop,
        })
    }

    /// An incident folded.
    pub async fn incident_state(
        &self,
        caller: &Caller,
        id: IncidentId,
    ) -> Result<IncidentState, ServiceError> {
        self.incident_for(caller, id, Permission::View).await?;
        folded(&read_all(&*self.parts.journal, id, 0).await?)
    }

    /// Journal records after position `after`, at most 1,000.
    pub async fn entries_after(
        &self,
        caller: &Caller,
        id: IncidentId,
        after: u64,
    ) -> Result<Vec<Entry>, ServiceError> {
        self.incident_for(caller, id, Permission::View).await?;
        Ok(self.parts.journal.read(id, after, 1_000).await?)
    }

    /// The whole answer kept for a piece of evidence.
    pub async fn evidence_text(
        &self,
        caller: &Caller,
        incident: IncidentId,
        evidence: EvidenceId,
    ) -> Result<String, ServiceError> {
        self.incident_for(caller, incident, Permission::View).await?;
        let text = self.parts.journal.text(incident, evidence).await?;
        text.ok_or(ServiceError::NotFound { what: "evidence" })
    }

    /// Whether the caller may see an incident's records now; then [`Services::live`] has them.
    pub async fn may_watch(&self, caller: &Caller, id: IncidentId) -> Result<(), ServiceError> {
        self.incident_for(caller, id, Permission::View).await.map(drop)
    }

    /// Records as they come, for streams whose reader may see them.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The journal, for streams.
    pub fn journal(&self) -> &dyn Journal {
        &*self.parts.journal
    }
}

fn folded(entries: &[Entry]) -> Result<IncidentState, ServiceError> {
    IncidentState::fold(entries)
        .map_err(|e| ServiceError::Internal(Box::new(e)))?
        .ok_or(ServiceError::NotFound { what: "incident" })
}

impl Services {
    /// An incident in a list's words.
    pub async fn incident_summary(
        &self,
        caller: &Caller,
        id: IncidentId,
    ) -> Result<evenkeel_domain::incident::IncidentSummary, ServiceError> {
        Ok(self.incident_for(caller, id, Permission::View).await?.0)
    }
}
