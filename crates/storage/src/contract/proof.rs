//! Checkpoints, the ends of journals that the trail keeps, and what a verification finds.

use std::{fmt::Write as _, sync::Arc};

use evenkeel_domain::{
    Event,
    alert::Trigger,
    audit::AuditRecord,
    id::{AuditId, EvidenceId, IncidentId},
    proof::{Broken, Place, Verification, Witness, Wrong},
    severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::{
    audit_chain::Words,
    chain,
    checkpoint::{Checkpoint, Signer},
    journal::Append,
    proof::{ANCHORED, AuditWalk, JournalHead, Trust},
};
use serde_json::json;

use super::sample::{Book, World, alert, answered, at, audit, noted, world};
use crate::{
    Store,
    proof::Unanchored,
    verify::{Against, verify},
};

fn signer(secret: &str) -> Signer {
    Signer::new(&secret.repeat(32).into()).unwrap()
}

fn since(n: u64) -> IncidentId {
    IncidentId::from_parts(n, 0)
}

/// Keeps where all journals end, as record `n` of the trail.
async fn anchor(store: &impl Store, world: &World, n: u64) {
    let grown = store.unanchored(world.organisation, since(0), 100).await.unwrap();
    let heads: Vec<&JournalHead> = grown.iter().map(|one| &one.head).collect();
    let record = AuditRecord { detail: json!({ "heads": heads }), ..audit(world, n, ANCHORED) };
    store.anchor(&record, &grown).await.unwrap();
}

/// Signs where the trail ends.
async fn sign(store: &impl Store, world: &World, number: u64) -> Checkpoint {
    let mut walk = AuditWalk::of(world.organisation.to_string());
    for row in store.audit_rows(world.organisation, 0, 1_000).await.unwrap() {
        walk.step(&row).unwrap();
    }
    let made = signer("k").checkpoint(world.organisation, number, walk.head(), at(100));
    assert!(store.add_checkpoint(&made).await.unwrap());
    made
}

async fn check(store: &impl Store, world: &World, outside: &[Checkpoint]) -> Verification {
    let trust = Trust(vec![signer("k").key().to_owned()]);
    let against = Against { trust, checkpoints: outside };
    verify(store, world.organisation, &against, at(200)).await.unwrap()
}

pub(super) async fn journals_are_anchored_once_until_they_grow<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut open = world.open(&*store, 10, Severity::Warning).await;
    let mut old = world.open(&*store, 1, Severity::Warning).await;
    old.close(&*store, 2, Resolution::Resolved).await;
    let ends = |found: Vec<Unanchored>| -> Vec<(String, u64, bool)> {
        found.into_iter().map(|u| (u.head.incident, u.head.seq, u.open)).collect()
    };
    let ask =
        async |from: u64| ends(store.unanchored(world.organisation, since(from), 9).await.unwrap());
    let of = |book: &Book, open| (book.id.to_string(), book.seq(), open);
    assert_eq!(ask(9).await, [of(&open, true)], "what closed long ago is left alone");
    assert_eq!(ask(0).await, [of(&old, false), of(&open, true)]);
    let all = store.unanchored(world.organisation, since(0), 1).await.unwrap();
    assert_eq!(ends(all), [of(&old, false)], "a page");
    assert_eq!(store.unanchored(world.other, since(0), 9).await.unwrap(), []);

    anchor(&*store, &world, 1).await;
    assert_eq!(ask(0).await, []);
    open.close(&*store, 11, Resolution::Resolved).await;
    assert_eq!(ask(99).await, [of(&open, false)], "it was open when it was anchored");
    anchor(&*store, &world, 2).await;
    // An alert that is heard of after the end is a record too.
    let late = Event::AlertsNoted {
        alerts: vec![alert("a", 3, evenkeel_domain::alert::AlertStatus::Resolved)],
    };
    old.store(&*store, 12, vec![late]).await;
    assert_eq!(ask(0).await, [of(&old, false)]);
    let head = store.journal_heads(world.organisation, "", 9).await.unwrap();
    assert_eq!(head.iter().map(|head| head.seq).collect::<Vec<_>>(), [old.seq(), open.seq()]);
}

