use evenkeel_domain::{
    Event, Timestamp,
    audit::AuditRecord,
    evidence::Agent,
    id::{AuditId, IncidentId, OrganisationId},
    proof::{Place, Witness, Wrong},
};
use evenkeel_engine::{
    audit_chain::AuditHead,
    chain::{self, GENESIS},
    checkpoint::{Checkpoint, Signer},
    proof::{ANCHORED, AuditRow, JournalHead, JournalRow, Trust},
};
use serde_json::{Value, json};

use super::{Encoder, FORMAT, FileReport, Header, check, checkpoints};

fn organisation() -> OrganisationId {
    OrganisationId::from_parts(1, 1)
}

fn incident() -> IncidentId {
    IncidentId::from_parts(2, 2)
}

fn at() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn signer(secret: &str) -> Signer {
    Signer::new(&secret.repeat(32).into()).unwrap()
}

fn trust() -> Trust {
    Trust(vec![signer("k").key().to_owned()])
}

fn journal() -> Vec<JournalRow> {
    let notes = ["one", "two \"words\"", "three"]
        .map(|text| Event::Noted { agent: Agent::Planner, text: text.into() });
    let entries = chain::chain(incident(), 0, GENESIS, at(), notes.into()).unwrap();
    let row = |entry: evenkeel_domain::Entry| JournalRow {
        seq: entry.seq,
        at_us: entry.at.as_microsecond(),
        event: chain::payload(&entry.event).unwrap(),
        hash: entry.hash,
    };
    entries.into_iter().map(row).collect()
}

fn end_of(rows: &[JournalRow]) -> JournalHead {
    let last = rows.last().unwrap();
    JournalHead { incident: incident().to_string(), seq: last.seq, hash: last.hash.clone() }
}

fn trail() -> Vec<AuditRow> {
    let mut head = AuditHead::default();
    let details: [(&str, Value); 4] = [
        ("session.started", json!({ "remote": "127.0.0.1" })),
        ("plan.approved", json!({ "z": 0.1, "a": [null, true] })),
        (ANCHORED, json!({ "heads": [end_of(&journal()[..2])] })),
        ("token.created", Value::Null),
    ];
    let mut rows = Vec::new();
    for (n, (action, detail)) in (1..).zip(details) {
        let record = AuditRecord {
            id: AuditId::from_parts(n, 1),
            organisation: organisation(),
            at: at(),
            actor: "a@example.org".into(),
            action: action.into(),
            subject: "ü".into(),
            cluster: None,
            incident: (n == 2).then(incident),
            detail,
        };
        let entry = head.follow(record).unwrap();
        head = AuditHead { seq: entry.seq, hash: entry.hash.clone() };
        rows.push(AuditRow {
            seq: entry.seq,
            id: entry.record.id.to_string(),
            organisation: organisation().to_string(),
            at_us: entry.record.at.as_microsecond(),
            actor: entry.record.actor,
            action: entry.record.action,
            subject: entry.record.subject,
            cluster: None,
            incident: entry.record.incident.map(|id| id.to_string()),
            detail: entry.record.detail.to_string(),
            prev_hash: entry.prev_hash,
            hash: entry.hash,
        });
    }
    rows
}

fn checkpoint(number: u64, rows: &[AuditRow]) -> Checkpoint {
    let last = rows.last().unwrap();
    let head = AuditHead { seq: last.seq, hash: last.hash.clone() };
    signer("k").checkpoint(organisation(), number, &head, at())
}

/// What goes into a file.
struct Story {
    rows: Vec<AuditRow>,
    checkpoints: Vec<Checkpoint>,
    journals: Vec<(JournalHead, Vec<JournalRow>)>,
    journals_wanted: bool,
}

impl Story {
    fn whole() -> Self {
        let rows = trail();
        let checkpoints = vec![checkpoint(1, &rows[..2]), checkpoint(2, &rows[..4])];
        let journals = vec![(end_of(&journal()), journal())];
        Self { rows, checkpoints, journals, journals_wanted: true }
    }

