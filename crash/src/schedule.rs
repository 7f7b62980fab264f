//! Where and when to kill.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use evenkeel_engine::failpoint;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

/// Every fail point.
pub const ALL: &[&str] = &[""];
/// Those around what a store does itself. Passed many times a second, so killed at late passings
/// too.
pub const BUSY: &[&str] = &["append.", "commit.", "claim.", "park.", "renew.", "intake.", "desk."];
/// Late passings of busy places.
const LATE: &[u64] = &[2, 3, 5, 8, 13, 21, 34];
/// How often a fail point that was not reached is tried again.
const TRIES: u32 = 3;

/// One kill.
#[derive(Debug, Clone, PartialEq)]
pub enum Kill {
    /// At the nth passing of a fail point.
    At {
        /// Its name.
        point: &'static str,
        /// Which passing.
        nth: u64,
        /// How often it was tried before.
        tries: u32,
    },
    /// So long after the start.
    After(Duration),
}

impl Kill {
    /// What the table calls it.
    pub fn phase(&self) -> String {
        match self {
            Self::At { point, .. } => phase_of(point).to_owned(),
            Self::After(_) => "random".to_owned(),
        }
    }
}

/// What the table calls a fail point: a step by its own name, everything else by what it is about.
fn phase_of(point: &str) -> &str {
    let step = point.strip_prefix("step.before.").or_else(|| point.strip_prefix("step.after."));
    step.unwrap_or_else(|| point.split('.').next().unwrap_or(point))
}

/// What to do in which order.
pub struct Schedule {
    queue: VecDeque<Kill>,
    total: usize,
    done: usize,
    random: StdRng,
    missed: Vec<&'static str>,
    reached: BTreeSet<&'static str>,
}

impl Schedule {
    /// Every fail point whose name begins with one of `families` `rounds` times (busy ones also at
    /// late passings, if there is more than one round), and random moments up to `total` kills in
    /// all.
    pub fn new(families: &[&str], rounds: u32, total: usize, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let mut queue = VecDeque::new();
        for round in 0..rounds {
            let mut points: Vec<Kill> = failpoint::ALL
                .iter()
                .filter(|point| families.iter().any(|family| point.starts_with(family)))
                .map(|point| {
                    let busy = round > 0 && BUSY.iter().any(|family| point.starts_with(family));
                    let late = usize::try_from(round).unwrap_or(0).wrapping_sub(1) % LATE.len();
                    Kill::At { point, nth: if busy { LATE[late] } else { 1 }, tries: 0 }
                })
                .collect();
            points.shuffle(&mut random);
            queue.extend(points);
        }
        Self { queue, total, done: 0, random, missed: Vec::new(), reached: BTreeSet::new() }
    }

    /// The next kill: fail points and random moments take turns until one kind is used up.
    pub fn pick(&mut self) -> Option<Kill> {
        let left = self.total.saturating_sub(self.done);
        if self.queue.is_empty() && left == 0 {
            return None;
        }
        let points = self.queue.len();
        let pick_point = points > 0 && self.random.random_range(0..left.max(points)) < points;
        if let Some(at) = self.queue.pop_front_if(|_| pick_point) {
            return Some(at);
        }
        // One in six before it is up, the others while it works.
        let after = if self.random.random_range(0..6) == 0 {
            self.random.random_range(0..250)
        } else {
            self.random.random_range(250..1_400)
        };
        Some(Kill::After(Duration::from_millis(after)))
    }

    /// What must have happened before a fail point can be reached, if a kill brings it about.
    pub fn prelude(&mut self, kill: &Kill) -> Option<Kill> {
        let Kill::At { point, .. } = kill else { return None };
        let one_of = |random: &mut StdRng, points: &[&'static str]| {
            let point = points[random.random_range(0..points.len())];
            Some(Kill::At { point, nth: 1, tries: TRIES })
        };
        if point.ends_with("reconcile") || *point == "reconcile.found" {
            let doubt = ["act.intended", "act.before-write", "act.after-write"];
            one_of(&mut self.random, &doubt)
        } else if point.ends_with("reconcile_undo") || *point == "reconcile-undo.found" {
            let doubt = ["undo.intended", "undo.before-write", "undo.after-write"];
            one_of(&mut self.random, &doubt)
        } else {
            None
        }
    }

    /// A kill was done.
    pub fn done(&mut self) {
        self.done += 1;
    }

    /// It died where it was to die, be it only to bring about something else.
    pub fn reached(&mut self, kill: &Kill) {
        if let Kill::At { point, .. } = kill {
            self.reached.insert(point);
        }
    }

    /// A fail point was not reached: later, or never.
    pub fn missed(&mut self, kill: Kill) {
        let Kill::At { point, nth, tries } = kill else { return };
        if tries < TRIES {
            self.queue.push_back(Kill::At { point, nth: nth.div_ceil(2), tries: tries + 1 });
        } else {
            self.missed.push(point);
        }
    }

    /// Fail points that were given up and never reached in another way.
    pub fn given_up(&self) -> BTreeSet<&'static str> {
        let missed = self.missed.iter().copied();
        missed.filter(|point| !self.reached.contains(point)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fail_point_is_visited_and_the_number_is_kept() {
        let mut schedule = Schedule::new(ALL, 2, 400, 1);
        let (mut points, mut kills) = (BTreeSet::new(), 0);
        while let Some(kill) = schedule.pick() {
            if let Kill::At { point, .. } = kill {
                points.insert(point);
            }
            kills += 1;
            schedule.done();
        }
        assert_eq!(points.len(), failpoint::ALL.len());
        assert!((400..=400 + failpoint::ALL.len()).contains(&kills), "{kills}");
    }

    #[test]
    fn a_fail_point_that_is_never_reached_is_given_up_and_named() {
        let mut schedule = Schedule::new(ALL, 1, 0, 1);
        while let Some(kill) = schedule.pick() {
            schedule.missed(kill);
        }
        assert_eq!(schedule.given_up().len(), failpoint::ALL.len());
        // One that is reached only to bring about another is no less reached.
        schedule.reached(&Kill::At { point: "undo.intended", nth: 1, tries: TRIES });
        assert!(!schedule.given_up().contains("undo.intended"));
    }
}
