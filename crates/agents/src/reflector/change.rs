//! Whether a change of a workload came right before its trouble.

use evenkeel_domain::{
    Timestamp,
    finding::{Finding, FindingKind},
    hypothesis::Change,
};
use jiff::SignedDuration;

use super::{case::Case, weigh};

/// A change set against an onset.
#[derive(Debug, Clone)]
pub struct Correlation<'a> {
    /// The finding that tells of the change.
    pub finding: &'a Finding,
    /// The change.
    pub change: Change,
    /// Its `ReplicaSet`.
    pub replica_set: Option<&'a str>,
    /// What is left of its weight; 0 when it came after the onset.
    pub strength: f64,
    /// Whether it went back to an earlier template, and not right before the trouble.
    pub mending: bool,
    /// How long before the onset it came; negative when it came after.
    pub gap: SignedDuration,
}

impl Correlation<'_> {
    /// Whether it came after the trouble had begun.
    pub fn late(&self) -> bool {
        self.gap < -weigh::BLUR
    }
}

/// The change of the case that fits the onset best: the latest that is not late, else the latest.
pub fn correlate<'a>(case: &Case<'a>, onset: Timestamp) -> Option<Correlation<'a>> {
    let mut all: Vec<_> = case
        .findings
        .iter()
        .filter(|f| f.kind == FindingKind::RecentChange)
        .filter_map(|f| read(f, onset))
        .collect();
    all.sort_by_key(|c| std::cmp::Reverse(c.change.at));
    let fits = all.iter().position(|c| !c.late()).unwrap_or(0);
    (!all.is_empty()).then(|| all.swap_remove(fits))
}

fn read(finding: &Finding, onset: Timestamp) -> Option<Correlation<'_>> {
    let number = |name: &str| finding.facts.get(name).and_then(|text| text.parse::<u64>().ok());
    let at = finding.since?;
    let change = Change {
        revision: number("revision")?,
        at,
        previous: number("previous"),
        cause: finding.facts.get("change_cause").cloned(),
    };
    let gap = onset.duration_since(at);
    let fact = |name: &str| finding.facts.get(name).is_some_and(|text| text == "true");
    // Right before the trouble, and surely so, an old template is as suspicious as a new one.
    let right_before = fact("surely_dated") && gap >= -weigh::BLUR && gap <= weigh::RIGHT_BEFORE;
    let mending = fact("gone_back") && !right_before;
    let strength = if gap < -weigh::BLUR {
        0.0
    } else {
        weigh::decay(gap) * if mending { weigh::MENDING } else { 1.0 }
    };
    let replica_set = finding.facts.get("replica_set").map(String::as_str);
    Some(Correlation { finding, change, replica_set, strength, mending, gap })
}
