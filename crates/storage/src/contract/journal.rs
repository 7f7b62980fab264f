//! Appending and reading.

use std::sync::Arc;

use evenkeel_domain::{
    Event,
    id::{EvidenceId, IncidentId},
    severity::Severity,
};
use evenkeel_engine::{
    chain,
    journal::{Append, Grown, JournalError, read_all},
};
use serde_json::{Value, json};

use super::sample::{answered, at, noted, world};
use crate::Store;

/// A tool call whose arguments hold figures and texts that are easily changed on the way.
fn awkward(id: EvidenceId) -> Event {
    // A multiplicative generator over the bits of doubles: most need all 17 digits.
    let mut bits: u64 = 0x9E37_79B9_7F4A_7C15;
    let figures: Vec<Value> = std::iter::repeat_with(|| {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f64::from_bits(bits)
    })
    .filter(|figure| figure.is_finite())
    .take(2_000)
    .map(Value::from)
    .collect();
    let arguments = json!({
        "figures": figures,
        "large": u64::MAX,
        "small": i64::MIN,
        "text": "zero \u{0} quote \" line\nfeed, ümläut, 🦀, '; DROP TABLE journal; --",
    });
    answered(id, arguments, &"0".repeat(64))
}

pub(super) async fn what_is_appended_is_read_back_with_the_same_hashes<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 1, Severity::Warning).await;
    // Finer than the microseconds that are kept.
    let fine = at(2).checked_add(std::time::Duration::from_nanos(123_456_789)).unwrap();
    let (append, after) = book.write(fine, vec![awkward(EvidenceId::from_parts(1, 1))]);
    let written = append.entries.clone();
    store.append(append).await.unwrap();
    book = after;
    let plan = book.plan(&*store, 3).await;
    book.ask(&*store, 4, &plan).await;

    let all = read_all(&*store, book.id, 0).await.unwrap();
    assert_eq!(all.len() as u64, book.seq());
    assert_eq!(all[1..2], written[..]);
    assert_eq!(chain::verify(&all), Ok(()), "I3: the chain holds over what is read back");
    let state = evenkeel_domain::IncidentState::fold(&all).unwrap().unwrap();
    assert_eq!(evenkeel_domain::incident::IncidentSummary::from(&state), book.summary());
}

pub(super) async fn pages_follow_each_other<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 1, Severity::Warning).await;
    let notes = (0..9).map(|n| noted(&n.to_string())).collect();
    book.store(&*store, 2, notes).await;
    let mut seen = Vec::new();
    loop {
        let after = seen.last().copied().unwrap_or(0);
        let page = store.read(book.id, after, 4).await.unwrap();
        assert!(page.len() <= 4);
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|entry| entry.seq));
    }
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
}

pub(super) async fn an_append_to_another_end_is_refused<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let book = world.open(&*store, 1, Severity::Warning).await;
    let (mine, _) = book.write(at(2), vec![noted("mine")]);
    let (theirs, _) = book.write(at(2), vec![noted("theirs")]);
    store.append(theirs).await.unwrap();
    let refused = store.append(mine).await.unwrap_err();
    assert!(matches!(refused, JournalError::Conflict { after: 1, .. }), "{refused:?}");

    let again = world.opening("again", Severity::Info);
    let (reopen, _) =
        super::sample::Book::new(1).write(at(3), vec![Event::Opened { opening: Box::new(again) }]);
    assert!(matches!(store.append(reopen).await, Err(JournalError::Conflict { after: 0, .. })));

    let notes = read_all(&*store, book.id, 1).await.unwrap();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].event, noted("theirs"));
}

pub(super) async fn concurrent_appends_leave_one_chain<S: Store + 'static>(store: Arc<S>) {
    let world = world(&*store).await;
    let book = world.open(&*store, 1, Severity::Warning).await;
    let writers: Vec<_> = (0..16)
        .map(|n| {
            let (append, _) = book.write(at(2), vec![noted(&n.to_string())]);
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.append(append).await })
        })
        .collect();
    let mut won = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(()) => won += 1,
            Err(JournalError::Conflict { .. }) => {}
            Err(other) => panic!("neither appended nor refused: {other:?}"),
        }
    }
    assert_eq!(won, 1);
    let all = read_all(&*store, book.id, 0).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(chain::verify(&all), Ok(()));
}

