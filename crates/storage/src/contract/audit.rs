//! The audit trail.

use std::sync::Arc;

use evenkeel_domain::id::IncidentId;
use evenkeel_engine::audit_chain::{AuditHead, BrokenTrail};

use super::sample::{audit as record, world};
use crate::{
    Store,
    audit::{AuditFilter, AuditRecord, verify},
};

pub(super) async fn the_trail_is_newest_first_and_filtered<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let incident = IncidentId::from_parts(1, 1);
    let records = [
        record(&world, 1, "user.signed_in"),
        AuditRecord { cluster: Some(world.cluster), ..record(&world, 2, "cluster.stopped") },
        AuditRecord {
            cluster: Some(world.cluster),
            incident: Some(incident),
            ..record(&world, 3, "plan.approved")
        },
        record(&world, 4, "user.added"),
        record(&world, 5, "user_other"),
    ];
    for record in &records {
        store.audit(record).await.unwrap();
    }
    assert!(store.audit(&records[0]).await.is_err(), "a record is never replaced");
    let any = || AuditFilter { limit: 100, ..AuditFilter::default() };
    let before = Some(records[2].id);
    let cases = [
        (any(), vec![5, 4, 3, 2, 1]),
        (AuditFilter { limit: 2, ..any() }, vec![5, 4]),
        (AuditFilter { before, ..any() }, vec![2, 1]),
        (AuditFilter { cluster: Some(world.cluster), ..any() }, vec![3, 2]),
        (AuditFilter { cluster: Some(world.second_cluster), ..any() }, vec![]),
        (AuditFilter { incident: Some(incident), ..any() }, vec![3]),
        (AuditFilter { action: Some("user.".into()), ..any() }, vec![4, 1]),
        (AuditFilter { action: Some("user_".into()), ..any() }, vec![5]),
        (AuditFilter { action: Some("%".into()), ..any() }, vec![]),
        (AuditFilter { action: Some("plan.approved".into()), ..any() }, vec![3]),
        (AuditFilter { action: Some("user.".into()), before, limit: 1, ..any() }, vec![1]),
    ];
    for (filter, expected) in cases {
        let found = store.audit_trail(world.organisation, &filter).await.unwrap();
        let expected: Vec<_> =
            expected.into_iter().map(|n: usize| records[n - 1].clone()).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

pub(super) async fn another_organisation_has_another_trail<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    store.audit(&record(&world, 1, "user.signed_in")).await.unwrap();
    let theirs = AuditRecord {
        organisation: world.other,
        cluster: Some(world.other_cluster),
        ..record(&world, 2, "cluster.stopped")
    };
    store.audit(&theirs).await.unwrap();
    let any = AuditFilter { limit: 9, ..AuditFilter::default() };
    assert_eq!(store.audit_trail(world.other, &any).await.unwrap(), [theirs]);
    let aimed = AuditFilter { cluster: Some(world.other_cluster), ..any };
    assert_eq!(store.audit_trail(world.organisation, &aimed).await.unwrap(), []);
}

pub(super) async fn each_organisation_has_a_chain_without_gaps<S: Store + 'static>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(verify(&*store, world.organisation).await.unwrap(), Ok(AuditHead::default()));
    let writers: Vec<_> = (1..=20)
        .map(|n| {
            let ours = record(&world, n, "plan.approved");
            let theirs = AuditRecord { organisation: world.other, ..record(&world, 100 + n, "x") };
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                store.audit(&ours).await.unwrap();
                store.audit(&theirs).await.unwrap();
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for organisation in [world.organisation, world.other] {
        let head = verify(&*store, organisation).await.unwrap().unwrap();
        assert_eq!(head.seq, 20);
        let mut pages = Vec::new();
        while let page = store.audit_entries(organisation, pages.len() as u64, 7).await.unwrap()
            && !page.is_empty()
        {
            assert!(page.len() <= 7);
            pages.extend(page);
        }
        let seqs: Vec<_> = pages.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
        assert_eq!(pages.last().map(|entry| &entry.hash), Some(&head.hash));
        assert!(pages.iter().all(|entry| entry.record.organisation == organisation));
    }
}

/// What somebody might do behind the store's back: statement, and the first position at which the
/// walk must stop.
const TAMPERING: [(&str, u64); 7] = [
    ("UPDATE audit SET actor = 'mallory@example.org' WHERE seq = 3", 3),
    ("UPDATE audit SET detail = '{}' WHERE seq = 2", 2),
    ("UPDATE audit SET at = at + 1 WHERE seq = 4", 4),
    ("UPDATE audit SET seq = 100 - seq WHERE seq IN (2, 3)", 2),
    ("DELETE FROM audit WHERE seq = 1", 1),
    ("DELETE FROM audit WHERE seq = 3", 3),
    ("UPDATE audit SET hash = prev_hash WHERE seq = 5", 5),
];

pub(super) async fn tampering_is_found<S: Store, T>(
    make: impl AsyncFn() -> (S, T),
    tamper: impl AsyncFn(&T, String),
) {
    for (statement, first) in TAMPERING {
        let (store, handle) = make().await;
        let world = world(&store).await;
        for n in 1..=6 {
            store.audit(&record(&world, n, "plan.approved")).await.unwrap();
        }
        verify(&store, world.organisation).await.unwrap().unwrap();
        tamper(&handle, statement.to_owned()).await;
        let broken = BrokenTrail { organisation: world.organisation, seq: first };
        let found = verify(&store, world.organisation).await.unwrap();
        assert_eq!(found, Err(broken), "{statement}");
    }
}
