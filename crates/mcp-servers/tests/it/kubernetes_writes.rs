//! The writes on a cluster: dry run, stamp, drift, undo.

use std::collections::BTreeMap;

use evenkeel_tools::ToolArguments;
use evenkeel_tools::kubernetes::{
    DeletePodArgs, FindActionArgs, ListPodsArgs, ObjectKind, RolloutRestartArgs, RolloutState,
    RolloutStatusArgs, RolloutUndoArgs, ScaleArgs, SetImageArgs, SetResourcesArgs, Undo,
    WorkloadKind, WriteResult,
};
use serde_json::{Value, json};

use crate::kubernetes_cluster::{Cluster, OTHER, image};

impl Cluster {
    fn scale(&self, replicas: u32, id: &str, dry_run: bool) -> ScaleArgs {
        ScaleArgs {
            namespace: self.namespace.clone(),
            name: "web".to_owned(),
            kind: WorkloadKind::Deployment,
            replicas,
            action_id: id.to_owned(),
            dry_run,
            expected_uid: None,
            expected_generation: None,
        }
    }

    fn image(&self, image: &str, id: &str) -> SetImageArgs {
        SetImageArgs {
            namespace: self.namespace.clone(),
            name: "web".to_owned(),
            kind: WorkloadKind::Deployment,
            container: "web".to_owned(),
            image: image.to_owned(),
            action_id: id.to_owned(),
            dry_run: false,
            expected_uid: None,
            expected_generation: None,
        }
    }

    async fn generation(&self) -> i64 {
        self.deployment("web").await.unwrap().generation
    }

    /// Does what a result's undo says.
    pub async fn undo<A: ToolArguments<Output = WriteResult>>(
        &self,
        undo: Undo,
        id: &str,
    ) -> WriteResult {
        let Undo::Call { tool, mut arguments } = undo else { panic!("no undo: {undo:?}") };
        assert_eq!(tool, A::NAME);
        arguments.insert("actionId".to_owned(), json!(id));
        arguments.insert("dryRun".to_owned(), json!(false));
        let args: A = serde_json::from_value(Value::Object(arguments)).unwrap();
        self.client.call(&args).await.unwrap()
    }
}

#[tokio::test]
async fn scale_dry_runs_applies_once_and_is_undone() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let before = cluster.generation().await;
    let dry = cluster.client.call(&cluster.scale(3, "a-1", true)).await.unwrap();
    assert!(
        !dry.applied && dry.diff.contains("-replicas: 1\n") && dry.diff.contains("+replicas: 3\n"),
        "{dry:?}"
    );
    assert_eq!(cluster.generation().await, before, "a dry run must change nothing");

    let args = ScaleArgs { expected_generation: Some(before), ..cluster.scale(3, "a-1", false) };
    let done = cluster.client.call(&args).await.unwrap();
    assert!(done.applied && !done.already_applied);
    assert!(done.object.generation_after > done.object.generation_before);
    let again = cluster.client.call(&args).await.unwrap();
    assert!(again.already_applied, "the same action must not be done twice");
    let drifted = ScaleArgs { action_id: "a-2".to_owned(), ..args.clone() };
    assert_eq!(cluster.client.code(&drifted).await, "kubernetes.drifted");

    let find = |id: &str| FindActionArgs {
        kind: ObjectKind::Deployment,
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        action_id: id.to_owned(),
        uid: None,
    };
    assert!(cluster.client.call(&find("a-1")).await.unwrap().applied);
    assert!(!cluster.client.call(&find("a-9")).await.unwrap().applied);

    cluster.undo::<ScaleArgs>(done.undo, "a-3").await;
    assert_eq!(cluster.deployment("web").await.unwrap().replicas.desired, 1);
    assert!(
        cluster.client.call(&find("a-1")).await.unwrap().applied,
        "an action stays known after a later one"
    );
    cluster.stop().await;
}

