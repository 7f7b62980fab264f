//! Claims with what they weigh.

use evenkeel_domain::hypothesis::{Claim, ClaimStatus};

/// What speaks for a hypothesis and what against it.
#[derive(Debug, Default)]
pub struct Scales {
    /// For it.
    pub claims: Vec<Claim>,
    /// Against it.
    pub against: Vec<Claim>,
    /// Weights of what speaks for it.
    pub weights: Vec<f64>,
    /// Penalties of what speaks against it.
    pub penalties: Vec<f64>,
}

impl Scales {
    /// Adds a claim for it; one whose quotes are not found weighs nothing.
    pub fn support(&mut self, claim: Claim, weight: f64) {
        if claim.status == ClaimStatus::Supported {
            self.weights.push(weight);
        }
        self.claims.push(claim);
    }

    /// Adds a claim against it; one whose quotes are not found weighs nothing.
    pub fn oppose(&mut self, claim: Claim, penalty: f64) {
        if claim.status == ClaimStatus::Supported {
            self.penalties.push(penalty);
        }
        self.against.push(claim);
    }
}
