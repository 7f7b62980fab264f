//! A reader who remembers. It follows every journal record by record, checks that each follows
//! from the one it saw before, and that what it saw before is still there: a record that was
//! readable once was durable, so its loss is a broken promise whoever was told of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use evenkeel_domain::{
    Entry, Event, IncidentState,
    action::ActionProgress,
    alert::Alert,
    approval::ApprovalState,
    id::{ApprovalId, IncidentId},
};
use evenkeel_engine::chain::{self, GENESIS};
use tokio::sync::watch;

use crate::{
    alerts::FIRING,
    api::{Api, Reply},
    verdict::{Promise, Verdict},
};

/// What is remembered of an incident.
#[derive(Default)]
struct Known {
    state: Option<IncidentState>,
    seq: u64,
    head: String,
    /// Hash of the record before the last.
    before: String,
}

/// What all journals together say about writes.
#[derive(Debug, Default, Clone)]
pub struct Said {
    /// Every action id that was ever about to be stamped, and by which incident.
    pub intended: BTreeMap<String, IncidentId>,
    /// Those of which the journal says that they were applied.
    pub applied: BTreeSet<String>,
    /// Those of which it says that it could not be told.
    pub unknown: BTreeSet<String>,
}

#[derive(Default)]
struct Memory {
    incidents: BTreeMap<IncidentId, Known>,
    firings: BTreeMap<String, IncidentId>,
    signed: BTreeMap<ApprovalId, usize>,
    said: Said,
}

/// A plan that waits for a person.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Whose.
    pub incident: IncidentId,
    /// By which request.
    pub approval: ApprovalId,
    /// The plan.
    pub plan: String,
    /// The workload the alert names.
    pub deployment: String,
}

/// The reader.
pub struct Ledger {
    verdict: Arc<Verdict>,
    memory: Mutex<Memory>,
    passes: watch::Sender<u64>,
}

/// The platform died while it was read.
pub struct Interrupted;

