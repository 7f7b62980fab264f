//! Records of incidents as they come, for many who watch: each is read and written out once, not
//! once for each of them.
//!
//! What a watcher gets from here is only where to look and what is there; whether they may see it
//! is asked by whoever serves them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use evenkeel_domain::{Entry, id::IncidentId};
use evenkeel_engine::journal::{Journal, JournalError};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How often a watched journal is read although no signal came: another replica may have written,
/// or a signal may have been missed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Records read at once.
const PAGE: u32 = 1_000;
/// Records kept for those who are a little behind; who is further behind reads the journal.
const KEPT: usize = 256;

/// A record as it is sent.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its position.
    pub seq: u64,
    /// The record as JSON, on one line.
    pub json: Arc<str>,
}

impl Line {
    fn of(entry: &Entry) -> Result<Self, serde_json::Error> {
        Ok(Self { seq: entry.seq, json: serde_json::to_string(entry)?.into() })
    }
}

/// The newest records of one watched incident.
struct Tail {
    lines: Mutex<VecDeque<Line>>,
    head: watch::Sender<u64>,
    // The reading ends with the last watcher.
    _reading: DropGuard,
}

/// All watched incidents of this process.
pub struct Live {
    journal: Arc<dyn Journal>,
    tails: Mutex<HashMap<IncidentId, Weak<Tail>>>,
}

/// One who watches an incident.
pub struct Watcher {
    journal: Arc<dyn Journal>,
    incident: IncidentId,
    after: u64,
    tail: Arc<Tail>,
    head: watch::Receiver<u64>,
}

impl Live {
    /// Nobody watches yet.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { journal, tails: Mutex::default() }
    }

    /// Watches an incident from the record after `after` on.
    pub fn watch(&self, incident: IncidentId, after: u64) -> Watcher {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        let tail = tails.get(&incident).and_then(Weak::upgrade).unwrap_or_else(|| {
            tails.retain(|_, tail| tail.strong_count() > 0);
            let tail = self.begin(incident);
            tails.insert(incident, Arc::downgrade(&tail));
            tail
        });
        let journal = Arc::clone(&self.journal);
        Watcher { journal, incident, after, head: tail.head.subscribe(), tail }
    }

    fn begin(&self, incident: IncidentId) -> Arc<Tail> {
        let stop = CancellationToken::new();
        let tail = Arc::new(Tail {
            lines: Mutex::default(),
            head: watch::Sender::new(0),
            _reading: stop.clone().drop_guard(),
        });
        let reading = follow(Arc::clone(&self.journal), incident, Arc::downgrade(&tail));
        tokio::spawn(async move { stop.run_until_cancelled(reading).await });
        tail
    }
}

/// Reads what comes behind the newest known record, whenever the journal grew.
async fn follow(journal: Arc<dyn Journal>, incident: IncidentId, tail: Weak<Tail>) {
    // Before the first look, so that nothing falls between.
    let mut feed = journal.feed();
    let mut after = 0;
    loop {
        match journal.read(incident, after, PAGE).await {
            Ok(page) => {
                let Some(tail) = tail.upgrade() else { return };
                let full = page.len() == PAGE as usize;
                after = tail.add(&page).unwrap_or(after);
                if full {
                    continue;
                }
            }
            Err(failure) => {
                tracing::warn!(
                    error = &failure as &dyn std::error::Error,
                    "the journal of {incident} cannot be read for those who watch it"
                );
                sleep(LOOK_AGAIN).await;
                continue;
            }
        }
        let grown = async {
            loop {
                match feed.recv().await {
                    Ok(grown) if grown.incident == incident && grown.seq > after => return true,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return true,
                    Err(RecvError::Closed) => return false,
                }
            }
        };
        if timeout(LOOK_AGAIN, grown).await == Ok(false) {
            return;
        }
    }
}

impl Tail {
    /// Adds records; the position of the last.
    fn add(&self, page: &[Entry]) -> Option<u64> {
        let last = page.last()?.seq;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in page {
            // A record that came from the database as JSON can be written as JSON.
            if let Ok(line) = Line::of(entry) {
                lines.push_back(line);
            }
        }
        let surplus = lines.len().saturating_sub(KEPT);
        lines.drain(..surplus);
        drop(lines);
        self.head.send_replace(last);
        Some(last)
    }

    /// What is kept after `after`; `None` if something between is no longer kept.
    fn after(&self, after: u64) -> Option<Vec<Line>> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let first = lines.front()?.seq;
        if first > after + 1 {
            return None;
        }
        let skip = usize::try_from(after + 1 - first).unwrap_or(usize::MAX);
        Some(lines.iter().skip(skip).cloned().collect())
    }
}

impl Watcher {
    /// What has come since the last call; empty when nothing is there yet.
    pub async fn next(&mut self) -> Result<Vec<Line>, JournalError> {
        // Seen before it is read: what comes in between is noticed by the next wait.
        let head = *self.head.borrow_and_update();
        let kept = if head > self.after { self.tail.after(self.after) } else { Some(Vec::new()) };
        let lines = match kept {
            // The reading has not reached as far as this watcher has been, or is behind them.
            Some(lines) if head >= self.after && head > 0 => lines,
            _ => {
                let page = self.journal.read(self.incident, self.after, PAGE).await?;
                page.iter().filter_map(|entry| Line::of(entry).ok()).collect()
            }
        };
        self.after = lines.last().map_or(self.after, |line| line.seq);
        Ok(lines)
    }

    /// Waits until there may be more, at most `limit`.
    pub async fn grown(&mut self, limit: Duration) {
        let after = self.after;
        // Too late, or (which cannot be while we hold it) without a sender: look again.
        let _waited = timeout(limit, self.head.wait_for(|head| *head > after)).await;
    }
}
