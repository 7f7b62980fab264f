//! Checking everything an organisation's chains hold together: the trail, its checkpoints, the
//! journals, what the trail keeps of their ends, and the tools' answers that journals tell of. Page by
//! page; nothing is changed.

use std::collections::HashMap;

use evenkeel_domain::{
    Timestamp,
    id::OrganisationId,
    proof::{Broken, Place, Verification, Witness, Wrong},
};
use evenkeel_engine::{
    checkpoint::Checkpoint,
    proof::{Answer, AuditWalk, Finding, JournalHead, JournalRow, JournalWalk, Trust, Watch},
};
use serde_json::Value;

use crate::{
    StorageError,
    proof::{ANSWERS, ProofStore},
};

/// Rows of the trail read at once; one is about a kilobyte.
const PAGE: u32 = 1_000;
/// Rows of a journal read at once; one may have hundreds of kilobytes.
const JOURNAL_PAGE: u32 = 100;
/// Checkpoints read at once.
const CHECKPOINTS: u32 = 1_000;

/// What a verification is held against.
#[derive(Debug, Clone, Default)]
pub struct Against<'a> {
    /// Keys known beforehand.
    pub trust: Trust,
    /// Checkpoints kept elsewhere.
    pub checkpoints: &'a [Checkpoint],
}

/// Why a walk ended early.
enum Stop {
    Broken(Finding),
    Failed(StorageError),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Broken(finding)
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Failed(error)
    }
}

/// Checks an organisation's trail and journals from their first records on.
pub async fn verify(
    store: &dyn ProofStore,
    organisation: OrganisationId,
    against: &Against<'_>,
    at: Timestamp,
) -> Result<Verification, StorageError> {
    let mut found = Verification {
        organisation,
        at,
        seq: 0,
        checkpoint: None,
        journals: 0,
        journal_records: 0,
        answers: 0,
        signatures_checked: !against.trust.0.is_empty(),
        broken: None,
    };
    let ended = match trail(store, against, &mut found).await {
        Ok(()) => journals(store, &mut found).await,
        Err(stop) => Err(stop),
    };
    match ended {
        Ok(()) => {}
        Err(Stop::Broken((place, wrong))) => {
            let organisation = organisation.to_string();
            found.broken = Some(Broken { organisation, place, wrong });
        }
        Err(Stop::Failed(error)) => return Err(error),
    }
    Ok(found)
}