pub(super) async fn a_checkpoint_s_number_is_taken_once<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.last_checkpoint(world.organisation).await.unwrap(), None);
    store.audit(&audit(&world, 1, "x")).await.unwrap();
    let first = sign(&*store, &world, 1).await;
    let late = Checkpoint { at_us: 7, ..first.clone() };
    assert!(!store.add_checkpoint(&late).await.unwrap(), "another replica was faster");
    let second = sign(&*store, &world, 2).await;
    assert_eq!(store.last_checkpoint(world.organisation).await.unwrap(), Some(second.clone()));
    let page =
        async |after, limit| store.checkpoints(world.organisation, after, limit).await.unwrap();
    assert_eq!(page(0, 1).await, [first]);
    assert_eq!(page(1, 9).await, [second]);
    assert_eq!(store.checkpoints(world.other, 0, 9).await.unwrap(), []);
}

pub(super) async fn what_was_found_replaces_what_was_found_before<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.verifications().await.unwrap(), []);
    let first = check(&*store, &world, &[]).await;
    store.keep_verification(&first).await.unwrap();
    store.audit(&audit(&world, 1, "x")).await.unwrap();
    let second = check(&*store, &world, &[]).await;
    assert_eq!((second.seq, &second.broken), (1, &None));
    store.keep_verification(&second).await.unwrap();
    assert_eq!(store.verifications().await.unwrap(), [second]);
}

/// What the trail holds before somebody changes it: 11 records, two checkpoints, one journal of
/// four records whose end it knows at the third and the fourth.
async fn story(store: &impl Store) -> (World, Book, [Checkpoint; 2]) {
    let world = world(store).await;
    for n in 1..=6 {
        store.audit(&audit(&world, n, "plan.approved")).await.unwrap();
    }
    for n in 50..=51 {
        let theirs = AuditRecord { organisation: world.other, ..audit(&world, n, "x") };
        store.audit(&theirs).await.unwrap();
    }
    let mut book = world.open(store, 1, Severity::Critical).await;
    book.store(store, 2, vec![noted("first word"), noted("second word")]).await;
    anchor(store, &world, 7).await;
    let first = sign(store, &world, 1).await;
    for n in 8..=9 {
        store.audit(&audit(&world, n, "plan.approved")).await.unwrap();
    }
    book.store(store, 3, vec![noted("third word")]).await;
    anchor(store, &world, 10).await;
    let second = sign(store, &world, 2).await;
    let last = AuditRecord { id: AuditId::from_parts(11, 1), ..audit(&world, 11, "x") };
    store.audit(&last).await.unwrap();
    (world, book, [first, second])
}

const HOME: &str = "(SELECT id FROM organisations WHERE name = 'organisation 1')";
const OTHER: &str = "(SELECT id FROM organisations WHERE name = 'organisation 2')";

/// What must be said of a change.
enum Found {
    Audit(u64, Wrong),
    Journal(u64, Wrong),
    Checkpoint(u64, Wrong),
    /// Nothing, unless the second checkpoint was kept elsewhere; then this.
    Elsewhere(u64, Wrong),
    /// Nothing: it is after the last checkpoint.
    Nothing,
}

