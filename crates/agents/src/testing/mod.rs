//! Hand-built views and a scripted bench, for tests only.

pub mod bench;
pub mod metrics;
pub mod state;
pub mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use evenkeel_domain::{
    hypothesis::{CauseCode, Hypothesis},
    id::{EvidenceId, HypothesisId},
    object::ObjectRef,
};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number nobody has had.
pub fn unique() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A fresh evidence id, sorting after all before it.
pub fn evidence_id() -> EvidenceId {
    EvidenceId::from_parts(unique(), 0)
}

/// A sure hypothesis about a Deployment of namespace `shop`.
pub fn hypothesis(cause: CauseCode, name: &str) -> Hypothesis {
    Hypothesis {
        id: HypothesisId::from_parts(unique(), 0),
        cause,
        object: ObjectRef::deployment("shop", name),
        summary: format!("{name} has trouble"),
        confidence: 0.9,
        change: None,
        claims: Vec::new(),
        against: Vec::new(),
        unseen: Vec::new(),
        findings: Vec::new(),
        symptoms: Vec::new(),
    }
}
