//! The desk an incident is worked at: its state so far, and the one way to add to its journal.

use std::{
    any::{Any, type_name},
    sync::Arc,
};

use evenkeel_domain::{
    Event, IncidentState, Timestamp,
    audit::AuditRecord,
    evidence::{Agent, Evidence, Gap},
    finding::Finding,
    id::{ActionId, ApprovalId, EvidenceId, FindingId, HypothesisId, IncidentId, PlanId},
    incident::{FoldError, IncidentSummary},
};
use tokio::sync::{Mutex, OnceCell, broadcast};
use tokio_util::sync::CancellationToken;

use crate::{
    chain,
    clock::{Clock, Entropy, fresh},
    fail_point,
    journal::{Append, Grown, Journal, JournalError, Lease, read_all},
};

/// Why something could not be added to a journal.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The journal could not be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The event is not legal now.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// The event cannot be written down.
    #[error(transparent)]
    Chain(#[from] chain::Unserialisable),
    /// The journal kept growing under the writer.
    #[error("incident {0} kept changing while a record was being added")]
    Contended(IncidentId),
    /// There is no such incident.
    #[error("incident {0} has no journal")]
    Missing(IncidentId),
    /// A step did not end within its deadline.
    #[error("step `{step}` was not done within {} s", limit.as_secs())]
    Late {
        /// Which.
        step: &'static str,
        /// Its deadline.
        limit: std::time::Duration,
    },
    /// The process stops, and a step did not end in the time that was left.
    #[error("step `{step}` was cut off because the process stops")]
    Stopping {
        /// Which.
        step: &'static str,
    },
    /// A part outside the engine failed in a way that says nothing about the world.
    #[error("{doing} failed")]
    Part {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DeskError {
    /// Whether the incident now belongs to another worker.
    pub fn lease_lost(&self) -> bool {
        matches!(self, Self::Journal(JournalError::LeaseLost(_)))
    }
}

/// How often a writer reads on and tries again when others append at the same time. Appends are
/// short and few; eight in a row lost means something is wrong.
const TRIES: u32 = 8;

/// The desk. Cheap to share among the specialists of a round; appends are put in line.
pub struct Desk {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    lease: Option<Lease>,
    cancel: CancellationToken,
    state: Mutex<IncidentState>,
    kept: OnceCell<Arc<dyn Any + Send + Sync>>,
}

impl Desk {
    /// Sits down at an incident: reads and folds its journal. `lease` is the worker's; people's
    /// desks have none.
    pub async fn open(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        incident: IncidentId,
        lease: Option<Lease>,
        cancel: CancellationToken,
    ) -> Result<Self, DeskError> {
        let entries = read_all(&*journal, incident, 0).await?;
        let state = IncidentState::fold(&entries)?.ok_or(DeskError::Missing(incident))?;
        let (state, kept) = (Mutex::new(state), OnceCell::new());
        Ok(Self { journal, clock, entropy, lease, cancel, state, kept })
    }

    /// The incident as it is known here.
    pub async fn state(&self) -> IncidentState {
        self.state.lock().await.clone()
    }

    /// Reads what others appended meanwhile.
    pub async fn refresh(&self) -> Result<IncidentState, DeskError> {
        let mut state = self.state.lock().await;
        self.catch_up(&mut state).await?;
        Ok(state.clone())
    }

    /// Adds `events` in one transaction.
    pub async fn append(&self, events: Vec<Event>) -> Result<(), DeskError> {
        self.append_with(events, Vec::new(), Vec::new()).await
    }

    /// Adds one event.
    pub async fn record(&self, event: Event) -> Result<(), DeskError> {
        self.append(vec![event]).await
    }

    /// Adds one event and what the audit trail keeps of it, in one transaction.
    pub async fn record_audited(&self, event: Event, audit: AuditRecord) -> Result<(), DeskError> {
        self.append_with(vec![event], Vec::new(), vec![audit]).await
    }

    /// Says what an agent is doing or has understood.
    pub async fn note(&self, agent: Agent, text: impl Into<String>) -> Result<(), DeskError> {
        self.record(Event::Noted { agent, text: text.into() }).await
    }

    /// Keeps a tool call and its whole answer.
    pub async fn keep(&self, evidence: Evidence, text: Option<String>) -> Result<(), DeskError> {
        let texts = text.map(|text| (evidence.id, text)).into_iter().collect();
        let event = Event::EvidenceRecorded { evidence: Box::new(evidence) };
        self.append_with(vec![event], texts, Vec::new()).await
    }

    /// Keeps a finding.
    pub async fn find(&self, finding: Finding) -> Result<(), DeskError> {
        self.record(Event::FindingRecorded { finding: Box::new(finding) }).await
    }

    /// Says what could not be seen.
    pub async fn miss(&self, gap: Gap) -> Result<(), DeskError> {
        self.record(Event::GapRecorded { gap }).await
    }

    /// The whole answer kept for a piece of evidence.
    pub async fn text(&self, evidence: EvidenceId) -> Result<Option<String>, DeskError> {
        let incident = self.state.lock().await.id;
        Ok(self.journal.text(incident, evidence).await?)
    }

    /// Whether the lease still holds, asked of the database itself; called immediately before
    /// each write to the cluster, so that a paused worker that wakes up changes nothing.
    pub async fn confirm_lease(&self, by: std::time::Duration) -> Result<(), DeskError> {
        match &self.lease {
            Some(lease) => Ok(self.journal.renew(lease, self.clock.now(), by).await?),
            None => Ok(()),
        }
    }

    /// What the far side of the ports keeps at this desk from one step to the next, such as
    /// opened credentials: made at the first call, gone with the desk. One value of one type.
    pub async fn once<T: Any + Send + Sync>(
        &self,
        make: impl Future<Output = Result<T, DeskError>>,
    ) -> Result<Arc<T>, DeskError> {
        let make = async { Ok::<Arc<dyn Any + Send + Sync>, DeskError>(Arc::new(make.await?)) };
        let kept = Arc::clone(self.kept.get_or_try_init(|| make).await?);
        kept.downcast().map_err(|_| DeskError::Part {
            doing: "finding what is kept at a desk",
            source: format!("it is no {}", type_name::<T>()).into(),
        })
    }

    /// Which journals grow, from now on.
    pub fn feed(&self) -> broadcast::Receiver<Grown> {
        self.journal.feed()
    }

    /// Cancelled when the lease is lost or the process stops.
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh id of any kind.
    pub fn id<T>(&self, make: fn(u64, u128) -> T) -> T {
        fresh(&*self.clock, &*self.entropy, make)
    }

    /// A fresh evidence id.
    pub fn evidence_id(&self) -> EvidenceId {
        self.id(EvidenceId::from_parts)
    }

    /// A fresh finding id.
    pub fn finding_id(&self) -> FindingId {
        self.id(FindingId::from_parts)
    }

    /// A fresh hypothesis id.
    pub fn hypothesis_id(&self) -> HypothesisId {
        self.id(HypothesisId::from_parts)
    }

    /// A fresh plan id.
    pub fn plan_id(&self) -> PlanId {
        self.id(PlanId::from_parts)
    }

    /// A fresh action id.
    pub fn action_id(&self) -> ActionId {
        self.id(ActionId::from_parts)
    }

    /// A fresh approval id.
    pub fn approval_id(&self) -> ApprovalId {
        self.id(ApprovalId::from_parts)
    }

    async fn append_with(
        &self,
        events: Vec<Event>,
        texts: Vec<(EvidenceId, String)>,
        audit: Vec<AuditRecord>,
    ) -> Result<(), DeskError> {
        let mut state = self.state.lock().await;
        for _ in 0..TRIES {
            let entries =
                chain::chain(state.id, state.seq, &state.head, self.clock.now(), events.clone())?;
            let mut after = state.clone();
            for entry in &entries {
                after.apply(entry)?;
            }
            let append = Append {
                incident: state.id,
                after: state.seq,
                fence: self.lease.as_ref().map(|lease| lease.fence),
                entries,
                summary: IncidentSummary::from(&after),
                texts: texts.clone(),
                audit: audit.clone(),
            };
            fail_point!("append.before");
            match self.journal.append(append).await {
                Ok(()) => {
                    fail_point!("append.after");
                    *state = after;
                    return Ok(());
                }
                Err(JournalError::Conflict { .. }) => self.catch_up(&mut state).await?,
                Err(other) => {
                    if matches!(other, JournalError::LeaseLost(_)) {
                        self.cancel.cancel();
                    }
                    return Err(other.into());
                }
            }
        }
        Err(DeskError::Contended(state.id))
    }

    async fn catch_up(&self, state: &mut IncidentState) -> Result<(), DeskError> {
        for entry in read_all(&*self.journal, state.id, state.seq).await? {
            state.apply(&entry)?;
        }
        Ok(())
    }
}
