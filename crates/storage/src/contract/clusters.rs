//! Clusters and their credentials.

use std::sync::Arc;

use evenkeel_domain::{
    cluster::{EmergencyStop, Environment},
    id::ClusterId,
};

use super::{
    connections::connection,
    sample::{at, cluster, organisation, world},
};
use crate::{StorageError, Store, clusters::ClusterRow};

async fn two(store: &impl Store) -> [ClusterRow; 2] {
    let home = organisation(1);
    store.create_organisation(&home).await.unwrap();
    let rows = [cluster(home.id, 1), cluster(home.id, 2)];
    for row in rows.iter().rev() {
        store.create_cluster(row, &[]).await.unwrap();
    }
    rows
}

fn stop() -> EmergencyStop {
    EmergencyStop { by: "a@example.org".into(), at: at(5), reason: "it eats the shop".into() }
}

pub(super) async fn clusters_have_names_of_their_own<S: Store>(store: Arc<S>) {
    let rows = two(&*store).await;
    let home = rows[0].cluster.organisation;
    let mut third = cluster(home, 3);
    third.cluster.name.clone_from(&rows[0].cluster.name);
    let refused = store.create_cluster(&third, &[]).await;
    assert!(matches!(refused, Err(StorageError::Taken { .. })));
    assert_eq!(store.cluster(third.cluster.id).await.unwrap(), None);
    // Another organisation may use the name; nobody may have the same token.
    let other = organisation(2);
    store.create_organisation(&other).await.unwrap();
    third.cluster.organisation = other.id;
    third.token_hash.clone_from(&rows[0].token_hash);
    assert!(store.create_cluster(&third, &[]).await.is_err());
    third.token_hash = "its own".into();
    third.kubeconfig_sealed = Some(vec![0, 255]);
    third.cluster.kubernetes = true;
    third.cluster.stop = Some(stop());
    store.create_cluster(&third, &[]).await.unwrap();
    assert_eq!(store.cluster(third.cluster.id).await.unwrap(), Some(third.clone()));
    assert_eq!(store.clusters(other.id).await.unwrap(), [third]);
    assert_eq!(store.clusters(home).await.unwrap(), rows);
    assert_eq!(store.cluster(ClusterId::from_parts(9, 9)).await.unwrap(), None);
}

pub(super) async fn a_change_leaves_stop_and_token<S: Store>(store: Arc<S>) {
    let [one, two] = two(&*store).await;
    store.set_stop(one.cluster.id, Some(&stop()), &[]).await.unwrap();
    let mut change = one.clone();
    change.cluster.name = "renamed".into();
    change.cluster.environment = Environment::Production;
    change.cluster.prometheus_url = None;
    change.cluster.alertmanager_url = Some("http://127.0.0.1:9093".into());
    change.cluster.practice_range = false;
    change.cluster.kubernetes = true;
    change.kubeconfig_sealed = Some(vec![1, 2, 3]);
    change.token_hash = "not to be changed here".into();
    store.update_cluster(&change, &[]).await.unwrap();
    let mut expected = change.clone();
    expected.cluster.stop = Some(stop());
    expected.token_hash.clone_from(&one.token_hash);
    assert_eq!(store.cluster(one.cluster.id).await.unwrap(), Some(expected));
    assert_eq!(store.cluster(two.cluster.id).await.unwrap(), Some(two.clone()));

    change.cluster.name.clone_from(&two.cluster.name);
    let refused = store.update_cluster(&change, &[]).await;
    assert!(matches!(refused, Err(StorageError::Taken { .. })));
    let unknown = cluster(one.cluster.organisation, 9);
    let refused = store.update_cluster(&unknown, &[]).await;
    assert!(matches!(refused, Err(StorageError::Missing { .. })));
}

pub(super) async fn a_token_is_replaced<S: Store>(store: Arc<S>) {
    let [one, two] = two(&*store).await;
    let found = store.cluster_by_token(&one.token_hash).await.unwrap();
    assert_eq!(found, Some(one.clone()));
    store.set_cluster_token(one.cluster.id, "fresh", &[]).await.unwrap();
    assert_eq!(store.cluster_by_token(&one.token_hash).await.unwrap(), None);
    let found = store.cluster_by_token("fresh").await.unwrap().unwrap();
    assert_eq!(found.cluster, one.cluster);
    assert!(store.set_cluster_token(one.cluster.id, &two.token_hash, &[]).await.is_err());
    let refused = store.set_cluster_token(ClusterId::from_parts(9, 9), "x", &[]).await;
    assert!(matches!(refused, Err(StorageError::Missing { .. })));
}

pub(super) async fn emergency_stop_is_thrown_and_lifted<S: Store>(store: Arc<S>) {
    let [one, two] = two(&*store).await;
    store.set_stop(one.cluster.id, Some(&stop()), &[]).await.unwrap();
    let stopped = store.cluster(one.cluster.id).await.unwrap().unwrap().cluster.stop;
    assert_eq!(stopped, Some(stop()));
    assert_eq!(store.cluster(two.cluster.id).await.unwrap(), Some(two), "only that one");
    store.set_stop(one.cluster.id, None, &[]).await.unwrap();
    assert_eq!(store.cluster(one.cluster.id).await.unwrap(), Some(one));
    let refused = store.set_stop(ClusterId::from_parts(9, 9), None, &[]).await;
    assert!(matches!(refused, Err(StorageError::Missing { .. })));
}

pub(super) async fn clusters_with_an_alertmanager_are_watched<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.watched_clusters().await.unwrap(), []);
    for id in [world.second_cluster, world.other_cluster] {
        let mut row = store.cluster(id).await.unwrap().unwrap();
        row.cluster.alertmanager_url = Some("http://127.0.0.1:9093".into());
        store.update_cluster(&row, &[]).await.unwrap();
    }
    let watched = store.watched_clusters().await.unwrap();
    let ids: Vec<_> = watched.iter().map(|row| row.cluster.id).collect();
    assert_eq!(ids, [world.second_cluster, world.other_cluster], "of all organisations");
    // A connection may bring one.
    store.create_connection(&connection(&world, 1, None), &[]).await.unwrap();
    let watched = store.watched_clusters().await.unwrap();
    assert_eq!(watched.len(), 3, "those of the organisation with a Prometheus for all");
}
