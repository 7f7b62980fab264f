//! One incident, live.

use evenkeel_domain::{Entry, IncidentState, incident::FoldError};
use leptos::prelude::*;

use super::{Heard, line::keep_open};

/// An incident that grows while one watches: its journal and the fold of it.
#[derive(Clone, Copy)]
pub struct LiveIncident {
    /// The journal so far.
    pub journal: RwSignal<Vec<Entry>>,
    /// Its fold.
    pub state: RwSignal<IncidentState>,
}

impl LiveIncident {
    /// Begins with what the server said.
    pub fn new(journal: Vec<Entry>) -> Result<Self, FoldError> {
        let state = IncidentState::fold(&journal)?.ok_or(FoldError::Opening("nothing"))?;
        Ok(Self { journal: RwSignal::new(journal), state: RwSignal::new(state) })
    }

    /// Takes one record in: applies it, ignores what is known already, or finds that others are missing before it.
    pub fn hear(&self, entry: Entry) -> Result<Heard, FoldError> {
        if entry.seq <= self.state.with_untracked(|state| state.seq) {
            return Ok(Heard::Fine);
        }
        let mut applied = Ok(());
        self.state.maybe_update(|state| {
            applied = state.apply(&entry);
            applied.is_ok()
        });
        match applied {
            Ok(()) => {
                self.journal.update(|journal| journal.push(entry));
                Ok(Heard::Fine)
            }
            Err(FoldError::Gap { .. }) => Ok(Heard::Gap),
            Err(error) => Err(error),
        }
    }
}

/// Follows an incident until it closes. `broken` is called when a record does not fit what is known, which only a fresh
/// load can mend.
pub fn follow_incident(
    live: LiveIncident,
    lost_since: RwSignal<Option<f64>>,
    broken: Callback<()>,
) {
    let url = move || {
        let (id, seq) = live.state.with_untracked(|state| (state.id, state.seq));
        format!("/api/v1/incidents/{id}/events?after={seq}")
    };
    let heard = move |data: &str| {
        let Ok(Ok(heard)) = serde_json::from_str::<Entry>(data).map(|entry| live.hear(entry))
        else {
            broken.run(());
            return Heard::Fine;
        };
        heard
    };
    let open = Memo::new(move |_| live.state.with(|state| state.closed_at.is_none()));
    keep_open(url, "entry", heard, open.into(), lost_since);
}
