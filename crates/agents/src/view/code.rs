//! What the GitHub specialist saw.

use evenkeel_domain::{Timestamp, object::ObjectRef};
use evenkeel_tools::github::FoundChange;

use crate::bench::Answer;

/// What was seen.
#[derive(Debug, Clone)]
pub struct CodeView {
    /// Releases of workloads around the onset, with what they were made from.
    pub releases: Vec<Release>,
}

/// One release of a workload: a revision whose image is another than that of the one before.
#[derive(Debug, Clone)]
pub struct Release {
    /// The workload.
    pub object: ObjectRef,
    /// Its revision.
    pub revision: i64,
    /// When that came.
    pub at: Timestamp,
    /// The image's version.
    pub version: String,
    /// The version before.
    pub previous: Option<String>,
    /// The repository's number at its host.
    pub repository_id: u64,
    /// What it was made from.
    pub found: Answer<FoundChange>,
    /// The listing in which the repository stands.
    pub listed_in: evenkeel_domain::id::EvidenceId,
}
