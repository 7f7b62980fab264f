//! What a run came to.

use std::{collections::BTreeMap, fmt, process::Command, sync::PoisonError, time::Duration};

use crate::{
    verdict::{Promise, Violation},
    world::World,
};

/// One line of the table.
#[derive(Debug, Default)]
struct Row {
    kills: usize,
    recoveries: Vec<Duration>,
}

/// The report.
#[derive(Debug)]
pub struct Report {
    database: &'static str,
    rows: BTreeMap<String, Row>,
    peace: Option<Duration>,
    /// Restarts after which everything was compared.
    pub checked: u64,
    lasted: Duration,
    violations: Vec<(String, Violation)>,
    acknowledged: usize,
    retries: u64,
    endings: BTreeMap<String, usize>,
    reasons: BTreeMap<String, usize>,
    writes: usize,
    dry_runs: usize,
    approvals: usize,
}

impl Report {
    /// An empty one.
    pub fn new(database: &'static str) -> Self {
        Self {
            database,
            rows: BTreeMap::new(),
            peace: None,
            checked: 0,
            lasted: Duration::ZERO,
            violations: Vec::new(),
            acknowledged: 0,
            retries: 0,
            endings: BTreeMap::new(),
            reasons: BTreeMap::new(),
            writes: 0,
            dry_runs: 0,
            approvals: 0,
        }
    }

    /// A kill in `phase`; how long the restart before it took to be ready, if it got so far.
    pub fn killed(&mut self, phase: String, recovery: Option<Duration>) {
        let row = self.rows.entry(phase).or_default();
        row.kills += 1;
        row.recoveries.extend(recovery);
    }

    /// The last start, after which nobody is killed.
    pub fn last_recovery(&mut self, took: Duration) {
        self.peace = Some(took);
    }

    /// Takes down what the world has to say at its end.
    pub fn finish(&mut self, world: &World, lasted: Duration) {
        self.lasted = lasted;
        self.violations = world.verdict.all();
        self.acknowledged = world.source.acknowledged().len();
        self.retries = world.source.retries();
        self.endings = world.ledger.endings();
        self.reasons = world.ledger.reasons();
        let writes = world.writes.lock().unwrap_or_else(PoisonError::into_inner);
        self.writes = writes.total();
        self.dry_runs = writes.dry_runs;
        self.approvals = world.people.granted();
    }

    /// Whether every promise was kept.
    pub fn kept(&self) -> bool {
        self.violations.is_empty()
    }

    /// Kills in all.
    pub fn kills(&self) -> usize {
        self.rows.values().map(|row| row.kills).sum()
    }

    /// What was broken, and after a kill in which phase it was seen.
    pub fn violations(&self) -> &[(String, Violation)] {
        &self.violations
    }

    /// How many writes the API server accepted.
    pub fn writes(&self) -> usize {
        self.writes
    }

    fn broken(&self, promise: Promise, phase: Option<&str>) -> usize {
        let in_phase = |seen: &str| phase.is_none_or(|phase| seen == phase);
        let all = self.violations.iter();
        all.filter(|(seen, v)| v.promise == promise && in_phase(seen)).count()
    }
}

fn median(times: &[Duration]) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

fn milliseconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.as_millis().to_string())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:24} {:>6} {:>5} {:>8} {:>6} {:>11} {:>8}",
            "killed at", "kills", "lost", "doubled", "stuck", "recovery ms", "max ms"
        )?;
        let mut line = |name: &str, phase: Option<&str>, kills: usize, times: &[Duration]| {
            writeln!(
                f,
                "{name:24} {kills:>6} {:>5} {:>8} {:>6} {:>11} {:>8}",
                self.broken(Promise::Lost, phase)
                    + self.broken(Promise::Chain, phase)
                    + self.broken(Promise::Stream, phase),
                self.broken(Promise::Doubled, phase) + self.broken(Promise::Approval, phase),
                self.broken(Promise::Stuck, phase),
                milliseconds(median(times)),
                milliseconds(times.iter().max().copied()),
            )
        };
        for (phase, row) in &self.rows {
            line(phase, Some(phase), row.kills, &row.recoveries)?;
        }
        let all: Vec<_> = self
            .rows
            .values()
            .flat_map(|row| &row.recoveries)
            .chain(&self.peace)
            .copied()
            .collect();
        line("in all", None, self.kills(), &all)?;
        writeln!(f)?;
        let endings: Vec<_> = self.endings.iter().map(|(how, n)| format!("{n} {how}")).collect();
        let incidents: usize = self.endings.values().sum();
        writeln!(f, "{incidents} incidents: {}", endings.join(", "))?;
        for (reason, times) in &self.reasons {
            writeln!(f, "  {times} {reason}")?;
        }
        writeln!(
            f,
            "{} alerts acknowledged after {} attempts in vain; {} approvals; the API server accepted {} writes and {} dry runs",
            self.acknowledged, self.retries, self.approvals, self.writes, self.dry_runs
        )?;
        writeln!(
            f,
            "everything compared after {} of {} restarts, and once more at the end",
            self.checked,
            self.kills() + 1
        )?;
        writeln!(f, "{} on {}, {}", self.database, machine(), commit())?;
        writeln!(f, "{:.0} s in all", self.lasted.as_secs_f64())?;
        for (phase, violation) in &self.violations {
            let whose = violation.incident.map_or_else(String::new, |id| format!(" ({id})"));
            writeln!(
                f,
                "BROKEN {:?}{whose}, seen after {phase}: {}",
                violation.promise, violation.what
            )?;
        }
        Ok(())
    }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model.trim());
    format!("{cores} cores of {model}")
}

fn commit() -> String {
    let git = Command::new("git").args(["describe", "--always", "--dirty"]).output();
    match git {
        Ok(output) if output.status.success() => {
            format!("commit {}", String::from_utf8_lossy(&output.stdout).trim())
        }
        _ => "commit unknown".to_owned(),
    }
}