/// Of the trail.
fn changes_of_the_trail() -> Vec<(&'static str, Found)> {
    use Found::{Audit, Elsewhere, Nothing};
    use Wrong::{Content, Missing, Order, Truncated};
    let by = |number| Witness::Checkpoint { number };
    vec![
        // payload, person, time
        ("UPDATE audit SET subject = 'nothing' WHERE organisation = HOME AND seq = 1", Audit(1, Content)),
        ("UPDATE audit SET actor = 'b@example.org' WHERE organisation = HOME AND seq = 3", Audit(3, Content)),
        ("UPDATE audit SET action = 'plan.rejected' WHERE organisation = HOME AND seq = 4", Audit(4, Content)),
        ("UPDATE audit SET detail = '{}' WHERE organisation = HOME AND seq = 2", Audit(2, Content)),
        ("UPDATE audit SET detail = '{' WHERE organisation = HOME AND seq = 2", Audit(2, Content)),
        ("UPDATE audit SET cluster = 'c' WHERE organisation = HOME AND seq = 2", Audit(2, Content)),
        ("UPDATE audit SET id = 'x' WHERE organisation = HOME AND seq = 2", Audit(2, Content)),
        ("UPDATE audit SET at = at + 1 WHERE organisation = HOME AND seq = 11", Audit(11, Content)),
        ("UPDATE audit SET hash = prev_hash WHERE organisation = HOME AND seq = 5", Audit(5, Content)),
        ("UPDATE audit SET prev_hash = hash WHERE organisation = HOME AND seq = 5", Audit(5, Order)),
        // order
        (
            "UPDATE audit SET seq = seq + 100 WHERE organisation = HOME AND seq IN (2, 3);
             UPDATE audit SET seq = 105 - seq WHERE organisation = HOME AND seq = 102;
             UPDATE audit SET seq = 105 - seq WHERE organisation = HOME AND seq = 103",
            Audit(2, Order),
        ),
        // deletion, renumbering
        ("DELETE FROM audit WHERE organisation = HOME AND seq = 1", Audit(1, Missing)),
        ("DELETE FROM audit WHERE organisation = HOME AND seq = 4", Audit(4, Missing)),
        (
            "DELETE FROM audit WHERE organisation = HOME AND seq = 4;
             UPDATE audit SET seq = seq + 1000 WHERE organisation = HOME AND seq > 4;
             UPDATE audit SET seq = seq - 1001 WHERE organisation = HOME AND seq > 1000",
            Audit(4, Order),
        ),
        // truncation
        ("DELETE FROM audit WHERE organisation = HOME AND seq >= 9", Audit(9, Truncated { witness: by(2) })),
        ("DELETE FROM audit WHERE organisation = HOME", Audit(1, Truncated { witness: by(1) })),
        ("DELETE FROM audit WHERE organisation = HOME AND seq = 11", Nothing),
        (
            "DELETE FROM audit WHERE organisation = HOME AND seq >= 8;
             DELETE FROM audit_checkpoints WHERE number = 2",
            Elsewhere(8, Truncated { witness: by(2) }),
        ),
        // another organisation's
        ("UPDATE audit SET organisation = OTHER WHERE organisation = HOME AND seq = 3", Audit(3, Missing)),
        // the same again
        (
            "DROP INDEX audit_chain;
             INSERT INTO audit (id, organisation, at, actor, action, subject, detail, seq, prev_hash, hash)
             SELECT 'again', organisation, at, actor, action, subject, detail, seq, prev_hash, hash
             FROM audit WHERE organisation = HOME AND seq = 11",
            Audit(12, Order),
        ),
    ]
}

/// Of checkpoints, journals and lists.
fn other_changes() -> Vec<(&'static str, Found)> {
    use Found::{Checkpoint, Journal};
    use Wrong::{Content, Missing, Replaced, Signature, Truncated};
    let anchor = |seq| Witness::Audit { seq };
    vec![
        // checkpoints
        (
            "UPDATE audit_checkpoints SET seq = 9,
                 hash = (SELECT hash FROM audit WHERE organisation = HOME AND seq = 9)
             WHERE number = 2",
            Checkpoint(2, Signature),
        ),
        ("UPDATE audit_checkpoints SET at = at + 1 WHERE number = 1", Checkpoint(1, Signature)),
        ("UPDATE audit_checkpoints SET signature = '00' WHERE number = 1", Checkpoint(1, Signature)),
        ("UPDATE audit_checkpoints SET signer = 'k' WHERE number = 2", Checkpoint(2, Wrong::Key { key: "k".into() })),
        ("DELETE FROM audit_checkpoints WHERE number = 1", Checkpoint(1, Missing)),
        ("UPDATE audit_checkpoints SET number = 3 WHERE number = 2", Checkpoint(2, Missing)),
        // journals
        (
            "UPDATE journal SET event = replace(event, 'first', 'worst') WHERE seq = 2",
            Journal(2, Content),
        ),
        ("UPDATE journal SET event = event || ' ' WHERE seq = 2", Journal(2, Content)),
        ("UPDATE journal SET at = at - 1 WHERE seq = 4", Journal(4, Content)),
        ("UPDATE journal SET hash = 'x' WHERE seq = 2", Journal(2, Content)),
        ("UPDATE journal SET hash = 'x' WHERE seq = 4", Journal(4, Replaced { witness: anchor(10) })),
        (
            "UPDATE journal SET seq = seq + 10 WHERE seq IN (1, 2);
             UPDATE journal SET seq = 13 - seq WHERE seq IN (11, 12)",
            Journal(1, Content),
        ),
        ("DELETE FROM journal WHERE seq = 2", Journal(2, Missing)),
        ("DELETE FROM journal WHERE seq = 1", Journal(1, Missing)),
        (
            "DELETE FROM journal WHERE seq = 2; UPDATE journal SET seq = seq - 1 WHERE seq = 3;
             UPDATE journal SET seq = seq - 1 WHERE seq = 4",
            Journal(3, Replaced { witness: anchor(7) }),
        ),
        (
            "DELETE FROM journal WHERE seq = 4;
             UPDATE incidents SET head_seq = 3, head_hash = (SELECT hash FROM journal WHERE seq = 3)",
            Journal(4, Truncated { witness: anchor(10) }),
        ),
        ("UPDATE incidents SET head_hash = 'x'", Journal(4, Replaced { witness: Witness::Index })),
        ("UPDATE incidents SET head_seq = 5", Journal(5, Truncated { witness: Witness::Index })),
    ]
}