#[tokio::test]
async fn a_bad_release_is_undone_by_revision() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let released = cluster.client.call(&cluster.image(OTHER, "a-1")).await.unwrap();
    assert!(released.diff.contains("checkout:9.9.9"), "{}", released.diff);
    assert!(!released.diff.contains("hunter2"), "a secret must not be shown");
    let two = cluster
        .eventually("a second revision", async || {
            cluster
                .deployment("web")
                .await
                .filter(|d| d.revision == Some(2) && d.revisions.len() == 2)
        })
        .await;
    let diff = two.revisions[0].diff_from_previous.as_ref().unwrap();
    assert!(
        diff.contains(image()) && diff.contains("checkout:9.9.9") && !diff.contains("hunter2"),
        "{diff}"
    );
    assert!(two.revisions[0].current && two.revisions[1].diff_from_previous.is_none());

    let mut undo = RolloutUndoArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        kind: WorkloadKind::Deployment,
        to_revision: 7,
        action_id: "a-2".to_owned(),
        dry_run: false,
        expected_uid: Some(two.uid.clone()),
        expected_generation: Some(two.generation),
    };
    assert_eq!(cluster.client.code(&undo).await, "kubernetes.no_such_part");
    undo.to_revision = 2;
    assert_eq!(cluster.client.code(&undo).await, "kubernetes.no_such_part");
    undo.to_revision = 1;
    let done = cluster.client.call(&undo).await.unwrap();
    let three = cluster
        .eventually("the third revision", async || {
            cluster.deployment("web").await.filter(|d| d.revision == Some(3))
        })
        .await;
    assert_eq!(three.containers[0].image, image());
    assert_eq!(three.action_id.as_deref(), Some("a-2"));
    assert_eq!(three.revisions.len(), 2, "the old ReplicaSet is used again");

    cluster.undo::<RolloutUndoArgs>(done.undo, "a-3").await;
    assert_eq!(cluster.deployment("web").await.unwrap().containers[0].image, OTHER);
    cluster.stop().await;
}

#[tokio::test]
async fn resources_restart_and_pods_are_changed() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let args = SetResourcesArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        kind: WorkloadKind::Deployment,
        container: "web".to_owned(),
        limits: BTreeMap::from([
            ("memory".to_owned(), Some("128Mi".to_owned())),
            ("cpu".to_owned(), Some("1".to_owned())),
        ]),
        requests: BTreeMap::new(),
        action_id: "r-1".to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    };
    let done = cluster.client.call(&args).await.unwrap();
    let limits = cluster.deployment("web").await.unwrap().containers[0].resources.clone();
    assert_eq!(limits.memory_limit.unwrap().text, "128Mi");
    cluster.undo::<SetResourcesArgs>(done.undo, "r-2").await;
    let limits = cluster.deployment("web").await.unwrap().containers[0].resources.clone();
    assert_eq!((limits.memory_limit.unwrap().text.as_str(), limits.cpu_limit), ("64Mi", None));
    let wrong =
        SetResourcesArgs { container: "db".to_owned(), action_id: "r-3".to_owned(), ..args };
    assert_eq!(cluster.client.code(&wrong).await, "kubernetes.no_such_part");

    let restart = RolloutRestartArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        kind: WorkloadKind::Deployment,
        action_id: "r-4".to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    };
    let web = format!("/apis/apps/v1/namespaces/{}/deployments/web", cluster.namespace);
    cluster.patch(&web, json!({"spec": {"paused": true}})).await;
    assert_eq!(cluster.client.code(&restart).await, "kubernetes.invalid", "nothing would happen");
    cluster.patch(&web, json!({"spec": {"paused": false}})).await;
    let restarted = cluster.client.call(&restart).await.unwrap();
    assert!(restarted.diff.contains("restartedAt") && matches!(restarted.undo, Undo::None { .. }));

    // Before it is rolled out, pods still go by themselves.
    let rollout = RolloutStatusArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        ..RolloutStatusArgs::default()
    };
    cluster
        .eventually("the restart", async || {
            let status = cluster.client.call(&rollout).await.unwrap();
            (status.state == RolloutState::Complete).then_some(())
        })
        .await;
    let list = ListPodsArgs { namespace: cluster.namespace.clone(), ..ListPodsArgs::default() };
    let pod = cluster
        .eventually("a pod", async || {
            let pods = cluster.client.call(&list).await.unwrap().pods;
            pods.into_iter().find(|pod| pod.deleted_at.is_none())
        })
        .await;
    let delete = DeletePodArgs {
        namespace: cluster.namespace.clone(),
        name: pod.name.clone(),
        action_id: "d-1".to_owned(),
        dry_run: true,
        expected_uid: Some(pod.uid.clone()),
        expected_generation: None,
    };
    assert!(!cluster.client.call(&delete).await.unwrap().applied);
    let find = FindActionArgs {
        kind: ObjectKind::Pod,
        namespace: cluster.namespace.clone(),
        name: pod.name,
        action_id: "d-1".to_owned(),
        uid: Some(pod.uid),
    };
    assert!(!cluster.client.call(&find).await.unwrap().applied, "a dry run must not delete");
    let delete = DeletePodArgs { dry_run: false, ..delete };
    assert!(cluster.client.call(&delete).await.unwrap().applied);
    assert!(cluster.client.call(&find).await.unwrap().applied);
    assert!(cluster.client.call(&delete).await.unwrap().already_applied);
    cluster.stop().await;
}
