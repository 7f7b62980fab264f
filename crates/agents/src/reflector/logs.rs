//! What errors in logs add to a cause. Looked at is where and when they were logged, never what they say (invariant I7).

use evenkeel_domain::{
    evidence::Citation,
    finding::{Finding, FindingKind},
};

use super::{case::Case, change::Correlation};
use crate::draft::facts;

/// What is left of a finding's weight where it is an error in a log of which there are few lines.
pub fn share(finding: &Finding) -> f64 {
    if finding.facts.contains_key(facts::FEW) { 0.5 } else { 1.0 }
}

/// An error that began after the change and that pods of its revision alone log. Nothing where the mechanism says itself
/// which pods fail.
pub fn of_revision(
    case: &Case<'_>,
    mechanism: &Finding,
    found: &Correlation<'_>,
) -> Option<(String, Vec<Citation>)> {
    if mechanism.facts.contains_key(facts::REPLICA_SET) {
        return None;
    }
    let changed = found.replica_set?;
    let error = case.findings.iter().find(|finding| {
        finding.kind == FindingKind::NewErrorLog
            && !finding.facts.contains_key(facts::FEW)
            && finding.facts.get(facts::REPLICA_SET).is_some_and(|set| set == changed)
            && finding.since.is_some_and(|since| since >= found.change.at)
    })?;
    let text = format!(
        "an error that is new in the logs comes from pods of revision {} alone",
        found.change.revision
    );
    Some((text, error.evidence.clone()))
}
