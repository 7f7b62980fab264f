//! The writes on nodes, autoscalers, ConfigMaps and Jobs.

use evenkeel_tools::ToolArguments;
use evenkeel_tools::kubernetes::{
    CordonArgs, FindActionArgs, FoundAction, JobEnd, JobStatusArgs, ObjectKind, RerunJobArgs,
    RolloutRestartArgs, SetConfigKeyArgs, SetHpaBoundsArgs, UncordonArgs, Undo, WorkloadKind,
    WriteResult, rerun_name,
};
use serde_json::{Value, json};

use crate::kubernetes_cluster::{Cluster, image};

impl Cluster {
    async fn look(&self, kind: ObjectKind, name: &str, id: &str) -> FoundAction {
        let namespace =
            if kind == ObjectKind::Node { String::new() } else { self.namespace.clone() };
        let args = FindActionArgs {
            kind,
            namespace,
            name: name.to_owned(),
            action_id: id.to_owned(),
            uid: None,
        };
        self.client.call(&args).await.unwrap()
    }

    /// Dry run, drift, once, twice, found: what every write must do. `args` makes the arguments of an id, a dry run and
    /// an expected version.
    async fn once<A: ToolArguments<Output = WriteResult>>(
        &self,
        (kind, name): (ObjectKind, &str),
        args: impl Fn(&str, bool, Option<i64>) -> A,
    ) -> WriteResult {
        let before = self.look(kind, name, "w-1").await;
        assert!(before.exists && !before.applied && before.generation.is_some());
        let dry = self.client.call(&args("w-1", true, before.generation)).await.unwrap();
        assert!(!dry.applied && dry.dry_run && !dry.diff.is_empty(), "{dry:?}");
        let after_dry = self.look(kind, name, "w-1").await;
        let version = |found: &FoundAction| (found.applied, found.uid.clone(), found.generation);
        assert_eq!(version(&after_dry), version(&before), "a dry run must change nothing");
        let wrong = args("w-0", false, before.generation.map(|version| version ^ 1));
        assert_eq!(self.client.code(&wrong).await, "kubernetes.drifted");
        let done = self.client.call(&args("w-1", false, before.generation)).await.unwrap();
        assert!(done.applied && !done.already_applied);
        assert_eq!((done.undo.clone(), &done.diff), (dry.undo, &dry.diff));
        let again = self.client.call(&args("w-1", false, before.generation)).await.unwrap();
        assert!(again.already_applied, "the same action must not be done twice");
        assert!(self.look(kind, name, "w-1").await.applied);
        assert!(!self.look(kind, name, "w-9").await.applied);
        done
    }
}

#[tokio::test]
async fn a_node_is_cordoned_once_and_uncordoned() {
    let cluster = Cluster::start("exec sleep 600").await;
    // A node that no kubelet stands behind: the cluster's own are left alone.
    let name = format!("{}-node", cluster.namespace);
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}});
    cluster.post("/api/v1/nodes", node).await;
    let path = format!("/api/v1/nodes/{name}");
    let done = cluster
        .once((ObjectKind::Node, &name), |id, dry_run, version| CordonArgs {
            name: name.clone(),
            action_id: id.to_owned(),
            dry_run,
            expected_uid: None,
            expected_generation: version,
        })
        .await;
    assert!(done.diff.contains("-unschedulable: false\n+unschedulable: true"), "{}", done.diff);
    assert_eq!(cluster.get(&path).await["spec"]["unschedulable"], true);
    assert_ne!(done.object.generation_before, done.object.generation_after);
    let version = cluster.look(ObjectKind::Node, &name, "w-1").await.generation;
    assert_eq!(version, done.object.generation_after, "find_action tells the same version");

    let back = cluster.undo::<UncordonArgs>(done.undo, "w-2").await;
    assert_eq!(back.object.generation_after, done.object.generation_before);
    assert_ne!(cluster.get(&path).await["spec"]["unschedulable"], true);
    cluster.delete(&path).await;
    cluster.stop().await;
}

