//! Checkpoints of the audit trail, and checking the chains.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use evenkeel_domain::{
    Timestamp,
    access::{Caller, Permission},
    audit::AuditAction,
    id::{IncidentId, OrganisationId},
    proof::{Broken, Place, Verification, Witness, Wrong},
    view::{AuditStanding, CheckpointLine},
};
use evenkeel_engine::{
    audit_chain::AuditHead,
    checkpoint::{Checkpoint, Signer},
    proof::{AuditWalk, Finding, JournalHead, Trust},
};
use evenkeel_storage::verify::{self, Against};
use jiff::SignedDuration;
use serde_json::json;

use crate::{ServiceError, Services, audit::Subject};

/// Rows of the trail read at once; one is about a kilobyte.
const PAGE: u32 = 1_000;
/// Ends of journals in one record of the trail: some 13 kilobytes.
const TOGETHER: u32 = 100;
/// For how many days after its opening a closed incident is looked at for late records, such as an
/// alert that was resolved. Later ones are not kept track of.
const LATE_DAYS: i64 = 7;
/// For how long somebody who asks for a verification waits to see it end. It goes on without them.
const PATIENCE: Duration = Duration::from_secs(20);

/// How Evenkeel itself is called in the trail.
const ITSELF: &str = "evenkeel";

/// What the chains are signed and checked with.
#[derive(Debug, Clone)]
pub struct AuditKeys {
    signer: Arc<Signer>,
    trust: Trust,
}

impl AuditKeys {
    /// Signs with `signer`; believes it and the public keys in `former`.
    pub fn new(signer: Signer, former: Vec<String>) -> Self {
        let trust = Trust([vec![signer.key().to_owned()], former].concat());
        Self { signer: Arc::new(signer), trust }
    }

    /// The public key, in hex.
    pub fn public(&self) -> &str {
        self.signer.key()
    }

    /// The keys that are believed.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    pub(crate) fn signer(&self) -> &Signer {
        &self.signer
    }
}

/// How an attempt to make a checkpoint ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// One was made.
    Made(Checkpoint),
    /// Nothing was recorded since the last one, or another replica was faster.
    Unchanged,
    /// The trail does not hold from the last one on: nothing was signed.
    Broken(Broken),
}

/// One verification at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnderWay(Arc<AtomicBool>);

impl UnderWay {
    fn begin(&self) -> Option<Begun> {
        let free = self.0.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
        free.is_ok().then(|| Begun(self.clone()))
    }
}

struct Begun(UnderWay);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Release);
    }
}

impl Services {
    /// Keeps where journals end and signs where the trail ends, if anything was recorded since
    /// the last time. What does not hold is not signed.
    pub async fn checkpoint(&self, organisation: OrganisationId) -> Result<Signed, ServiceError> {
        let last = self.store().last_checkpoint(organisation).await?;
        let end = match self.end_since(organisation, last.as_ref()).await? {
            Ok(end) => end,
            Err((place, wrong)) => {
                let organisation = organisation.to_string();
                return Ok(Signed::Broken(Broken { organisation, place, wrong }));
            }
        };
        let grown = self.anchor_journals(organisation, last.is_none()).await?;
        let end = if grown {
            let mut walk = AuditWalk::from(organisation.to_string(), end);
            match self.walk_on(organisation, &mut walk).await? {
                Ok(()) => walk.head().clone(),
                Err((place, wrong)) => {
                    let organisation = organisation.to_string();
                    return Ok(Signed::Broken(Broken { organisation, place, wrong }));
                }
            }
        } else {
            end
        };
        if last.as_ref().map_or(0, |last| last.seq) == end.seq {
            return Ok(Signed::Unchanged);
        }
        let number = last.map_or(1, |last| last.number + 1);
        let signer = self.parts.audit_keys.signer();
        let made = signer.checkpoint(organisation, number, &end, self.now());
        if self.store().add_checkpoint(&made).await? {
            Ok(Signed::Made(made))
        } else {
            Ok(Signed::Unchanged)
        }
    }

