//! What this replica's subscribers have been told lately, so that a look into the journal does
//! not tell them again.

use std::{collections::HashMap, mem};

use evenkeel_domain::id::IncidentId;
use evenkeel_engine::journal::Grown;

/// Told since the last look but one. Forgetting too early only costs a signal that is not needed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    now: HashMap<IncidentId, u64>,
    before: HashMap<IncidentId, u64>,
}

impl Seen {
    /// Adds; `false` if that much was known already.
    pub(super) fn add(&mut self, Grown { incident, seq }: Grown) -> bool {
        let before = self.before.get(&incident).copied().unwrap_or(0);
        let now = self.now.entry(incident).or_insert(0);
        let new = seq > before.max(*now);
        *now = seq.max(*now);
        new
    }

    /// Another look was had.
    pub(super) fn turn(&mut self) {
        self.before = mem::take(&mut self.now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_known_for_two_looks() {
        let mut seen = Seen::default();
        let grown = |seq| Grown { incident: IncidentId::from_parts(1, 1), seq };
        assert!(seen.add(grown(2)));
        assert!(!seen.add(grown(2)) && !seen.add(grown(1)));
        assert!(seen.add(grown(3)));
        seen.turn();
        assert!(!seen.add(grown(3)));
        seen.turn();
        seen.turn();
        assert!(seen.add(grown(3)));
        assert!(seen.add(Grown { incident: IncidentId::from_parts(1, 2), seq: 1 }));
    }
}