#[tokio::test]
async fn an_autoscaler_gets_other_bounds_whatever_its_status_does() {
    let cluster = Cluster::start("exec sleep 600").await;
    let hpa = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"maxReplicas": 4, "minReplicas": 2,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]},
    });
    cluster.create("apis/autoscaling/v2", "horizontalpodautoscalers", hpa).await;
    let path = format!(
        "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers/web",
        cluster.namespace
    );
    let of = ObjectKind::HorizontalPodAutoscaler;
    let before = cluster.look(of, "web", "x").await;
    let status = json!({"status": {"currentReplicas": 4, "desiredReplicas": 4}});
    cluster.patch(&format!("{path}/status"), status).await;
    let after = cluster.look(of, "web", "x").await;
    assert_ne!(after.resource_version, before.resource_version);
    assert_eq!(after.generation, before.generation, "a status is no change of the bounds");

    let bounds = |id: &str, dry_run: bool, version| SetHpaBoundsArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        min_replicas: 2,
        max_replicas: 8,
        action_id: id.to_owned(),
        dry_run,
        expected_uid: None,
        expected_generation: version,
    };
    let done = cluster.once((of, "web"), bounds).await;
    assert!(done.diff.contains("-maxReplicas: 4\n+maxReplicas: 8"), "{}", done.diff);
    let wrong = SetHpaBoundsArgs { min_replicas: 9, ..bounds("x", false, None) };
    assert_eq!(cluster.client.code(&wrong).await, "tool.bad_arguments");
    cluster.undo::<SetHpaBoundsArgs>(done.undo, "w-2").await;
    assert_eq!(cluster.get(&path).await["spec"]["maxReplicas"], 4);
    cluster.stop().await;
}

#[tokio::test]
async fn a_key_is_set_and_put_back_and_the_old_value_is_told_to_nobody() {
    let cluster = Cluster::start("exec sleep 600").await;
    let data = json!({"LEVEL": "info", "app.yaml": "cache: 1\npassword: hunter2\n"});
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": data});
    cluster.create("api/v1", "configmaps", map).await;
    let path = format!("/api/v1/namespaces/{}/configmaps/settings", cluster.namespace);
    let set = |key: &str, value: &str, id: &str| SetConfigKeyArgs {
        namespace: cluster.namespace.clone(),
        name: "settings".to_owned(),
        key: key.to_owned(),
        value: Some(value.to_owned()),
        undo_of: None,
        action_id: id.to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    };
    let done = cluster
        .once((ObjectKind::ConfigMap, "settings"), |id, dry_run, version| SetConfigKeyArgs {
            dry_run,
            expected_generation: version,
            ..set("LEVEL", "debug", id)
        })
        .await;
    assert!(done.diff.contains("-LEVEL: info\n+LEVEL: debug"), "{}", done.diff);
    cluster.undo::<SetConfigKeyArgs>(done.undo, "w-2").await;
    assert_eq!(cluster.get(&path).await["data"], data);

    let done = cluster.client.call(&set("app.yaml", "cache: 2\n", "w-3")).await.unwrap();
    assert!(!serde_json::to_string(&done).unwrap().contains("hunter2"), "{done:?}");
    assert!(done.diff.contains("cache"), "{}", done.diff);
    cluster.undo::<SetConfigKeyArgs>(done.undo, "w-4").await;
    assert_eq!(cluster.get(&path).await["data"], data, "the old value came back all the same");

    let done = cluster.client.call(&set("NEW", "1", "w-5")).await.unwrap();
    let undo = cluster.undo::<SetConfigKeyArgs>(done.undo, "w-6").await;
    assert_eq!(cluster.get(&path).await["data"], data, "there was no such key");
    assert!(matches!(undo.undo, Undo::Call { .. }), "and that can be taken back as well");

    for (key, value) in [
        ("DB_PASSWORD", "x"),
        ("LEVEL", "postgres://app:hunter2@db/app"),
        ("app.yaml", "password: hunter3\n"),
    ] {
        let refused = cluster.client.call(&set(key, value, "w-7")).await.unwrap_err();
        assert_eq!(refused.code, "kubernetes.protected", "{key}");
        assert!(!refused.message.contains("hunter"), "{}", refused.message);
    }
    let neither = SetConfigKeyArgs { value: None, ..set("LEVEL", "", "w-7") };
    assert_eq!(cluster.client.code(&neither).await, "tool.bad_arguments");
    let unknown = SetConfigKeyArgs {
        value: None,
        undo_of: Some("w-99".to_owned()),
        ..set("LEVEL", "", "w-7")
    };
    assert_eq!(cluster.client.code(&unknown).await, "kubernetes.no_such_part");
    assert_eq!(cluster.get(&path).await["data"], data);
    cluster.stop().await;
}

