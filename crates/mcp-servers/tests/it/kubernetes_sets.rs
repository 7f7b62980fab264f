//! The writes on StatefulSets and DaemonSets.

use std::collections::BTreeMap;

use evenkeel_tools::kubernetes::{
    DeletePodArgs, FindActionArgs, ListPodsArgs, ObjectKind, Pod, RolloutHistory,
    RolloutHistoryArgs, RolloutRestartArgs, RolloutState, RolloutStatusArgs, RolloutUndoArgs,
    ScaleArgs, SetImageArgs, SetResourcesArgs, Undo, WorkloadKind,
};

use crate::kubernetes_cluster::{Cluster, OTHER, image, set};

impl Cluster {
    async fn history(&self, kind: WorkloadKind, name: &str) -> RolloutHistory {
        let (namespace, name) = (self.namespace.clone(), name.to_owned());
        self.client.call(&RolloutHistoryArgs { namespace, kind, name }).await.unwrap()
    }

    /// The history once its newest revision has that number and is the current one.
    async fn revision(&self, kind: WorkloadKind, name: &str, number: i64) -> RolloutHistory {
        self.eventually(&format!("revision {number} of {name}"), async || {
            let history = self.history(kind, name).await;
            let newest = history.revisions.first()?;
            let seen = history.observed_generation == Some(history.generation);
            (seen && newest.current && newest.revision == number).then_some(history)
        })
        .await
    }

    fn release(&self, kind: WorkloadKind, name: &str, id: &str) -> SetImageArgs {
        SetImageArgs {
            namespace: self.namespace.clone(),
            name: name.to_owned(),
            kind,
            container: "web".to_owned(),
            image: OTHER.to_owned(),
            action_id: id.to_owned(),
            dry_run: false,
            expected_uid: None,
            expected_generation: None,
        }
    }

    fn back(&self, of: &RolloutHistory, to_revision: i64, id: &str) -> RolloutUndoArgs {
        RolloutUndoArgs {
            namespace: self.namespace.clone(),
            name: of.name.clone(),
            kind: of.kind,
            to_revision,
            action_id: id.to_owned(),
            dry_run: false,
            expected_uid: Some(of.uid.clone()),
            expected_generation: Some(of.generation),
        }
    }

    fn find(&self, kind: ObjectKind, name: &str, id: &str) -> FindActionArgs {
        FindActionArgs {
            kind,
            namespace: self.namespace.clone(),
            name: name.to_owned(),
            action_id: id.to_owned(),
            uid: None,
        }
    }
}

const SET: WorkloadKind = WorkloadKind::StatefulSet;
const DAEMON: WorkloadKind = WorkloadKind::DaemonSet;

#[tokio::test]
async fn a_bad_release_of_a_stateful_set_is_undone_by_its_controller_revisions() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.create("apis/apps/v1", "statefulsets", set("StatefulSet", "db")).await;
    cluster.revision(SET, "db", 1).await;

    let args = cluster.release(SET, "db", "a-1");
    let released = cluster.client.call(&args).await.unwrap();
    assert!(released.diff.contains("checkout:9.9.9") && !released.diff.contains("hunter2"));
    assert!(cluster.client.call(&args).await.unwrap().already_applied);
    let two = cluster.revision(SET, "db", 2).await;
    assert_eq!(two.revisions[0].images, [OTHER]);
    let diff = two.revisions[0].diff_from_previous.as_ref().unwrap();
    assert!(diff.contains(image()) && !diff.contains("hunter2"), "{diff}");

    let bad = bad_pod(&cluster).await;
    let missing = cluster.back(&two, 7, "a-2");
    assert_eq!(cluster.client.code(&missing).await, "kubernetes.no_such_part");
    let back = cluster.back(&two, 1, "a-2");
    let dry = RolloutUndoArgs { dry_run: true, ..back.clone() };
    assert!(!cluster.client.call(&dry).await.unwrap().applied);
    let done = cluster.client.call(&back).await.unwrap();
    assert!(done.applied && !done.already_applied);
    assert!(cluster.client.call(&back).await.unwrap().already_applied);
    let found = cluster.client.call(&cluster.find(ObjectKind::StatefulSet, "db", "a-2")).await;
    assert!(found.unwrap().applied);
    let three = cluster.revision(SET, "db", 3).await;
    assert_eq!((three.revisions.len(), three.revisions[0].images[0].as_str()), (2, image()));

    held_up_until_the_bad_pod_goes(&cluster, bad).await;
    cluster.undo::<RolloutUndoArgs>(done.undo, "a-4").await;
    assert_eq!(cluster.revision(SET, "db", 4).await.revisions[0].images, [OTHER]);
    cluster.stop().await;
}

