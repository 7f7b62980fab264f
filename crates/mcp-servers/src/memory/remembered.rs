//! What is remembered, kept up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use evenkeel_retrieval::{Document, Index, Limits as IndexLimits, Section};
use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::memory::RememberedIncident;
use jiff::SignedDuration;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::recollections::{Cursor, Recollections};
use crate::failure::failure;

/// Incidents remembered at most, the latest ones: what was right two thousand incidents ago was another system.
const MOST: u32 = 2_000;
/// Incidents of one page. Each has a journal to be read.
const PAGE: u32 = 50;
/// A question reads what was closed since the last one, but not longer than this: what is left is read with the next,
/// and the answer says so.
const READING: Duration = Duration::from_secs(3);
/// What is read is read again from this long before the newest: clocks of replicas differ, and a transaction that began
/// earlier may end later.
const OVERLAP: SignedDuration = SignedDuration::from_mins(2);

/// The context of the server: what one organisation remembers.
pub struct Memory {
    source: Box<dyn Recollections>,
    most: u32,
    reading: Mutex<Reading>,
    held: RwLock<Held>,
}

#[derive(Default)]
struct Reading {
    /// The place up to which everything was read.
    at: Option<Cursor>,
    /// Whether it began behind incidents that were closed earlier.
    began_late: bool,
}

/// What is held.
#[derive(Default)]
pub(super) struct Held {
    pub(super) index: Index,
    pub(super) incidents: BTreeMap<String, RememberedIncident>,
    /// By when they were closed, so that the oldest goes first.
    order: BTreeSet<(jiff::Timestamp, String)>,
    /// Whether there are closed incidents that are not held.
    pub(super) truncated: bool,
    forgot: bool,
}

impl Memory {
    /// The memory of the organisation that `source` reads.
    pub fn new(source: impl Recollections) -> Self {
        Self::with_most(source, MOST)
    }

    /// The same, remembering at most so many.
    pub fn with_most(source: impl Recollections, most: u32) -> Self {
        let limits = IndexLimits { documents: most as usize, ..IndexLimits::default() };
        let held = Held { index: Index::new(limits), ..Held::default() };
        Self { source: Box::new(source), most, reading: Mutex::default(), held: RwLock::new(held) }
    }

    /// What is remembered, after what was closed since has been read.
    pub(super) async fn held(&self) -> Result<std::sync::RwLockReadGuard<'_, Held>, ToolFailure> {
        self.read_on().await?;
        Ok(self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn read_on(&self) -> Result<(), ToolFailure> {
        let mut reading = self.reading.lock().await;
        let began = Instant::now();
        if reading.at.is_none() {
            reading.at = self.source.latest(self.most).await.map_err(|why| unreadable(&why))?;
            reading.began_late = reading.at.is_some();
        }
        let mut after = reading.at.clone().map(|at| Cursor {
            closed_at: at.closed_at.checked_sub(OVERLAP).unwrap_or(at.closed_at),
            id: String::new(),
        });
        let mut left = true;
        while left && began.elapsed() < READING {
            let page =
                self.source.closed(after.clone(), PAGE).await.map_err(|why| unreadable(&why))?;
            left = page.full && page.last.is_some();
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            for incident in page.incidents {
                held.keep(incident, self.most as usize);
            }
            drop(held);
            if let Some(last) = page.last {
                // Never back, or an overlap longer than a page would be read for ever.
                reading.at = reading.at.take().max(Some(last.clone()));
                after = Some(last);
            }
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.truncated = left || reading.began_late || held.forgot;
        Ok(())
    }
}

impl Held {
    fn keep(&mut self, incident: RememberedIncident, most: usize) {
        if let Some(before) = self.incidents.get(&incident.id) {
            self.order.remove(&(before.closed_at, before.id.clone()));
        }
        let key = (incident.closed_at, incident.id.clone());
        self.index.remove(&incident.id);
        self.incidents.remove(&incident.id);
        while self.incidents.len() >= most || self.index.put(document(&incident)).is_err() {
            self.forgot = true;
            let Some((_, oldest)) = self.order.pop_first() else { return };
            self.incidents.remove(&oldest);
            self.index.remove(&oldest);
        }
        self.order.insert(key);
        self.incidents.insert(incident.id.clone(), incident);
    }

    /// When the last of them was closed.
    pub(super) fn newest(&self) -> Option<jiff::Timestamp> {
        self.order.last().map(|(at, _)| *at)
    }
}

/// What an incident is found by: its words, not its ids.
fn document(incident: &RememberedIncident) -> Document {
    let section = |heading: &str, text: String| Section { heading: heading.to_owned(), text };
    let tried: Vec<_> = incident.tried.iter().map(|tried| tried.action.as_str()).collect();
    let sections = [
        section("Found", incident.findings.join("\n")),
        section(
            "Cause",
            [incident.cause.clone(), incident.explanation.clone()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n"),
        ),
        section("Tried", tried.join("\n")),
    ];
    Document {
        id: incident.id.clone(),
        title: incident.title.clone(),
        names: incident.alerts.clone(),
        tags: incident.object.iter().cloned().collect(),
        sections: sections.into_iter().filter(|section| !section.text.trim().is_empty()).collect(),
    }
}

fn unreadable(why: &str) -> ToolFailure {
    failure(
        codes::MEMORY_FAILED,
        format!("closed incidents can't be read: {}", crate::text::clip(why, 300).0),
        "Look at the database; nothing else depends on the memory.",
    )
}