/// A Job whose first run fails and whose copy does not.
fn job() -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "import", "labels": {"app": "import"}},
        "spec": {"backoffLimit": 0, "template": {
            "metadata": {"labels": {"app": "import"}},
            "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "containers": [{
                "name": "import", "image": image(),
                "env": [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                    {"name": "DB_PASSWORD", "value": "hunter2"}],
            }]},
        }},
    })
}

#[tokio::test]
async fn a_failed_job_is_run_again_once_as_a_copy() {
    let cluster = Cluster::start("case $POD in import-w-*) exit 0;; *) exit 1;; esac").await;
    cluster.create("apis/batch/v1", "jobs", job()).await;
    let status =
        |name: &str| JobStatusArgs { namespace: cluster.namespace.clone(), name: name.to_owned() };
    let rerun = |id: &str, dry_run: bool, version| RerunJobArgs {
        namespace: cluster.namespace.clone(),
        name: "import".to_owned(),
        action_id: id.to_owned(),
        dry_run,
        expected_uid: None,
        expected_generation: version,
    };
    let first = cluster.client.call(&status("import")).await.unwrap();
    if first.ended.is_none() {
        let early = cluster.client.call(&rerun("w-8", true, None)).await;
        // It may have failed in between.
        assert!(early.is_ok() || early.unwrap_err().code == "kubernetes.invalid");
    }
    cluster
        .eventually("the failure", async || {
            let status = cluster.client.call(&status("import")).await.unwrap();
            (status.ended == Some(JobEnd::Failed)).then_some(())
        })
        .await;
    let done = cluster.once((ObjectKind::Job, "import"), rerun).await;
    assert!(done.diff.contains("+name: import-w-1") && !done.diff.contains("hunter2"));
    assert!(matches!(done.undo, Undo::None { .. }));
    let copy = rerun_name("import", "w-1");
    let path = format!("/apis/batch/v1/namespaces/{}/jobs/{copy}", cluster.namespace);
    let made = cluster.get(&path).await;
    let annotations = &made["metadata"]["annotations"];
    assert_eq!(annotations["evenkeel.dev/action-id"], "w-1");
    assert_eq!(annotations["evenkeel.dev/rerun-of"], done.object.uid.as_str());
    cluster
        .eventually("the copy's success", async || {
            let status = cluster.client.call(&status(&copy)).await.unwrap();
            (status.ended == Some(JobEnd::Complete)).then_some(())
        })
        .await;
    // What has not failed is not run again.
    let again = RerunJobArgs { name: copy, ..rerun("w-2", false, None) };
    assert_eq!(cluster.client.code(&again).await, "kubernetes.invalid");
    cluster.stop().await;
}

#[tokio::test]
async fn nothing_is_written_in_the_cluster_s_own_namespaces() {
    let cluster = Cluster::start("exec sleep 600").await;
    for namespace in ["kube-system", "kube-public", "evenkeel"] {
        let restart = RolloutRestartArgs {
            namespace: namespace.to_owned(),
            name: "coredns".to_owned(),
            kind: WorkloadKind::Deployment,
            action_id: "x".to_owned(),
            dry_run: false,
            expected_uid: None,
            expected_generation: None,
        };
        assert_eq!(cluster.client.code(&restart).await, "kubernetes.protected", "{namespace}");
        let key = SetConfigKeyArgs {
            namespace: namespace.to_owned(),
            name: "coredns".to_owned(),
            key: "Corefile".to_owned(),
            value: Some("x".to_owned()),
            undo_of: None,
            action_id: "x".to_owned(),
            dry_run: true,
            expected_uid: None,
            expected_generation: None,
        };
        assert_eq!(cluster.client.code(&key).await, "kubernetes.protected", "{namespace}");
    }
    cluster.stop().await;
}
