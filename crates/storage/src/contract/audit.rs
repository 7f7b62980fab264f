//! The audit trail.

use std::sync::Arc;

use evenkeel_domain::id::{AuditId, IncidentId};
use serde_json::json;

use super::sample::{World, at, world};
use crate::{
    Store,
    audit::{AuditFilter, AuditRecord},
};

fn record(world: &World, n: u64, action: &str) -> AuditRecord {
    AuditRecord {
        id: AuditId::from_parts(n, 1),
        organisation: world.organisation,
        at: at(i64::try_from(n).unwrap()),
        actor: "a@example.org".into(),
        action: action.into(),
        subject: "something".into(),
        cluster: None,
        incident: None,
        detail: json!({ "figure": 0.1, "text": "ü" }),
    }
}

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
