//! That what arrived is what was sent, and that its chains hold.

use std::collections::BTreeSet;

use evenkeel_domain::{
    Timestamp,
    audit::{AuditEntry, AuditRecord},
    id::{IncidentId, OrganisationId},
};
use evenkeel_engine::{
    audit_chain::AuditHead,
    chain::{self, GENESIS},
};
use sha2::{Digest, Sha256};

use super::{Layout, Moved, TransferError, Value};
use crate::column::Row;

/// The sum of the digests of a table's rows, and what its chains have come to. A sum, because a
/// word that had to be changed may sort elsewhere.
pub(super) struct Proof {
    layout: Layout,
    sum: [u64; 4],
    pub(super) rows: u64,
    chains: Chains,
}

enum Chains {
    None,
    Journals(Journals),
    Trails(Trails),
}

/// Where the walk through the journals is.
struct Journals {
    incident: Option<IncidentId>,
    seq: u64,
    head: String,
    walked: u64,
    records: u64,
}

/// Where the walk through the trails is.
#[derive(Default)]
struct Trails {
    organisation: Option<OrganisationId>,
    head: AuditHead,
    organisations: BTreeSet<OrganisationId>,
    records: u64,
}

impl Proof {
    /// Over rows that are sent.
    pub(super) fn of(layout: &Layout) -> Self {
        let layout = layout.clone();
        Self { layout, sum: [0; 4], rows: 0, chains: Chains::None }
    }

    /// Over rows that have arrived; walks their chains.
    pub(super) fn walking(layout: &Layout) -> Self {
        let chains = match layout.table.name {
            "journal" => Chains::Journals(Journals {
                incident: None,
                seq: 0,
                head: GENESIS.to_owned(),
                walked: 0,
                records: 0,
            }),
            "audit" => Chains::Trails(Trails::default()),
            _ => Chains::None,
        };
        Self { chains, ..Self::of(layout) }
    }

    /// One row more.
    pub(super) fn add(&mut self, row: &[Value]) {
        self.rows += 1;
        let mut digest = Sha256::new();
        for value in row {
            let (kind, bytes): (u8, &[u8]) = match value {
                Value::Null => (0, &[]),
                Value::Text(text) => (1, text.as_bytes()),
                // One of the databases has no yes and no.
                Value::Boolean(yes) => (2, &i64::from(*yes).to_be_bytes()),
                Value::Integer(number) => (2, &number.to_be_bytes()),
                Value::Bytes(bytes) => (3, bytes),
            };
            digest.update([kind]);
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        }
        for (sum, part) in self.sum.iter_mut().zip(digest.finalize().chunks_exact(8)) {
            let part = part.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
            *sum = sum.wrapping_add(part);
        }
    }

    /// Whether both have seen the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.rows == other.rows && self.sum == other.sum
    }

    /// Goes on along the chain.
    pub(super) fn walk(&mut self, row: &[Value]) -> Result<(), TransferError> {
        let cells = Cells { layout: &self.layout, row };
        match &mut self.chains {
            Chains::None => Ok(()),
            Chains::Journals(journals) => journals.step(&cells),
            Chains::Trails(trails) => trails.step(&cells),
        }
    }

    /// Adds what was walked.
    pub(super) fn tell(self, moved: &mut Moved) {
        match self.chains {
            Chains::None => {}
            Chains::Journals(Journals { walked, records, .. }) => {
                (moved.journals, moved.records) = (walked, records);
            }
            Chains::Trails(Trails { organisations, records, .. }) => {
                moved.trails = organisations.len() as u64;
                moved.audit_records = records;
            }
        }
    }
}

impl Journals {
    fn step(&mut self, cells: &Cells<'_>) -> Result<(), TransferError> {
        let incident: IncidentId = cells.key().word("incident", cells.text("incident"))?;
        if self.incident != Some(incident) {
            self.incident = Some(incident);
            (self.seq, self.head) = (0, GENESIS.to_owned());
            self.walked += 1;
        }
        self.seq += 1;
        let at: Timestamp = cells.key().time("at", cells.number("at"))?;
        let hash = chain::link(&self.head, incident, self.seq, at, cells.text("event"));
        if cells.number("seq") != crate::column::number(self.seq) || cells.text("hash") != hash {
            let what = format!("record {} of incident {incident}", self.seq);
            return Err(TransferError::Chain { what });
        }
        self.head = hash;
        self.records += 1;
        Ok(())
    }
}

impl Trails {
    fn step(&mut self, cells: &Cells<'_>) -> Result<(), TransferError> {
        let entry = cells.audit_entry()?;
        let organisation = entry.record.organisation;
        if self.organisation != Some(organisation) {
            self.organisation = Some(organisation);
            self.head = AuditHead::default();
            self.organisations.insert(organisation);
        }
        self.records += 1;
        self.head
            .step(organisation, &entry)
            .map_err(|broken| TransferError::Chain { what: broken.to_string() })
    }
}

/// A row by the names of its columns.
struct Cells<'a> {
    layout: &'a Layout,
    row: &'a [Value],
}

impl Cells<'_> {
    fn value(&self, name: &str) -> &Value {
        self.layout.position(name).and_then(|place| self.row.get(place)).unwrap_or(&Value::Null)
    }

    /// Empty if it is none, which no id and no hash is.
    fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    fn text_or_none(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|_| *self.value(name) != Value::Null)
    }

    fn number(&self, name: &str) -> i64 {
        match self.value(name) {
            Value::Integer(number) => *number,
            _ => -1,
        }
    }

    fn key(&self) -> Row<'static> {
        Row::of(self.layout.table.name, &"(being moved)")
    }

    fn audit_entry(&self) -> Result<AuditEntry, TransferError> {
        let row = self.key();
        let record = AuditRecord {
            id: row.word("id", self.text("id"))?,
            organisation: row.word("organisation", self.text("organisation"))?,
            at: row.time("at", self.number("at"))?,
            actor: self.text("actor").to_owned(),
            action: self.text("action").to_owned(),
            subject: self.text("subject").to_owned(),
            cluster: row.word_or_none("cluster", self.text_or_none("cluster"))?,
            incident: row.word_or_none("incident", self.text_or_none("incident"))?,
            detail: row.json("detail", self.text("detail"))?,
        };
        Ok(AuditEntry {
            seq: row.count("seq", self.number("seq"))?,
            record,
            prev_hash: self.text("prev_hash").to_owned(),
            hash: self.text("hash").to_owned(),
        })
    }
}