/// The pod of the bad release, which never becomes ready.
async fn bad_pod(cluster: &Cluster) -> Pod {
    let list = ListPodsArgs { namespace: cluster.namespace.clone(), ..ListPodsArgs::default() };
    cluster
        .eventually("the pod of the bad release", async || {
            let pods = cluster.client.call(&list).await.unwrap().pods;
            pods.into_iter()
                .find(|pod| pod.deleted_at.is_none() && pod.containers[0].image == OTHER)
        })
        .await
}

/// The roll-back waits for that pod too, as a real controller's does.
async fn held_up_until_the_bad_pod_goes(cluster: &Cluster, bad: Pod) {
    let status = RolloutStatusArgs {
        kind: SET,
        namespace: cluster.namespace.clone(),
        name: "db".to_owned(),
    };
    let held = cluster.client.call(&status).await.unwrap();
    assert_eq!(held.state, RolloutState::Progressing);
    assert_eq!(bad_pod(cluster).await.uid, bad.uid, "it is still there");
    let delete = DeletePodArgs {
        namespace: cluster.namespace.clone(),
        name: bad.name.clone(),
        action_id: "a-3".to_owned(),
        dry_run: false,
        expected_uid: Some(bad.uid.clone()),
        expected_generation: None,
    };
    cluster.client.call(&delete).await.unwrap();
    cluster
        .eventually("the roll-back", async || {
            let status = cluster.client.call(&status).await.unwrap();
            (status.state == RolloutState::Complete).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_stateful_set_is_scaled_and_restarted() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.create("apis/apps/v1", "statefulsets", set("StatefulSet", "db")).await;
    let one = cluster.revision(SET, "db", 1).await;
    let scale = ScaleArgs {
        namespace: cluster.namespace.clone(),
        name: "db".to_owned(),
        kind: SET,
        replicas: 2,
        action_id: "s-1".to_owned(),
        dry_run: false,
        expected_uid: Some(one.uid.clone()),
        expected_generation: Some(one.generation),
    };
    let done = cluster.client.call(&scale).await.unwrap();
    assert_eq!(done.object.kind, "StatefulSet");
    let drifted = ScaleArgs { action_id: "s-2".to_owned(), replicas: 3, ..scale };
    assert_eq!(cluster.client.code(&drifted).await, "kubernetes.drifted");
    cluster.undo::<ScaleArgs>(done.undo, "s-3").await;
    assert_eq!(cluster.history(SET, "db").await.replicas.desired, 1);
    let restart = RolloutRestartArgs {
        namespace: cluster.namespace.clone(),
        name: "db".to_owned(),
        kind: SET,
        action_id: "s-4".to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    };
    let restarted = cluster.client.call(&restart).await.unwrap();
    assert!(restarted.diff.contains("restartedAt") && matches!(restarted.undo, Undo::None { .. }));
    cluster.revision(SET, "db", 2).await;
    cluster.stop().await;
}

#[tokio::test]
async fn a_daemon_set_is_changed_and_undone_and_has_no_number() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.create("apis/apps/v1", "daemonsets", set("DaemonSet", "agent")).await;
    cluster.revision(DAEMON, "agent", 1).await;
    let scale = ScaleArgs {
        namespace: cluster.namespace.clone(),
        name: "agent".to_owned(),
        kind: DAEMON,
        replicas: 2,
        action_id: "d-1".to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    };
    assert_eq!(cluster.client.code(&scale).await, "tool.bad_arguments");

    cluster.client.call(&cluster.release(DAEMON, "agent", "d-2")).await.unwrap();
    let two = cluster.revision(DAEMON, "agent", 2).await;
    let back = cluster.back(&two, 1, "d-3");
    let done = cluster.client.call(&back).await.unwrap();
    let three = cluster.revision(DAEMON, "agent", 3).await;
    assert_eq!(three.revisions[0].images, [image()]);
    let status = RolloutStatusArgs {
        kind: DAEMON,
        namespace: cluster.namespace.clone(),
        name: "agent".to_owned(),
    };
    cluster
        .eventually("the roll-back", async || {
            let status = cluster.client.call(&status).await.unwrap();
            (status.state == RolloutState::Complete).then_some(())
        })
        .await;
    assert!(matches!(done.undo, Undo::Call { .. }));
    let resources = SetResourcesArgs {
        namespace: cluster.namespace.clone(),
        name: "agent".to_owned(),
        kind: DAEMON,
        container: "web".to_owned(),
        limits: BTreeMap::from([("memory".to_owned(), Some("96Mi".to_owned()))]),
        requests: BTreeMap::new(),
        action_id: "d-4".to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    };
    let done = cluster.client.call(&resources).await.unwrap();
    assert!(done.diff.contains("96Mi"), "{}", done.diff);
    cluster.undo::<SetResourcesArgs>(done.undo, "d-5").await;
    cluster.stop().await;
}
