//! A finding before it has an id: what analyzers make.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp,
    evidence::{Citation, Specialist},
    finding::{Finding, FindingKind},
    id::{EvidenceId, FindingId},
    object::ObjectRef,
    severity::Severity,
    text::clip,
};

/// Characters of a summary: one sentence with one quoted line in it.
const SUMMARY: usize = 400;
/// Characters of a fact: a diff of a pod template is the longest.
const FACT: usize = 2000;
/// Citations of one finding; more than that nobody reads.
const CITATIONS: usize = 6;

/// Names of facts that one agent writes and another reads.
pub mod facts {
    /// The alert whose own measure the finding is about.
    pub const ALERT: &str = "alert";
    /// `true`: the lines of an error in a log are so few that they may be chance.
    pub const FEW: &str = "few";
    /// The `ReplicaSet` whose pods alone show it.
    pub const REPLICA_SET: &str = "replica_set";
    /// `true`: what rose has come back since.
    pub const ENDED: &str = "ended";
    /// The commit that a release was made from, where it was one.
    pub const COMMIT: &str = "commit";
    /// The pull request that commit came in by.
    pub const PULL: &str = "pull";
    /// When the last pod of a change's revision came: until then it was still rolling out.
    pub const ROLLED_OUT: &str = "rolled_out";
    /// Why a Job's pods ended that has nothing to do with the Job, in Kubernetes' word.
    pub const TRANSIENT: &str = "transient";
    /// The runbook a finding speaks of, by its id.
    pub const RUNBOOK: &str = "runbook";
}

/// A finding before it has an id.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it is.
    pub kind: FindingKind,
    /// On which object.
    pub object: ObjectRef,
    /// How bad it is by itself.
    pub severity: Severity,
    /// One sentence.
    pub summary: String,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
    /// What shows it.
    pub evidence: Vec<Citation>,
    /// Named values.
    pub facts: BTreeMap<String, String>,
}

impl Draft {
    /// Begins a finding.
    pub fn new(
        kind: FindingKind,
        object: ObjectRef,
        severity: Severity,
        summary: impl AsRef<str>,
    ) -> Self {
        Self {
            kind,
            object,
            severity,
            summary: clip(summary.as_ref(), SUMMARY),
            since: None,
            evidence: Vec::new(),
            facts: BTreeMap::new(),
        }
    }

    /// Says since when.
    #[must_use]
    pub fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }

    /// Adds what shows it.
    #[must_use]
    pub fn cite(mut self, evidence: EvidenceId, quote: String) -> Self {
        let citation = Citation { evidence, quote };
        if self.evidence.len() < CITATIONS && !self.evidence.contains(&citation) {
            self.evidence.push(citation);
        }
        self
    }

    /// Adds a named value.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), clip(&value.to_string(), FACT));
        self
    }

    /// Adds a named value, if there is one.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.fact(name, value),
            None => self,
        }
    }

    /// Makes it a finding.
    pub fn into_finding(self, id: FindingId, specialist: Specialist) -> Finding {
        let Self { kind, object, severity, summary, since, evidence, facts } = self;
        Finding { id, specialist, kind, object, severity, summary, since, evidence, facts }
    }
}
