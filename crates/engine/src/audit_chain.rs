//! The audit trail's hash chain, one per organisation: each record's hash covers its
//! predecessor's, so that a changed, removed or reordered record is found by walking it. What is
//! cut off at the end is not: that takes a signed copy of the head elsewhere
//! ([`mod@crate::checkpoint`]).

use evenkeel_domain::{
    Timestamp,
    audit::{AuditEntry, AuditRecord},
    id::OrganisationId,
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::chain::{GENESIS, whole_microseconds};

/// The end of an organisation's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// Position of the last record; 0: there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

impl Default for AuditHead {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

/// A record cannot be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("cannot serialise an audit record `{action}`")]
pub struct UnserialisableRecord {
    /// Its action.
    pub action: String,
    /// Why.
    #[source]
    pub source: serde_json::Error,
}

/// The first record that does not follow from the one before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("audit record {seq} of organisation {organisation} does not follow from its predecessor")]
pub struct BrokenTrail {
    /// Whose trail.
    pub organisation: OrganisationId,
    /// The position at which the chain no longer holds.
    pub seq: u64,
}

/// A record's words as a database or a file keeps them, understood or not.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// Its id.
    pub id: &'a str,
    /// Whose trail.
    pub organisation: &'a str,
    /// When, in microseconds.
    pub at_us: i64,
    /// Who.
    pub actor: &'a str,
    /// What.
    pub action: &'a str,
    /// To what.
    pub subject: &'a str,
    /// The cluster.
    pub cluster: Option<&'a str>,
    /// The incident.
    pub incident: Option<&'a str>,
}

/// What the hash covers beside predecessor, organisation, position and time.
#[derive(Serialize)]
struct Payload<'a> {
    id: &'a str,
    actor: &'a str,
    action: &'a str,
    subject: &'a str,
    cluster: Option<&'a str>,
    incident: Option<&'a str>,
    detail: Value,
}

impl AuditHead {
    /// Puts a record behind this end. Its time is cut to the microseconds that are kept.
    pub fn follow(&self, mut record: AuditRecord) -> Result<AuditEntry, UnserialisableRecord> {
        record.at = whole_microseconds(record.at);
        let seq = self.seq + 1;
        let hash = link(&self.hash, seq, &record)?;
        Ok(AuditEntry { seq, record, prev_hash: self.hash.clone(), hash })
    }

    /// Goes on by one record of `organisation`'s trail, if it follows.
    pub fn step(
        &mut self,
        organisation: OrganisationId,
        entry: &AuditEntry,
    ) -> Result<(), BrokenTrail> {
        let broken = BrokenTrail { organisation, seq: self.seq + 1 };
        let hash = link(&self.hash, self.seq + 1, &entry.record).map_err(|_| broken.clone())?;
        let follows = entry.seq == self.seq + 1
            && entry.record.organisation == organisation
            && entry.prev_hash == self.hash
            && entry.hash == hash;
        if !follows {
            return Err(broken);
        }
        *self = Self { seq: entry.seq, hash };
        Ok(())
    }
}

fn link(previous: &str, seq: u64, record: &AuditRecord) -> Result<String, UnserialisableRecord> {
    let AuditRecord { id, organisation, at, actor, action, subject, cluster, incident, detail } =
        record;
    let (cluster, incident) = (cluster.map(|c| c.to_string()), incident.map(|i| i.to_string()));
    let words = Words {
        id: &id.to_string(),
        organisation: &organisation.to_string(),
        at_us: Timestamp::as_microsecond(*at),
        actor,
        action,
        subject,
        cluster: cluster.as_deref(),
        incident: incident.as_deref(),
    };
    words
        .link(previous, seq, detail)
        .map_err(|source| UnserialisableRecord { action: action.clone(), source })
}

impl Words<'_> {
    /// The record's hash: SHA-256 over predecessor, organisation, position and time in
    /// microseconds, each ended by a line feed, and the rest as JSON with a fixed order of fields.
    pub fn link(
        &self,
        previous: &str,
        seq: u64,
        detail: &Value,
    ) -> Result<String, serde_json::Error> {
        let Self { id, organisation, at_us, actor, action, subject, cluster, incident } = *self;
        let detail = sorted(detail);
        let payload = Payload { id, actor, action, subject, cluster, incident, detail };
        let mut hash = Sha256::new();
        hash.update(format!("{previous}\n{organisation}\n{seq}\n{at_us}\n"));
        hash.update(serde_json::to_string(&payload)?);
        Ok(hex::encode(hash.finalize()))
    }
}

/// The same value with the fields of its objects in order, so that the hash does not depend on
/// how a database keeps JSON.
pub fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            Value::Object(fields.into_iter().map(|(k, v)| (k.clone(), sorted(v))).collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::id::AuditId;
    use serde_json::json;

    use super::*;

    fn organisation() -> OrganisationId {
        OrganisationId::from_parts(1, 1)
    }

    fn record(n: u64) -> AuditRecord {
        AuditRecord {
            id: AuditId::from_parts(n, 1),
            organisation: organisation(),
            at: Timestamp::from_nanosecond(1_234_567_891).unwrap(),
            actor: "a@example.org".into(),
            action: "plan.approved".into(),
            subject: format!("plan {n}"),
            cluster: None,
            incident: None,
            detail: json!({ "z": 1, "a": { "y": 0.1, "b": [null] } }),
        }
    }

    fn trail() -> Vec<AuditEntry> {
        let mut head = AuditHead::default();
        (1..=4)
            .map(|n| {
                let entry = head.follow(record(n)).unwrap();
                head.step(organisation(), &entry).unwrap();
                entry
            })
            .collect()
    }

    fn broken_at(entries: &[AuditEntry]) -> Option<u64> {
        let mut head = AuditHead::default();
        entries.iter().find_map(|entry| head.step(organisation(), entry).err()).map(|b| b.seq)
    }

    #[test]
    fn i3_every_kind_of_tampering_is_found_at_its_record() {
        assert_eq!(broken_at(&trail()), None);
        let edits: [fn(&mut AuditRecord); 8] = [
            |r| r.id = AuditId::from_parts(99, 9),
            |r| r.organisation = OrganisationId::from_parts(2, 2),
            |r| r.at = Timestamp::UNIX_EPOCH,
            |r| r.actor = "b@example.org".into(),
            |r| r.action = "plan.rejected".into(),
            |r| r.subject = "another".into(),
            |r| r.incident = Some(evenkeel_domain::id::IncidentId::from_parts(1, 1)),
            |r| r.detail["a"]["y"] = json!(0.2),
        ];
        for (n, edit) in edits.into_iter().enumerate() {
            let mut edited = trail();
            edit(&mut edited[2].record);
            assert_eq!(broken_at(&edited), Some(3), "edit {n}");
        }
        let mut removed = trail();
        removed.remove(1);
        assert_eq!(broken_at(&removed), Some(2));
        let mut swapped = trail();
        swapped.swap(1, 2);
        assert_eq!(broken_at(&swapped), Some(2));
        let mut renumbered = trail();
        renumbered.remove(1);
        for (seq, entry) in (1..).zip(&mut renumbered) {
            entry.seq = seq;
        }
        assert_eq!(broken_at(&renumbered), Some(2), "renumbering does not hide it");
    }

    #[test]
    fn the_order_of_fields_is_no_change() {
        let mut entries = trail();
        entries[0].record.detail = json!({ "a": { "b": [null], "y": 0.1 }, "z": 1 });
        assert_eq!(broken_at(&entries), None);
    }
}