pub(super) async fn a_broken_chain_is_refused_whole<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let book = world.open(&*store, 1, Severity::Warning).await;
    let (good, _) = book.write(at(2), vec![noted("one"), noted("two")]);
    let break_it: [fn(&mut Append); 4] = [
        |append| append.entries[1].event = noted("another"),
        |append| append.entries[1].seq = 7,
        |append| append.entries[0].hash = "0".repeat(64),
        |append| append.entries[1].at = at(99),
    ];
    for break_it in break_it {
        let mut bad = good.clone();
        break_it(&mut bad);
        let refused = store.append(bad).await.unwrap_err();
        assert!(matches!(refused, JournalError::Database(_)), "{refused:?}");
        assert_eq!(read_all(&*store, book.id, 0).await.unwrap().len(), 1);
    }
    store.append(good).await.unwrap();
}

pub(super) async fn a_failed_append_leaves_nothing<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let book = world.open(&*store, 1, Severity::Warning).await;
    let evidence = EvidenceId::from_parts(1, 1);
    let (append, _) = book.write(at(2), vec![noted("one")]);
    // The second text is refused after records and the first text have been written.
    let doubled =
        Append { texts: vec![(evidence, "a".into()), (evidence, "b".into())], ..append.clone() };
    store.append(doubled).await.unwrap_err();
    assert_eq!(read_all(&*store, book.id, 0).await.unwrap().len(), 1);
    assert_eq!(store.text(book.id, evidence).await.unwrap(), None);
    assert_eq!(store.incident(world.organisation, book.id).await.unwrap(), Some(book.summary()));
    store.append(append).await.unwrap();
}

pub(super) async fn the_feed_speaks_after_the_commit<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut feed = store.feed();
    let mut book = world.open(&*store, 1, Severity::Warning).await;
    assert_eq!(feed.recv().await.unwrap(), Grown { incident: book.id, seq: 1 });
    let (stale, _) = book.write(at(2), vec![noted("stale")]);
    book.store(&*store, 2, vec![noted("one"), noted("two")]).await;
    let grown = feed.recv().await.unwrap();
    assert_eq!(grown, Grown { incident: book.id, seq: 3 });
    assert_eq!(store.read(book.id, 1, 10).await.unwrap().len(), 2, "announced means readable");
    store.append(stale).await.unwrap_err();
    assert!(feed.try_recv().is_err(), "what was refused is not announced");
}

pub(super) async fn answers_are_kept_beside_the_journal<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let book = world.open(&*store, 1, Severity::Warning).await;
    let other = world.open(&*store, 2, Severity::Warning).await;
    let (id, empty) = (EvidenceId::from_parts(1, 1), EvidenceId::from_parts(1, 2));
    let large = "zero \u{0}, ü, 🦀\n".repeat(50_000);
    let (append, _) = book.write(at(2), vec![awkward(id)]);
    let texts = vec![(id, large.clone()), (empty, String::new())];
    store.append(Append { texts, ..append }).await.unwrap();
    assert_eq!(store.text(book.id, id).await.unwrap(), Some(large));
    assert_eq!(store.text(book.id, empty).await.unwrap(), Some(String::new()));
    assert_eq!(store.text(other.id, id).await.unwrap(), None, "of one incident only");
}

pub(super) async fn an_unknown_incident_has_no_journal<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let unknown = IncidentId::from_parts(9, 9);
    assert_eq!(store.read(unknown, 0, 10).await.unwrap(), []);
    assert_eq!(store.text(unknown, EvidenceId::from_parts(1, 1)).await.unwrap(), None);
    assert_eq!(store.incident(world.organisation, unknown).await.unwrap(), None);
}
