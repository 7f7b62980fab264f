//! Replaying a journal: folding it again, record by record, and asking today's [`decide()`](crate::decide()) what it
//! would do at every point where a worker decided. Nothing is called: no network, no model, and
//! no clock but the times in the journal.
//!
//! What a worker decided is not written down; it follows from what it recorded ([`implied()`]).
//! Other people's records may come between a decision and its record (an alert ends while the
//! Planner plans), so a record agrees when any of the states it may have been decided on leads to
//! its step today.

mod excerpt;
mod implied;
mod words;

use evenkeel_domain::{Entry, Event, IncidentState, Timestamp, incident::FoldError};
use serde::Serialize;

use crate::{Step, decide};

pub use excerpt::excerpt;
pub use implied::{Implied, implied};
pub use words::{sentence, stage, step};

/// One record, replayed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// Its position.
    pub seq: u64,
    /// When it was appended.
    pub at: Timestamp,
    /// The event's name.
    pub event: &'static str,
    /// The event in a sentence.
    pub sentence: String,
    /// Where the run stands after it.
    pub stage: String,
    /// The decision behind it, if a worker took one.
    pub decision: Option<Decision>,
}

/// A decision of a worker, as recorded and as it would be taken today.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// What the record tells.
    pub recorded: String,
    /// What `decide` says today, about the state before the record at the record's time.
    pub today: String,
    /// Whether that is the same.
    pub agrees: bool,
    /// Where they differ: what the decision was taken on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<String>,
}

/// A replay under way. It keeps the folded state and nothing of the records behind it.
#[derive(Debug, Clone)]
pub struct Replay {
    max_rounds: u8,
    state: Option<IncidentState>,
    /// What today's `decide` says of each state since the last decision.
    possible: Vec<Step>,
}

impl Replay {
    /// A replay under a rule for how many rounds there may be.
    pub fn new(max_rounds: u8) -> Self {
        Self { max_rounds, state: None, possible: Vec::new() }
    }

    /// Folds one record in.
    pub fn advance(&mut self, entry: &Entry) -> Result<Moment, FoldError> {
        let Some(state) = &mut self.state else {
            let opened = IncidentState::open(entry)?;
            let moment = moment(entry, &opened, None);
            self.state = Some(opened);
            return Ok(moment);
        };
        let today = decide(state, entry.at, self.max_rounds);
        if !self.possible.contains(&today) {
            self.possible.push(today.clone());
        }
        let decision = implied(state, &entry.event).map(|recorded| {
            let agrees = self.possible.iter().any(|possible| recorded.fits(possible));
            // Specialists of one step conclude one by one; everything else is one record a step.
            let under_way = matches!(entry.event, Event::SpecialistConcluded { .. });
            self.possible.retain(|p| under_way && matches!(p, Step::Observe { .. }));
            Decision {
                recorded: recorded.to_string(),
                today: step(&today),
                agrees,
                state: if agrees { Vec::new() } else { excerpt(state) },
            }
        });
        state.apply(entry)?;
        Ok(moment(entry, state, decision))
    }

    /// The incident as of the last record.
    pub fn state(&self) -> Option<&IncidentState> {
        self.state.as_ref()
    }

    /// What `decide` says of it at the time of its last record.
    pub fn next(&self) -> Option<Step> {
        let state = self.state.as_ref()?;
        Some(decide(state, state.updated_at, self.max_rounds))
    }
}

fn moment(entry: &Entry, after: &IncidentState, decision: Option<Decision>) -> Moment {
    Moment {
        seq: entry.seq,
        at: entry.at,
        event: entry.event.name(),
        sentence: sentence(&entry.event),
        stage: stage(after),
        decision,
    }
}

#[cfg(test)]
mod tests;