    /// The last checkpoint of an organisation.
    pub async fn last_checkpoint(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<Checkpoint>, ServiceError> {
        Ok(self.store().last_checkpoint(organisation).await?)
    }

    /// The end of the trail, walked from the last checkpoint.
    async fn end_since(
        &self,
        organisation: OrganisationId,
        last: Option<&Checkpoint>,
    ) -> Result<Result<AuditHead, Finding>, ServiceError> {
        let mut from = AuditHead::default();
        if let Some(last) = last {
            if let Err(forged) = self.parts.audit_keys.trust.check(last) {
                return Ok(Err(forged));
            }
            let seen = self.store().audit_rows(organisation, last.seq.saturating_sub(1), 1).await?;
            let witness = Witness::Checkpoint { number: last.number };
            let place = Place::Audit { seq: last.seq };
            match seen.first().filter(|row| row.seq == last.seq) {
                None => return Ok(Err((place, Wrong::Truncated { witness }))),
                Some(row) if row.hash != last.hash => {
                    return Ok(Err((place, Wrong::Replaced { witness })));
                }
                Some(_) => from = last.head(),
            }
        }
        let mut walk = AuditWalk::from(organisation.to_string(), from);
        Ok(self.walk_on(organisation, &mut walk).await?.map(|()| walk.head().clone()))
    }

    async fn walk_on(
        &self,
        organisation: OrganisationId,
        walk: &mut AuditWalk,
    ) -> Result<Result<(), Finding>, ServiceError> {
        loop {
            let page = self.store().audit_rows(organisation, walk.head().seq, PAGE).await?;
            for row in &page {
                if let Err(finding) = walk.step(row) {
                    return Ok(Err(finding));
                }
            }
            if page.len() < PAGE as usize {
                return Ok(Ok(()));
            }
        }
    }

    /// Puts the ends of journals that grew into the trail; whether there were any.
    async fn anchor_journals(
        &self,
        organisation: OrganisationId,
        everything: bool,
    ) -> Result<bool, ServiceError> {
        let late = SignedDuration::from_hours(24 * LATE_DAYS);
        let since = self.now().checked_sub(late).unwrap_or_default();
        let since = u64::try_from(since.as_millisecond()).unwrap_or(0);
        let since = IncidentId::from_parts(if everything { 0 } else { since }, 0);
        let mut any = false;
        loop {
            let grown = self.store().unanchored(organisation, since, TOGETHER).await?;
            if grown.is_empty() {
                return Ok(any);
            }
            let heads: Vec<&JournalHead> = grown.iter().map(|one| &one.head).collect();
            let subject = Subject {
                words: match heads.len() {
                    1 => "the end of 1 journal".into(),
                    n => format!("the ends of {n} journals"),
                },
                detail: json!({ "heads": heads }),
                ..Subject::default()
            };
            let anchored = AuditAction::JournalsAnchored;
            let record = self.audit_record(organisation, ITSELF.into(), anchored, subject);
            self.store().anchor(&record, &grown).await?;
            any = true;
            if grown.len() < TOGETHER as usize {
                return Ok(true);
            }
        }
    }

    /// Checks an organisation's chains from their first records, against its checkpoints and
    /// others kept elsewhere, and keeps what was found.
    pub async fn verify_chains(
        &self,
        organisation: OrganisationId,
        elsewhere: &[Checkpoint],
    ) -> Result<Verification, ServiceError> {
        let trust = self.parts.audit_keys.trust.clone();
        let against = Against { trust, checkpoints: elsewhere };
        let found = verify::verify(&*self.parts.store, organisation, &against, self.now()).await?;
        self.store().keep_verification(&found).await?;
        Ok(found)
    }

    /// What was last found, for the page of the audit trail.
    pub async fn audit_standing(&self, caller: &Caller) -> Result<AuditStanding, ServiceError> {
        self.authorize(caller, Permission::ViewAudit)?;
        let all = self.store().verifications().await?;
        let last = self.store().last_checkpoint(caller.organisation).await?;
        let refused = self.authorize(caller, Permission::ExportAudit).err();
        Ok(AuditStanding {
            verification: all.into_iter().find(|v| v.organisation == caller.organisation),
            checkpoint: last.map(|last| CheckpointLine {
                number: last.number,
                seq: last.seq,
                at: Timestamp::from_microsecond(last.at_us).unwrap_or_default(),
                key: last.key,
            }),
            verify_refused: refused.map(|error| error.to_string()),
        })
    }

    /// Checks the chains of the caller's organisation now. Ends when it has ended, or goes on
    /// without the caller when that takes long; if a check is under way, that one is it.
    pub async fn verify_audit(&self, caller: &Caller) -> Result<(), ServiceError> {
        self.authorize(caller, Permission::ExportAudit)?;
        let Some(begun) = self.checking.begin() else { return Ok(()) };
        let (services, organisation) = (self.clone(), caller.organisation);
        let checking = tokio::spawn(async move {
            let _begun = begun;
            services.verify_chains(organisation, &[]).await
        });
        match tokio::time::timeout(PATIENCE, checking).await {
            Err(_) => Ok(()),
            Ok(Err(stopped)) => Err(ServiceError::Internal(Box::new(stopped))),
            Ok(Ok(ended)) => ended.map(drop),
        }
    }

    /// Keeps in every organisation's trail that other policies are in force than it last knew.
    pub async fn note_policies(&self) -> Result<(), ServiceError> {
        let version = self.policy_version();
        let changed = AuditAction::PolicyChanged;
        for organisation in self.store().organisations().await? {
            let filter = evenkeel_storage::audit::AuditFilter {
                action: Some(changed.as_str().to_owned()),
                limit: 1,
                ..Default::default()
            };
            let last = self.store().audit_trail(organisation.id, &filter).await?;
            let former = last.first().and_then(|record| record.detail["version"].as_str());
            if former == Some(version) {
                continue;
            }
            let subject = Subject {
                words: format!("policies {}", evenkeel_domain::text::clip(version, 12)),
                detail: json!({ "version": version, "former": former }),
                ..Subject::default()
            };
            let record = self.audit_record(organisation.id, ITSELF.into(), changed, subject);
            self.store().audit(&record).await?;
        }
        Ok(())
    }
}
