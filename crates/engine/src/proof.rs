//! Walking chains as a database or a file keeps them: row by row, holding one hash, and naming
//! the first row that is not what was written. What a row says need not make sense for that.

use std::collections::BTreeMap;

use evenkeel_domain::proof::{Place, Witness, Wrong};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    audit_chain::{AuditHead, Words},
    chain::{self, GENESIS},
    checkpoint::Checkpoint,
};

/// A record of the audit trail as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its position.
    pub seq: u64,
    /// Its id.
    pub id: String,
    /// Whose trail.
    pub organisation: String,
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The cluster.
    pub cluster: Option<String>,
    /// The incident.
    pub incident: Option<String>,
    /// What else, as JSON.
    pub detail: String,
    /// The hash of the record before it.
    pub prev_hash: String,
    /// Its own.
    pub hash: String,
}

/// A record of a journal as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// Its position.
    pub seq: u64,
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// The event, byte for byte.
    pub event: String,
    /// Its hash.
    pub hash: String,
}

/// Where a journal ends.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct JournalHead {
    /// Whose journal.
    pub incident: String,
    /// Position of the last record.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

/// The word of the audit records that keep where journals ended.
pub const ANCHORED: &str = "journal.anchored";

/// The ends of journals that a record of the trail keeps; none if it is another kind of record.
pub fn anchors(action: &str, detail: &Value) -> Vec<JournalHead> {
    if action != ANCHORED {
        return Vec::new();
    }
    let heads = detail.get("heads").cloned().unwrap_or_default();
    serde_json::from_value(heads).unwrap_or_default()
}

/// What is wrong, and where.
pub type Finding = (Place, Wrong);

fn out_of_place(found: u64, expected: u64) -> Wrong {
    if found > expected { Wrong::Missing } else { Wrong::Order }
}

/// A walk along an organisation's audit trail.
#[derive(Debug, Clone)]
pub struct AuditWalk {
    organisation: String,
    head: AuditHead,
}

impl AuditWalk {
    /// From the first record.
    pub fn of(organisation: String) -> Self {
        Self { organisation, head: AuditHead::default() }
    }

    /// From a record that is known to hold.
    pub fn from(organisation: String, head: AuditHead) -> Self {
        Self { organisation, head }
    }

    /// How far it came.
    pub fn head(&self) -> &AuditHead {
        &self.head
    }

    /// Goes on by one row. Answers the ends of journals that it keeps.
    pub fn step(&mut self, row: &AuditRow) -> Result<Vec<JournalHead>, Finding> {
        let seq = self.head.seq + 1;
        let place = Place::Audit { seq };
        if row.seq != seq {
            return Err((place, out_of_place(row.seq, seq)));
        }
        if row.organisation != self.organisation {
            return Err((place, Wrong::Foreign));
        }
        if row.prev_hash != self.head.hash {
            return Err((place, Wrong::Order));
        }
        let Ok(detail) = serde_json::from_str::<Value>(&row.detail) else {
            return Err((place, Wrong::Content));
        };
        let words = Words {
            id: &row.id,
            organisation: &row.organisation,
            at_us: row.at_us,
            actor: &row.actor,
            action: &row.action,
            subject: &row.subject,
            cluster: row.cluster.as_deref(),
            incident: row.incident.as_deref(),
        };
        match words.link(&self.head.hash, seq, &detail) {
            Ok(hash) if hash == row.hash => self.head = AuditHead { seq, hash },
            _ => return Err((place, Wrong::Content)),
        }
        Ok(anchors(&row.action, &detail))
    }
}

/// A walk along a journal.
#[derive(Debug, Clone)]
pub struct JournalWalk {
    incident: String,
    seq: u64,
    hash: String,
}

impl JournalWalk {
    /// From the first record.
    pub fn of(incident: String) -> Self {
        Self { incident, seq: 0, hash: GENESIS.to_owned() }
    }

    /// How far it came.
    pub fn head(&self) -> JournalHead {
        let Self { incident, seq, hash } = self.clone();
        JournalHead { incident, seq, hash }
    }

    /// Goes on by one row.
    pub fn step(&mut self, row: &JournalRow) -> Result<(), Finding> {
        let seq = self.seq + 1;
        let place = self.place(seq);
        if row.seq != seq {
            return Err((place, out_of_place(row.seq, seq)));
        }
        let hash = chain::link_words(&self.hash, &self.incident, seq, row.at_us, &row.event);
        if hash != row.hash {
            return Err((place, Wrong::Content));
        }
        (self.seq, self.hash) = (seq, hash);
        Ok(())
    }