async fn trail(
    store: &dyn ProofStore,
    against: &Against<'_>,
    found: &mut Verification,
) -> Result<(), Stop> {
    let organisation = found.organisation;
    let mut walk = AuditWalk::of(organisation.to_string());
    let mut kept = Kept::default();
    for checkpoint in against.checkpoints.iter().filter(|c| c.organisation == organisation) {
        against.trust.check(checkpoint)?;
        kept.watch.add(checkpoint);
    }
    loop {
        let page = store.audit_rows(organisation, walk.head().seq, PAGE).await?;
        for row in &page {
            kept.look_ahead(store, against, organisation).await?;
            let anchors = walk.step(row)?;
            kept.watch.pass(walk.head())?;
            (found.seq, found.checkpoint) = (walk.head().seq, kept.watch.passed);
            for seen in &anchors {
                anchored(store, seen, walk.head().seq).await?;
            }
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    kept.look_ahead(store, against, organisation).await?;
    kept.watch.end(walk.head())?;
    let end = Place::Audit { seq: walk.head().seq };
    match store.audit_stray(organisation, walk.head().seq).await? {
        Some(id) => Err((end, Wrong::Unchained { id }).into()),
        None => Ok(()),
    }
}

/// The checkpoints of the table, a page ahead of the walk.
#[derive(Default)]
struct Kept {
    watch: Watch,
    number: u64,
    seq: u64,
    all: bool,
}

impl Kept {
    async fn look_ahead(
        &mut self,
        store: &dyn ProofStore,
        against: &Against<'_>,
        organisation: OrganisationId,
    ) -> Result<(), Stop> {
        // Those from elsewhere may be far ahead; they do not keep the table's from being read.
        if self.all || self.watch.ahead() > against.checkpoints.len() {
            return Ok(());
        }
        let page = store.checkpoints(organisation, self.number, CHECKPOINTS).await?;
        self.all = page.len() < CHECKPOINTS as usize;
        for checkpoint in page {
            let number = self.number + 1;
            if checkpoint.number != number {
                return Err((Place::Checkpoint { number }, Wrong::Missing).into());
            }
            against.trust.check(&checkpoint)?;
            if checkpoint.seq < self.seq {
                return Err((Place::Checkpoint { number }, Wrong::Order).into());
            }
            (self.number, self.seq) = (number, checkpoint.seq);
            self.watch.add(&checkpoint);
        }
        Ok(())
    }
}

/// Whether a journal still has the end that the trail saw.
async fn anchored(store: &dyn ProofStore, seen: &JournalHead, by: u64) -> Result<(), Stop> {
    let witness = Witness::Audit { seq: by };
    let place = Place::Journal { incident: seen.incident.clone(), seq: seen.seq };
    match store.journal_hash(&seen.incident, seen.seq).await? {
        Some(hash) if hash == seen.hash => Ok(()),
        Some(_) => Err((place, Wrong::Replaced { witness }).into()),
        None => Err((place, Wrong::Truncated { witness }).into()),
    }
}

async fn journals(store: &dyn ProofStore, found: &mut Verification) -> Result<(), Stop> {
    let mut after = String::new();
    loop {
        let page = store.journal_heads(found.organisation, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.incident);
        for head in page {
            journal(store, &head, found).await?;
            found.journals += 1;
        }
    }
}

/// Walks one journal to the end that lists know.
async fn journal(
    store: &dyn ProofStore,
    head: &JournalHead,
    found: &mut Verification,
) -> Result<(), Stop> {
    let mut walk = JournalWalk::of(head.incident.clone());
    let mut imported = false;
    loop {
        let after = walk.head().seq;
        let page = store.journal_rows(&head.incident, after, JOURNAL_PAGE).await?;
        let mut walked = page.iter().map(|row| step(&mut walk, row, head, found, &mut imported));
        let (until, outcome) = match walked.by_ref().enumerate().find(|(_, made)| made.is_err()) {
            Some(stopped) => stopped,
            None => (page.len(), Ok(())),
        };
        // Those of the records before come first: what is named is the first that was changed.
        if !imported {
            found.answers += answers(store, &head.incident, &page[..until]).await?;
        }
        outcome?;
        if page.len() < JOURNAL_PAGE as usize {
            break;
        }
    }
    walk.ends(head, Witness::Index)?;
    found.journal_records += walk.head().seq;
    Ok(())
}

/// Goes on by one record.
fn step(
    walk: &mut JournalWalk,
    row: &JournalRow,
    head: &JournalHead,
    found: &Verification,
    imported: &mut bool,
) -> Result<(), Stop> {
    walk.step(row)?;
    if row.seq == 1 {
        let opening = Opening::of(row);
        if opening.organisation != found.organisation.to_string() {
            let place = Place::Journal { incident: head.incident.clone(), seq: 1 };
            return Err((place, Wrong::Foreign).into());
        }
        *imported = opening.imported;
    }
    // It may have grown since its end was read.
    if row.seq == head.seq {
        walk.ends(head, Witness::Index)?;
    }
    Ok(())
}

/// Holds the tools' answers against the records that tell of them; how many there are to hold.
async fn answers(store: &dyn ProofStore, incident: &str, page: &[JournalRow]) -> Result<u64, Stop> {
    let told: Vec<_> = page.iter().filter_map(|row| Some((row.seq, Answer::of(row)?))).collect();
    for some in told.chunks(ANSWERS) {
        let wanted: Vec<_> = some.iter().map(|(_, answer)| answer.evidence.clone()).collect();
        let kept: HashMap<_, _> = store.answers(incident, &wanted).await?.into_iter().collect();
        for (seq, answer) in some {
            answer.check(kept.get(&answer.evidence).map(Vec::as_slice)).map_err(|wrong| {
                let place = Place::Journal { incident: incident.to_owned(), seq: *seq };
                Stop::Broken((place, wrong))
            })?;
        }
    }
    Ok(told.len() as u64)
}

/// What a first record says that matters here.
struct Opening {
    organisation: String,
    /// Its answers were redacted on their way: they are not what the records' hashes are of.
    imported: bool,
}

impl Opening {
    fn of(first: &JournalRow) -> Self {
        let event: Value = serde_json::from_str(&first.event).unwrap_or_default();
        let opening = &event["opening"];
        Self {
            organisation: opening["organisation"].as_str().unwrap_or_default().to_owned(),
            imported: opening["trigger"]["kind"] == "imported",
        }
    }
}
