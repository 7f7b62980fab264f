//! Predicates: what must be true for a fix to count as one. Declared in the plan, evaluated by
//! the Verifier, never judged by a model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{id::ActionId, object::ObjectRef};

/// How a measured value is compared with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// Whether `value` compares so with `threshold`. NaN never does.
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Below => value < threshold,
            Self::AtMost => value <= threshold,
            Self::Above => value > threshold,
            Self::AtLeast => value >= threshold,
        }
    }

    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "≤",
            Self::Above => ">",
            Self::AtLeast => "≥",
        }
    }
}

/// One thing that must be true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Predicate {
    /// A PromQL instant query gives a value, and the value compares as wanted. Several series:
    /// the worst counts. Nothing, NaN or no answer: not fulfilled.
    Metric {
        /// What is measured, in words.
        label: String,
        /// PromQL.
        query: String,
        /// The comparison.
        comparison: Comparison,
        /// With what.
        threshold: f64,
        /// Unit of value and threshold: `s`, `B`, `ratio` (of one), …; empty for a bare number.
        unit: String,
    },
    /// Prometheus evaluated the rule after the fix and no alert of it with these labels fires.
    AlertInactive {
        /// The rule's name.
        alertname: String,
        /// Labels the alert must match.
        labels: BTreeMap<String, String>,
    },
    /// The workload's newest generation is rolled out completely and available.
    RolloutComplete {
        /// The workload.
        object: ObjectRef,
    },
    /// The Job is complete.
    JobComplete {
        /// The Job.
        object: ObjectRef,
    },
    /// The pull request that an action of the plan opened is merged.
    PullMerged {
        /// Its repository.
        repository: ObjectRef,
        /// The action.
        opened_by: ActionId,
    },
}

impl Predicate {
    /// The predicate in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Metric { label, comparison, threshold, unit, .. } => {
                let unit = if unit == "ratio" { "" } else { unit };
                format!("{label} {} {threshold}{unit}", comparison.sign())
            }
            Self::AlertInactive { alertname, .. } => format!("{alertname} no longer fires"),
            Self::RolloutComplete { object } => format!("{object} is rolled out and available"),
            Self::JobComplete { object } => format!("{object} is complete"),
            Self::PullMerged { repository, .. } => {
                format!("the revert in {} is merged", repository.full_name())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_fulfils_nothing() {
        for c in [Comparison::Below, Comparison::AtMost, Comparison::Above, Comparison::AtLeast] {
            assert!(!c.holds(f64::NAN, 1.0), "I8: NaN must never count as success");
        }
    }
}