    /// Holds the end it came to against one that was seen.
    pub fn ends(&self, seen: &JournalHead, witness: Witness) -> Result<(), Finding> {
        if seen.seq > self.seq {
            return Err((self.place(self.seq + 1), Wrong::Truncated { witness }));
        }
        if seen.seq == self.seq && seen.hash != self.hash {
            return Err((self.place(self.seq), Wrong::Replaced { witness }));
        }
        Ok(())
    }

    fn place(&self, seq: u64) -> Place {
        Place::Journal { incident: self.incident.clone(), seq }
    }
}

/// The hash under which a journal's record keeps a tool's answer: SHA-256 in hex.
pub fn answer_hash(text: &[u8]) -> String {
    hex::encode(Sha256::digest(text))
}

/// The answer of a tool call as its record in a journal tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The evidence's id.
    pub evidence: String,
    sha256: String,
}

impl Answer {
    /// The answer that a record tells of; `None` if it tells of none.
    pub fn of(row: &JournalRow) -> Option<Self> {
        // Most records are of other kinds, and need not be read for that.
        if !row.event.contains("evidence_recorded") {
            return None;
        }
        let event: Value = serde_json::from_str(&row.event).ok()?;
        let text = |place| event.pointer(place).and_then(Value::as_str).map(str::to_owned);
        if text("/event")? != "evidence_recorded" {
            return None;
        }
        let (evidence, sha256) = (text("/evidence/id")?, text("/evidence/outcome/sha256")?);
        Some(Self { evidence, sha256 })
    }

    /// Holds what is kept of it against its hash.
    pub fn check(&self, kept: Option<&[u8]>) -> Result<(), Wrong> {
        match kept {
            None => Err(Wrong::AnswerGone),
            Some(text) if answer_hash(text) == self.sha256 => Ok(()),
            Some(_) => Err(Wrong::Answer),
        }
    }
}

/// Public keys that are known beforehand. Without any, signatures are held against the key that a
/// checkpoint itself names, which proves nothing against whoever can write a whole database.
#[derive(Debug, Clone, Default)]
pub struct Trust(pub Vec<String>);

impl Trust {
    /// Whether a checkpoint is to be believed.
    pub fn check(&self, checkpoint: &Checkpoint) -> Result<(), Finding> {
        let place = Place::Checkpoint { number: checkpoint.number };
        if !self.0.is_empty() && !self.0.contains(&checkpoint.key) {
            return Err((place, Wrong::Key { key: checkpoint.key.clone() }));
        }
        if checkpoint.is_signed() { Ok(()) } else { Err((place, Wrong::Signature)) }
    }
}

/// Checkpoints that a trail has still to be held against, by the position they vouch for.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    ahead: BTreeMap<u64, Vec<(u64, String)>>,
    /// The last one that the trail has passed.
    pub passed: Option<u64>,
}

impl Watch {
    /// One more.
    pub fn add(&mut self, checkpoint: &Checkpoint) {
        let at = self.ahead.entry(checkpoint.seq).or_default();
        at.push((checkpoint.number, checkpoint.hash.clone()));
    }

    /// How many are still ahead.
    pub fn ahead(&self) -> usize {
        self.ahead.len()
    }

    /// The trail has come to `head`.
    pub fn pass(&mut self, head: &AuditHead) -> Result<(), Finding> {
        for (number, hash) in self.ahead.remove(&head.seq).unwrap_or_default() {
            if hash != head.hash {
                let witness = Witness::Checkpoint { number };
                return Err((Place::Audit { seq: head.seq }, Wrong::Replaced { witness }));
            }
            self.passed = self.passed.max(Some(number));
        }
        Ok(())
    }

    /// The trail ends at `head`.
    pub fn end(&self, head: &AuditHead) -> Result<(), Finding> {
        match self.ahead.range(head.seq + 1..).next().and_then(|(_, seen)| seen.first()) {
            None => Ok(()),
            Some(&(number, _)) => {
                let witness = Witness::Checkpoint { number };
                Err((Place::Audit { seq: head.seq + 1 }, Wrong::Truncated { witness }))
            }
        }
    }
}