    /// As the exporter writes it.
    fn write(self, signer: &Signer) -> String {
        let mut encoder = Encoder::new();
        let last = self.rows.last().unwrap();
        let header = Header {
            format: FORMAT,
            evenkeel: "0".into(),
            organisation: organisation().to_string(),
            name: "ours".into(),
            exported_at: at(),
            seq: last.seq,
            hash: last.hash.clone(),
            journals: self.journals_wanted,
        };
        let mut file = encoder.header(header).unwrap();
        let mut due = self.checkpoints.into_iter().peekable();
        for row in self.rows {
            let seq = row.seq;
            file += &encoder.record(row).unwrap();
            while let Some(checkpoint) = due.next_if(|checkpoint| checkpoint.seq <= seq) {
                file += &encoder.checkpoint(checkpoint).unwrap();
            }
        }
        for checkpoint in due {
            file += &encoder.checkpoint(checkpoint).unwrap();
        }
        for (head, rows) in self.journals {
            file += &encoder.journal(head).unwrap();
            for row in rows {
                file += &encoder.entry(row).unwrap();
            }
        }
        file + &encoder.end(signer).unwrap()
    }
}

fn found(file: &[u8], trust: &Trust) -> Option<(Place, Wrong)> {
    check(file, trust, &[]).unwrap().broken.map(|broken| (broken.place, broken.wrong))
}

/// The same lines with another end, as somebody without our key can make it.
fn end_anew(file: &[u8], by: &Signer) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let end = file[..file.len() - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (body, _) = file.split_at(end);
    let lines = body.split(|byte| *byte == b'\n').skip(1).count();
    let sha256 = hex::encode(Sha256::digest(body));
    let (key, signature) = (by.key(), by.file(&sha256));
    let end = format!(
        "{{\"line\":\"end\",\"lines\":{lines},\"sha256\":\"{sha256}\",\"key\":\"{key}\",\
         \"signature\":\"{signature}\"}}\n"
    );
    [body, end.as_bytes()].concat()
}

#[test]
fn a_whole_file_holds() {
    let file = Story::whole().write(&signer("k"));
    let report: FileReport = check(file.as_bytes(), &trust(), &[]).unwrap();
    assert_eq!(report.broken, None);
    assert_eq!((report.seq, report.checkpoint), (4, Some(2)));
    assert_eq!((report.journals, report.journal_records), (1, 3));
    assert!(report.signatures_checked);
    let again = end_anew(file.as_bytes(), &signer("k"));
    assert_eq!(String::from_utf8(again).unwrap(), file, "the test writes ends as we do");
}

#[test]
fn every_byte_that_is_flipped_is_found() {
    let file = Story::whole().write(&signer("k")).into_bytes();
    for at in 0..file.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut flipped = file.clone();
            flipped[at] ^= flip;
            let holds = check(&flipped[..], &trust(), &[]).is_ok_and(|r| r.broken.is_none());
            assert!(!holds, "byte {at} ^ {flip}: {}", String::from_utf8_lossy(&flipped));
        }
    }
}

