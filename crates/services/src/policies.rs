//! The policies in force, for people to read.

use evenkeel_domain::{
    access::{Caller, Permission},
    view::{PolicyBook, PolicyRule},
};
use evenkeel_policy::RuleEffect;

use crate::{ServiceError, Services};

impl Services {
    /// Every rule in force with its sentence and text.
    pub fn policy_book(&self, caller: &Caller) -> Result<PolicyBook, ServiceError> {
        self.authorize(caller, Permission::View)?;
        let rules = self.parts.policy.rules().iter().map(|rule| PolicyRule {
            id: rule.id.clone(),
            reason: rule.reason.clone(),
            effect: match rule.effect {
                RuleEffect::Permit => "permit".into(),
                RuleEffect::Forbid => "forbid".into(),
            },
            file: rule.file.clone(),
            text: rule.text.clone(),
        });
        Ok(PolicyBook { version: self.parts.policy.version().to_owned(), rules: rules.collect() })
    }
}

impl Services {
    /// The version of the policies in force: SHA-256 over schema and policies, in hex.
    pub fn policy_version(&self) -> &str {
        self.parts.policy.version()
    }
}
