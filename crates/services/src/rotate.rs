//! Sealing every credential with another key.

use std::collections::BTreeMap;

use evenkeel_domain::{audit::AuditAction, id::OrganisationId};
use evenkeel_storage::connections::Sealed;
use serde::Serialize;
use serde_json::json;

use crate::{Sealer, ServiceError, Services, audit::Subject, integrations::owner};

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// Credentials that were sealed with the former key and are sealed with the present one now.
    pub resealed: usize,
    /// Those that were sealed with the present one already.
    pub present: usize,
}

impl Services {
    /// Seals everything that `former` opens with the present key: all of it, in one transaction
    /// with its audit records, or nothing. Run again, it finds nothing left to do.
    pub async fn rotate_secrets(&self, former: &Sealer, by: &str) -> Result<Rotated, ServiceError> {
        let present = &self.parts.sealer;
        let mut changes: Vec<(Sealed, Vec<u8>)> = Vec::new();
        let mut counts: BTreeMap<OrganisationId, usize> = BTreeMap::new();
        let mut kept = 0;
        for known in self.store().sealed().await? {
            let owner = owner(known.owner);
            if let Ok(text) = former.open(&owner, &known.sealed) {
                *counts.entry(known.organisation).or_default() += 1;
                let fresh = present.seal(&owner, &text)?;
                changes.push((known, fresh));
            } else {
                // Unless the present key opens it, neither key is the one it was sealed with.
                present.open(&owner, &known.sealed)?;
                kept += 1;
            }
        }
        let audit: Vec<_> = counts
            .into_iter()
            .map(|(organisation, credentials)| {
                let subject = Subject {
                    words: "sealed credentials".into(),
                    detail: json!({ "credentials": credentials }),
                    ..Subject::default()
                };
                let rotated = AuditAction::SecretsRotated;
                self.audit_record(organisation, by.to_owned(), rotated, subject)
            })
            .collect();
        if !changes.is_empty() {
            self.store().reseal(&changes, &audit).await?;
        }
        Ok(Rotated { resealed: changes.len(), present: kept })
    }
}