/// With the organisations' ids in their places.
fn spelt(statement: &'static str) -> String {
    statement.replace("HOME", HOME).replace("OTHER", OTHER)
}

pub(super) async fn every_change_is_found<S: Store, T>(
    make: impl AsyncFn() -> (S, T),
    tamper: impl AsyncFn(&T, String),
) {
    for (statement, expected) in changes_of_the_trail().into_iter().chain(other_changes()) {
        let (store, handle) = make().await;
        let (world, book, checkpoints) = story(&store).await;
        let clean = check(&store, &world, &checkpoints).await;
        assert_eq!((clean.seq, clean.checkpoint, &clean.broken), (11, Some(2), &None));
        assert_eq!((clean.journals, clean.journal_records), (1, 4));
        tamper(&handle, spelt(statement)).await;

        let found = check(&store, &world, &[]).await;
        let incident = book.id.to_string();
        let (broken, outside) = match expected {
            Found::Audit(seq, wrong) => (Some((Place::Audit { seq }, wrong)), None),
            Found::Journal(seq, wrong) => (Some((Place::Journal { incident, seq }, wrong)), None),
            Found::Checkpoint(number, wrong) => (Some((Place::Checkpoint { number }, wrong)), None),
            Found::Elsewhere(seq, wrong) => (None, Some((Place::Audit { seq }, wrong))),
            Found::Nothing => (None, None),
        };
        let organisation = world.organisation.to_string();
        let named = |(place, wrong)| {
            let organisation = organisation.clone();
            Broken { organisation, place, wrong }
        };
        assert_eq!(found.broken, broken.map(named), "{statement}");
        if let Some(outside) = outside {
            let found = check(&store, &world, &checkpoints).await;
            assert_eq!(found.broken, Some(named(outside)), "{statement}, with a checkpoint");
        }
    }
}

/// A tool's answer that was changed, one that is gone, and what is said of one that came redacted
/// from elsewhere.
pub(super) async fn answers_are_those_that_were_recorded<S: Store, T>(
    make: impl AsyncFn() -> (S, T),
    tamper: impl AsyncFn(&T, String),
) {
    let changes = [
        ("UPDATE evidence_texts SET text = substr(text, 2)", Wrong::Answer),
        ("DELETE FROM evidence_texts", Wrong::AnswerGone),
    ];
    for (statement, wrong) in changes {
        for imported in [false, true] {
            let (store, handle) = make().await;
            let (world, incident) = with_an_answer(&store, imported).await;
            let clean = check(&store, &world, &[]).await;
            assert_eq!((clean.answers, &clean.broken), (u64::from(!imported), &None));
            tamper(&handle, statement.to_owned()).await;
            let broken = check(&store, &world, &[]).await.broken.map(|b| (b.place, b.wrong));
            let place = Place::Journal { incident, seq: 2 };
            assert_eq!(broken, (!imported).then(|| (place, wrong.clone())), "{statement}");
        }
    }
}

