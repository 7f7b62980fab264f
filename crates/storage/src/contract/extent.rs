//! How far it has come.

use std::sync::Arc;

use evenkeel_domain::{id::AuditId, severity::Severity};

use super::sample::{audit, world};
use crate::{Store, extent::Extent};

pub(super) async fn what_is_newest_is_known<S: Store>(store: Arc<S>) {
    assert_eq!(store.extent().await.unwrap(), Extent::default());
    let world = world(&*store).await;
    let first = world.open(&*store, 1, Severity::Warning).await;
    let before = store.extent().await.unwrap();
    assert_eq!(before.incident, Some(first.id));
    let second = world.open(&*store, 2, Severity::Warning).await;
    store.audit(&audit(&world, 7, "plan.approved")).await.unwrap();
    let after = store.extent().await.unwrap();
    assert_eq!((after.incident, after.audit), (Some(second.id), Some(AuditId::from_parts(7, 1))));
    assert!(after.beyond(&before) && !before.beyond(&after) && !after.beyond(&after));
}
