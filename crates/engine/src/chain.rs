//! The hash chain: each record's hash covers its predecessor's, so that a changed, removed,
//! inserted or reordered record is found.

use evenkeel_domain::{Entry, Event, Timestamp, id::IncidentId};
use sha2::{Digest, Sha256};

/// The hash before the first record.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A record cannot be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("cannot serialise `{event}`")]
pub struct Unserialisable {
    /// The event.
    pub event: &'static str,
    /// Why.
    #[source]
    pub source: serde_json::Error,
}

/// The event as kept: JSON with the field order of its type. The hash covers exactly these bytes;
/// reading and writing them again gives the same ones, because the workspace turns on
/// `serde_json`'s `preserve_order` (free-form arguments keep their order) and `float_roundtrip`.
pub fn payload(event: &Event) -> Result<String, Unserialisable> {
    serde_json::to_string(event).map_err(|source| Unserialisable { event: event.name(), source })
}

/// The hash of a record: SHA-256 over predecessor, incident, position, time in microseconds and
/// payload, each ended by a line feed, which none of the first four can contain.
pub fn link(
    previous: &str,
    incident: IncidentId,
    seq: u64,
    at: Timestamp,
    payload: &str,
) -> String {
    link_words(previous, &incident.to_string(), seq, at.as_microsecond(), payload)
}

/// As [`link`], of a record as a database or a file keeps it, understood or not.
pub fn link_words(previous: &str, incident: &str, seq: u64, at_us: i64, payload: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{previous}\n{incident}\n{seq}\n{at_us}\n"));
    hash.update(payload);
    hex::encode(hash.finalize())
}

/// Chains `events` after the record at `seq` with hash `head`.
pub fn chain(
    incident: IncidentId,
    seq: u64,
    head: &str,
    at: Timestamp,
    events: Vec<Event>,
) -> Result<Vec<Entry>, Unserialisable> {
    let at = whole_microseconds(at);
    let mut head = head.to_owned();
    let mut entries = Vec::with_capacity(events.len());
    for (seq, event) in (seq + 1..).zip(events) {
        let hash = link(&head, incident, seq, at, &payload(&event)?);
        head.clone_from(&hash);
        entries.push(Entry { incident, seq, at, event, hash });
    }
    Ok(entries)
}

/// The first record that does not follow from the one before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} of incident {incident} does not follow from its predecessor")]
pub struct Broken {
    /// Whose journal.
    pub incident: IncidentId,
    /// The position.
    pub seq: u64,
}

/// Checks a whole journal from its first record.
pub fn verify(entries: &[Entry]) -> Result<(), Broken> {
    let mut head = GENESIS.to_owned();
    for (expected, entry) in (1..).zip(entries) {
        let broken = Broken { incident: entry.incident, seq: expected };
        let payload = payload(&entry.event).map_err(|_| broken.clone())?;
        let hash = link(&head, entry.incident, expected, entry.at, &payload);
        if entry.seq != expected || hash != entry.hash {
            return Err(broken);
        }
        head = hash;
    }
    Ok(())
}

/// Times are kept in microseconds; cut them before they are hashed.
pub(crate) fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::evidence::Agent;

    use super::*;

    fn journal() -> Vec<Entry> {
        let notes = ["one", "two", "three"]
            .map(|text| Event::Noted { agent: Agent::Planner, text: text.into() });
        chain(IncidentId::from_parts(0, 1), 0, GENESIS, Timestamp::UNIX_EPOCH, notes.into())
            .unwrap()
    }

    #[test]
    fn a_payload_survives_being_read_and_written() {
        let text = r#"{"event":"evidence_recorded","evidence":{"id":"00000000000000000000000001","agent":"metrics","server":"prometheus","tool":"query","arguments":{"z":1,"a":0.1234567890123456789,"m":[1e-7]},"started_at":"1970-01-01T00:00:00Z","duration_ms":1,"outcome":{"kind":"failed","failure":{"code":"c","message":"m","next":null}}}}"#;
        let event: Event = serde_json::from_str(text).unwrap();
        let once = payload(&event).unwrap();
        let twice = payload(&serde_json::from_str(&once).unwrap()).unwrap();
        assert_eq!(once, twice);
        assert!(once.find("\"z\"") < once.find("\"a\""), "the order of arguments is kept");
    }

    #[test]
    fn i3_every_kind_of_tampering_is_found_at_its_record() {
        assert_eq!(verify(&journal()), Ok(()));
        let seq_of = |entries: Vec<Entry>| verify(&entries).unwrap_err().seq;

        let mut changed = journal();
        changed[1].event = Event::Noted { agent: Agent::Planner, text: "2".into() };
        assert_eq!(seq_of(changed), 2);

        let mut later = journal();
        later[2].at = Timestamp::from_second(1).unwrap();
        assert_eq!(seq_of(later), 3);

        let mut swapped = journal();
        swapped.swap(0, 1);
        assert_eq!(seq_of(swapped), 1);

        let mut removed = journal();
        removed.remove(1);
        assert_eq!(seq_of(removed), 2);
    }
}