impl Ledger {
    /// A reader who knows nothing yet.
    pub fn new(verdict: Arc<Verdict>) -> Self {
        Self { verdict, memory: Mutex::default(), passes: watch::Sender::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts whole passes.
    pub fn passes(&self) -> watch::Receiver<u64> {
        self.passes.subscribe()
    }

    /// Reads everything that may have grown, and compares where it ended before.
    pub async fn pass(&self, api: &Api) -> Result<(), Interrupted> {
        let (mut before, mut wanted) = (None, BTreeSet::new());
        loop {
            let Some(page) = api.incidents(before).await.said() else { return Err(Interrupted) };
            let ids: Vec<_> = page.incidents.iter().map(|i| i.id).collect();
            let new: Vec<_> = {
                let memory = self.lock();
                ids.iter().copied().filter(|id| !memory.incidents.contains_key(id)).collect()
            };
            let (none_new, next) = (new.is_empty(), page.next);
            wanted.extend(new);
            before = next;
            if none_new || next.is_none() {
                break;
            }
        }
        wanted.extend(self.open());
        for incident in wanted {
            self.follow(api, incident).await?;
        }
        self.passes.send_modify(|passes| *passes += 1);
        Ok(())
    }

    /// Incidents that have not ended, as far as is known.
    pub fn open(&self) -> Vec<IncidentId> {
        let memory = self.lock();
        let open = |known: &Known| known.state.as_ref().is_none_or(|s| s.closed_at.is_none());
        memory.incidents.iter().filter(|(_, known)| open(known)).map(|(id, _)| *id).collect()
    }

    /// Reads all journals again from their first record, and compares.
    pub async fn read_all_again(&self, api: &Api) -> Result<(), Interrupted> {
        let all: Vec<_> = {
            let memory = self.lock();
            memory.incidents.iter().map(|(id, k)| (*id, k.seq, k.head.clone())).collect()
        };
        for (incident, seq, head) in all {
            let mut journal: Vec<Entry> = Vec::new();
            loop {
                let after = journal.last().map_or(0, |entry| entry.seq);
                match api.journal(incident, after).await {
                    Reply::Said(page) if page.is_empty() => break,
                    Reply::Said(page) => journal.extend(page),
                    _ => return Err(Interrupted),
                }
            }
            let same = usize::try_from(seq).ok().and_then(|n| journal.get(n.checked_sub(1)?));
            if same.is_none_or(|entry| entry.hash != head) {
                let what = format!("record {seq} is gone or another one than was read before");
                self.verdict.found(Promise::Lost, Some(incident), what);
            }
            if let Err(broken) = chain::verify(&journal) {
                self.verdict.found(Promise::Chain, Some(incident), broken.to_string());
            }
            if let Err(error) = IncidentState::fold(&journal) {
                self.verdict.found(Promise::Chain, Some(incident), error.to_string());
            }
        }
        Ok(())
    }

    async fn follow(&self, api: &Api, incident: IncidentId) -> Result<(), Interrupted> {
        loop {
            let (seq, head, before) = {
                let memory = self.lock();
                match memory.incidents.get(&incident) {
                    Some(k) => (k.seq, k.head.clone(), k.before.clone()),
                    None => (0, GENESIS.to_owned(), String::new()),
                }
            };
            // From the last record that is known, so that its loss is seen.
            let mut page = match api.journal(incident, seq.saturating_sub(1)).await {
                Reply::Said(page) => page,
                Reply::Refused(404, _) if seq > 0 => {
                    let what = format!("the incident is gone; it had {seq} records");
                    self.verdict.found(Promise::Lost, Some(incident), what);
                    return Ok(());
                }
                Reply::Refused(..) | Reply::Nothing => return Err(Interrupted),
            };
            if seq > 0 {
                let intact = page.first().is_some_and(|e| e.seq == seq && e.hash == head);
                if !intact {
                    let what =
                        format!("record {seq} ({head}, after {before}) is gone or another one");
                    self.verdict.found(Promise::Lost, Some(incident), what);
                    return Ok(());
                }
                page.remove(0);
            }
            if page.is_empty() {
                return Ok(());
            }
            let mut memory = self.lock();
            for entry in page {
                if let Err(what) = memory.learn(&entry) {
                    self.verdict.found(Promise::Chain, Some(incident), what);
                    return Ok(());
                }
                memory.judge(&entry, &self.verdict);
            }
        }
    }

    /// Which incident holds a firing, if one does.
    pub fn incident_of(&self, firing: &str) -> Option<IncidentId> {
        self.lock().firings.get(firing).copied()
    }

    /// What `ask` makes of an incident as it is known now.
    pub fn of<T>(&self, incident: IncidentId, ask: impl FnOnce(&IncidentState) -> T) -> Option<T> {
        self.lock().incidents.get(&incident)?.state.as_ref().map(ask)
    }

    /// Which plans wait for people.
    pub fn waiting(&self) -> Vec<Waiting> {
        let memory = self.lock();
        let states = memory.incidents.values().filter_map(|known| known.state.as_ref());
        states
            .filter_map(|state| {
                let approval = state.pending_approval()?;
                Some(Waiting {
                    incident: state.id,
                    approval: approval.request.id,
                    plan: approval.request.plan.to_string(),
                    deployment: state.alerts.first()?.label("deployment")?.to_owned(),
                })
            })
            .collect()
    }

    /// What the journals say about writes.
    pub fn said(&self) -> Said {
        self.lock().said.clone()
    }

    /// Why those went to people that did, without names and numbers, and how often.
    pub fn reasons(&self) -> BTreeMap<String, usize> {
        let memory = self.lock();
        let mut reasons = BTreeMap::new();
        for state in memory.incidents.values().filter_map(|known| known.state.as_ref()) {
            if !matches!(state.status(), "escalated" | "failed" | "partial") {
                continue;
            }
            let said = state.conclusion.as_deref().unwrap_or_default();
            let words =
                said.split_whitespace().filter(|w| !w.contains(|c: char| c.is_ascii_digit()));
            let said: String = words.collect::<Vec<_>>().join(" ").chars().take(140).collect();
            *reasons.entry(format!("{}: {said}", state.status())).or_insert(0) += 1;
        }
        reasons
    }

    /// How many incidents ended in which way; those still open by their stage.
    pub fn endings(&self) -> BTreeMap<String, usize> {
        let memory = self.lock();
        let mut endings = BTreeMap::new();
        for state in memory.incidents.values().filter_map(|known| known.state.as_ref()) {
            *endings.entry(state.status().to_owned()).or_insert(0) += 1;
        }
        endings
    }
}

impl Memory {
    /// Adds the next record of a journal, if it is that.
    fn learn(&mut self, entry: &Entry) -> Result<(), String> {
        let known = self.incidents.entry(entry.incident).or_default();
        let head = if known.seq == 0 { GENESIS } else { &known.head };
        let payload = chain::payload(&entry.event).map_err(|error| error.to_string())?;
        let hash = chain::link(head, entry.incident, known.seq + 1, entry.at, &payload);
        if entry.seq != known.seq + 1 || entry.hash != hash {
            return Err(format!("record {} does not follow from what was read before", entry.seq));
        }
        match &mut known.state {
            None => known.state = Some(IncidentState::open(entry).map_err(|e| e.to_string())?),
            Some(state) => state.apply(entry).map_err(|e| e.to_string())?,
        }
        known.seq = entry.seq;
        known.before = std::mem::replace(&mut known.head, entry.hash.clone());
        let alerts: &[Alert] = match &entry.event {
            Event::Opened { opening } => &opening.alerts,
            Event::AlertsNoted { alerts } => alerts,
            _ => &[],
        };
        for alert in alerts {
            if let Some(firing) = alert.label(FIRING) {
                self.firings.insert(firing.to_owned(), entry.incident);
            }
        }
        Ok(())
    }

    /// What a record means for the promises about writes and approvals.
    fn judge(&mut self, entry: &Entry, verdict: &Verdict) {
        let incident = entry.incident;
        let known = self.incidents.entry(incident).or_default();
        let Some(state) = &mut known.state else { return };
        let stamp_of_undo = |state: &IncidentState, action| {
            state.plan().and_then(|plan| plan.undo_stamps.get(&action)).map(ToString::to_string)
        };
        match &entry.event {
            Event::ApprovalSigned { approval, .. } => {
                let signed = self.signed.entry(*approval).or_default();
                *signed += 1;
                let needed = state.approvals.iter().find(|a| a.request.id == *approval);
                if needed.is_none_or(|a| *signed > usize::from(a.request.needed)) {
                    let what = format!("approval {approval} holds {signed} signatures");
                    verdict.found(Promise::Approval, Some(incident), what);
                }
            }
            Event::ActionIntended { action, .. } => {
                let plan = state.plan().map(|plan| plan.hash.clone());
                let granted = state.approvals.iter().any(|approval| {
                    Some(&approval.request.plan) == plan.as_ref()
                        && approval.state == ApprovalState::Granted
                });
                if !granted {
                    let what = format!("action {action} was begun without an approval of its plan");
                    verdict.found(Promise::Approval, Some(incident), what);
                }
                self.said.intended.insert(action.to_string(), incident);
            }
            Event::ActionApplied { action, .. } => {
                self.said.applied.insert(action.to_string());
            }
            Event::UndoIntended { stamp, .. } => {
                self.said.intended.insert(stamp.to_string(), incident);
            }
            Event::UndoApplied { action, .. } => {
                self.said.applied.extend(stamp_of_undo(state, *action));
            }
            Event::ActionUnknown { action, .. } => {
                self.said.unknown.insert(action.to_string());
                self.said.unknown.extend(stamp_of_undo(state, *action));
            }
            Event::Closed { .. } => {
                let doubt =
                    state.plans.iter().flat_map(|plan| plan.progress.values()).any(|p| {
                        matches!(p, ActionProgress::Intended | ActionProgress::UndoIntended)
                    });
                if doubt {
                    let what = "it was closed while a write was in doubt".to_owned();
                    verdict.found(Promise::Doubled, Some(incident), what);
                }
                // Thousands of them are remembered; what was seen with them is not needed.
                state.evidence.clear();
                state.findings.clear();
            }
            _ => {}
        }
    }
}