/// A journal of two records, the second of which tells of a tool's answer.
async fn with_an_answer(store: &impl Store, imported: bool) -> (World, String) {
    let world = world(store).await;
    let mut opening = world.opening("answered", Severity::Info);
    if imported {
        let from = IncidentId::from_parts(1, 1);
        opening.trigger = Trigger::Imported { by: "a".into(), from, head: "b".into() };
    }
    let book = world.open_with(store, 1, opening).await;
    let id = EvidenceId::from_parts(1, 1);
    // SHA-256 of "abc", FIPS 180-2, appendix B.1.
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let (append, after) = book.write(at(2), vec![answered(id, json!({}), sha256)]);
    store.append(Append { texts: vec![(id, "abc".into())], ..append }).await.unwrap();
    (world, after.id.to_string())
}

/// A whole incident handed to another organisation, and one that is gone without a trace but the
/// trail's.
pub(super) async fn journals_stay_where_they_are<S: Store, T>(
    make: impl AsyncFn() -> (S, T),
    tamper: impl AsyncFn(&T, String),
) {
    let (store, handle) = make().await;
    let (world, book, _) = story(&store).await;
    tamper(&handle, spelt("UPDATE incidents SET organisation = OTHER")).await;
    let theirs = verify(&store, world.other, &Against::default(), at(200)).await.unwrap();
    let incident = book.id.to_string();
    let broken = theirs.broken.unwrap();
    assert_eq!(broken.place, Place::Journal { incident: incident.clone(), seq: 1 });
    assert_eq!(broken.wrong, Wrong::Foreign);

    let (store, handle) = make().await;
    let (world, ..) = story(&store).await;
    let gone = "DELETE FROM journal_anchors; DELETE FROM jobs; DELETE FROM journal;
                DELETE FROM incidents";
    tamper(&handle, gone.to_owned()).await;
    let broken = check(&store, &world, &[]).await.broken.unwrap();
    assert_eq!(broken.place, Place::Journal { incident, seq: 3 });
    assert_eq!(broken.wrong, Wrong::Truncated { witness: Witness::Audit { seq: 7 } });
}

/// Records that were changed, and every hash after them reckoned anew: each chain fits together,
/// and is another one than was seen.
pub(super) async fn chains_written_anew_are_found<S: Store, T>(
    make: impl AsyncFn() -> (S, T),
    tamper: impl AsyncFn(&T, String),
) {
    let (store, handle) = make().await;
    let (world, ..) = story(&store).await;
    let rows = store.audit_rows(world.organisation, 8, 9).await.unwrap();
    let mut previous = rows[0].prev_hash.clone();
    let mut statements = String::new();
    for row in rows {
        let words = Words {
            id: &row.id,
            organisation: &row.organisation,
            at_us: row.at_us,
            actor: "b@example.org",
            action: &row.action,
            subject: &row.subject,
            cluster: None,
            incident: None,
        };
        let detail = serde_json::from_str(&row.detail).unwrap();
        let hash = words.link(&previous, row.seq, &detail).unwrap();
        let Words { id, actor, .. } = words;
        write!(
            statements,
            "UPDATE audit SET actor = '{actor}', prev_hash = '{previous}', hash = '{hash}'
             WHERE id = '{id}';"
        )
        .unwrap();
        previous = hash;
    }
    tamper(&handle, statements).await;
    let broken = check(&store, &world, &[]).await.broken.unwrap();
    let witness = Witness::Checkpoint { number: 2 };
    assert_eq!(broken.place, Place::Audit { seq: 10 }, "the first that a checkpoint knows");
    assert_eq!(broken.wrong, Wrong::Replaced { witness });

    let (store, handle) = make().await;
    let (world, book, _) = story(&store).await;
    let incident = book.id.to_string();
    let rows = store.journal_rows(&incident, 2, 9).await.unwrap();
    let event = rows[1].event.replace("third", "other");
    let hash = chain::link_words(&rows[0].hash, &incident, 4, rows[1].at_us, &event);
    let statements = format!(
        "UPDATE journal SET event = '{event}', hash = '{hash}' WHERE seq = 4;
         UPDATE incidents SET head_hash = '{hash}'"
    );
    tamper(&handle, statements).await;
    let broken = check(&store, &world, &[]).await.broken.unwrap();
    assert_eq!(broken.place, Place::Journal { incident, seq: 4 });
    assert_eq!(broken.wrong, Wrong::Replaced { witness: Witness::Audit { seq: 10 } });
}
