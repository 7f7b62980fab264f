//! A journal in memory, with the fences of a real one.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use async_trait::async_trait;
use evenkeel_domain::{
    Entry, Event, IncidentState, Timestamp,
    alert::Alert,
    id::{EvidenceId, IncidentId},
};
use evenkeel_engine::{
    chain,
    journal::{Append, Fence, Grown, Journal, JournalError, Lease, Wake, WorkerId},
};
use tokio::sync::broadcast;

pub struct Memory {
    entries: Mutex<BTreeMap<IncidentId, Vec<Entry>>>,
    fence: Mutex<i64>,
    /// When a journal is this long, its alerts end.
    ends_at: Mutex<Option<usize>>,
    /// Another worker claims when an event of that name has been appended so many times more.
    overtake: Mutex<Option<(&'static str, usize)>>,
    feed: broadcast::Sender<Grown>,
}

impl Memory {
    pub fn new(opened: Vec<Entry>) -> Self {
        let entries = BTreeMap::from([(opened[0].incident, opened)]);
        let (feed, _) = broadcast::channel(1024);
        Self {
            entries: Mutex::new(entries),
            fence: Mutex::new(0),
            ends_at: Mutex::default(),
            overtake: Mutex::default(),
            feed,
        }
    }

    /// Lets all alerts end behind that record.
    pub fn alerts_end_after(&self, record: usize) {
        *self.ends_at.lock().unwrap() = Some(record);
    }

    /// The worker is asleep for longer than its lease right after the nth event of that name.
    pub fn overtake_after(&self, name: &'static str, nth: usize) {
        *self.overtake.lock().unwrap() = Some((name, nth));
    }

    fn overtake(&self, appended: &[Entry]) {
        let mut overtake = self.overtake.lock().unwrap();
        let Some((name, left)) = overtake.as_mut() else { return };
        if appended.iter().any(|entry| entry.event.name() == *name) {
            *left -= 1;
            if *left == 0 {
                *overtake = None;
                *self.fence.lock().unwrap() += 1;
            }
        }
    }

    pub fn incidents(&self) -> Vec<IncidentId> {
        self.entries.lock().unwrap().keys().copied().collect()
    }

    pub fn journal(&self, incident: IncidentId) -> Vec<Entry> {
        self.entries.lock().unwrap()[&incident].clone()
    }

    /// How often an event of that name stands in the journal.
    pub fn count(&self, incident: IncidentId, name: &str) -> usize {
        self.journal(incident).iter().filter(|entry| entry.event.name() == name).count()
    }

    fn holds(&self, incident: IncidentId, fence: Fence) -> Result<(), JournalError> {
        let newest = *self.fence.lock().unwrap();
        if fence.0 == newest { Ok(()) } else { Err(JournalError::LeaseLost(incident)) }
    }
}

#[async_trait]
impl Journal for Memory {
    async fn claim_within(
        &self,
        worker: &WorkerId,
        _now: Timestamp,
        _lease: Duration,
        _per_cluster: u32,
    ) -> Result<Option<Lease>, JournalError> {
        let incident = *self.entries.lock().unwrap().keys().next().unwrap();
        let mut fence = self.fence.lock().unwrap();
        *fence += 1;
        Ok(Some(Lease { incident, worker: worker.clone(), fence: Fence(*fence) }))
    }

    async fn renew(
        &self,
        lease: &Lease,
        _now: Timestamp,
        _by: Duration,
    ) -> Result<(), JournalError> {
        self.holds(lease.incident, lease.fence)
    }

    async fn park(&self, lease: &Lease, _seen: u64, _wake: Wake) -> Result<(), JournalError> {
        self.holds(lease.incident, lease.fence)
    }

    async fn append(&self, append: Append) -> Result<(), JournalError> {
        if let Some(fence) = append.fence {
            self.holds(append.incident, fence)?;
        }
        let mut all = self.entries.lock().unwrap();
        let journal = all.get_mut(&append.incident).unwrap();
        if journal.len() as u64 != append.after {
            return Err(JournalError::Conflict { incident: append.incident, after: append.after });
        }
        let before = journal.len();
        self.overtake(&append.entries);
        journal.extend(append.entries);
        let due = self.ends_at.lock().unwrap().is_some_and(|at| before < at && at <= journal.len());
        if due {
            let noted = ended(journal);
            journal.extend(noted);
        }
        let seq = journal.len() as u64;
        let _nobody_listens = self.feed.send(Grown { incident: append.incident, seq });
        Ok(())
    }

    async fn read(
        &self,
        incident: IncidentId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, JournalError> {
        let all = self.journal(incident);
        let after = usize::try_from(after).unwrap();
        Ok(all.into_iter().skip(after).take(limit as usize).collect())
    }

    async fn text(
        &self,
        _incident: IncidentId,
        _evidence: EvidenceId,
    ) -> Result<Option<String>, JournalError> {
        Ok(None)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, JournalError> {
        Ok(None)
    }

    async fn wake_left_behind(&self, _now: Timestamp) -> Result<u64, JournalError> {
        Ok(0)
    }

    fn feed(&self) -> broadcast::Receiver<Grown> {
        self.feed.subscribe()
    }
}

/// The record that says that all alerts of a journal have ended.
fn ended(journal: &[Entry]) -> Vec<Entry> {
    let state = IncidentState::fold(journal).unwrap().unwrap();
    let alerts = state.alerts.iter().map(Alert::superseded).collect();
    let noted = vec![Event::AlertsNoted { alerts }];
    chain::chain(state.id, state.seq, &state.head, state.updated_at, noted).unwrap()
}