/// Somebody writes a new end and signs it with a key of their own, and nobody knows ours: the
/// chains alone must find every byte but those of the header, which only the signature vouches for,
/// and name the record.
#[test]
fn the_chains_alone_find_every_byte_behind_the_header() {
    let file = Story::whole().write(&signer("k")).into_bytes();
    let header = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let end = file[..file.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let starts: Vec<_> = (0..file.len()).filter(|&at| at == 0 || file[at - 1] == b'\n').collect();
    for at in header..end {
        let mut flipped = file.clone();
        flipped[at] ^= 0x01;
        let flipped = end_anew(&flipped, &signer("x"));
        let (place, wrong) = found(&flipped, &Trust::default()).unwrap_or_else(|| {
            panic!("byte {at} is not found: {}", String::from_utf8_lossy(&flipped))
        });
        let line = starts.partition_point(|start| *start <= at);
        // Records 1 and 2 are lines 2 and 3; a checkpoint is line 4.
        if let 2 | 3 = line {
            let seq = u64::try_from(line).unwrap() - 1;
            let line = seq + 1;
            let named = place == Place::Audit { seq } || place == Place::Line { line };
            assert!(named, "byte {at} of line {line}: {place:?} {wrong:?}");
        }
    }
}

#[test]
fn what_is_moved_left_out_or_cut_off_is_named() {
    let ours = signer("k");
    let edit = |edit: fn(&mut Story)| {
        let mut story = Story::whole();
        edit(&mut story);
        found(story.write(&ours).as_bytes(), &trust())
    };
    let audit = |seq, wrong| Some((Place::Audit { seq }, wrong));
    let journal =
        |seq, wrong| Some((Place::Journal { incident: incident().to_string(), seq }, wrong));
    let by = |number| Witness::Checkpoint { number };

    assert_eq!(edit(|s| s.rows.swap(0, 1)), audit(1, Wrong::Missing));
    assert_eq!(edit(|s| drop(s.rows.remove(1))), audit(2, Wrong::Missing));
    let renumber = |s: &mut Story| {
        s.rows.remove(1);
        (1..).zip(&mut s.rows).for_each(|(seq, row)| row.seq = seq);
        s.checkpoints.clear();
    };
    assert_eq!(edit(renumber), audit(2, Wrong::Order));
    let cut = |s: &mut Story| s.rows.truncate(3);
    assert_eq!(edit(cut), audit(4, Wrong::Truncated { witness: by(2) }));
    let forged = |s: &mut Story| {
        s.rows.truncate(3);
        s.checkpoints[1].seq = 3;
        s.checkpoints[1].hash = s.rows[2].hash.clone();
    };
    assert_eq!(edit(forged), Some((Place::Checkpoint { number: 2 }, Wrong::Signature)));
    let stranger = |s: &mut Story| {
        let head = AuditHead { seq: 4, hash: s.rows[3].hash.clone() };
        s.checkpoints[1] = signer("x").checkpoint(organisation(), 2, &head, at());
    };
    let key = signer("x").key().to_owned();
    assert_eq!(edit(stranger), Some((Place::Checkpoint { number: 2 }, Wrong::Key { key })));
    let first_gone = |s: &mut Story| drop(s.checkpoints.remove(0));
    assert_eq!(edit(first_gone), Some((Place::Checkpoint { number: 1 }, Wrong::Missing)));

    let changed = |s: &mut Story| s.journals[0].1[1].event = "{}".into();
    assert_eq!(edit(changed), journal(2, Wrong::Content));
    let shorter = |s: &mut Story| {
        s.journals[0].1.truncate(1);
        s.journals[0].0 = end_of(&s.journals[0].1);
    };
    let seen = Witness::Audit { seq: 3 };
    assert_eq!(edit(shorter), journal(2, Wrong::Truncated { witness: seen.clone() }));
    assert_eq!(edit(|s| s.journals.clear()), journal(1, Wrong::Truncated { witness: seen }));
    let without = |s: &mut Story| {
        s.journals.clear();
        s.journals_wanted = false;
    };
    assert_eq!(edit(without), None, "a file without journals says so");
}

#[test]
fn a_checkpoint_kept_elsewhere_finds_what_the_file_does_not_tell() {
    let mut story = Story::whole();
    story.rows.truncate(3);
    story.checkpoints.truncate(1);
    let file = story.write(&signer("k"));
    assert_eq!(found(file.as_bytes(), &trust()), None);
    let kept = checkpoint(2, &trail());
    let line = serde_json::to_string(&kept).unwrap() + "\n";
    let elsewhere = checkpoints(line.as_bytes()).unwrap();
    assert_eq!(elsewhere, [kept]);
    let broken = check(file.as_bytes(), &trust(), &elsewhere).unwrap().broken.unwrap();
    let witness = Witness::Checkpoint { number: 2 };
    assert_eq!(
        (broken.place, broken.wrong),
        (Place::Audit { seq: 4 }, Wrong::Truncated { witness })
    );
    assert!(checkpoints(&b"{}\n"[..]).is_err());
}

#[test]
fn what_is_no_export_is_refused() {
    for text in
        ["", "{}\n", "{\"line\":\"case\",\"format\":1}\n", "{\"line\":\"audit\",\"format\":2}\n"]
    {
        assert!(check(text.as_bytes(), &trust(), &[]).is_err(), "{text}");
    }
}
