//! Every kind of workload in one form.

use evenkeel_tools::kubernetes::{
    ControllerKind, GetWorkloadArgs, JobState, ListWorkloadsArgs, Workload,
};
use serde_json::{Value, json};

use crate::kubernetes_cluster::{Cluster, image};

fn template(app: &str, password: &str) -> Value {
    json!({"metadata": {"labels": {"app": app}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
        "name": "main", "image": image(), "env": [{"name": "DB_PASSWORD", "value": password}]}]}})
}

fn args(cluster: &Cluster, kind: ControllerKind, name: &str) -> GetWorkloadArgs {
    GetWorkloadArgs { kind, namespace: cluster.namespace.clone(), name: name.to_owned() }
}

async fn look(cluster: &Cluster, kind: ControllerKind, name: &str) -> Workload {
    cluster.client.call(&args(cluster, kind, name)).await.unwrap()
}

#[tokio::test]
async fn each_kind_is_listed_and_looked_at() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let selector = |app: &str| json!({"matchLabels": {"app": app}});
    let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": {"replicas": 1, "serviceName": "db", "selector": selector("db"), "template": template("db", "hunter2"),
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}}}}]}});
    cluster.create("apis/apps/v1", "statefulsets", set).await;
    let agent = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"},
        "spec": {"selector": selector("agent"), "template": template("agent", "x")}});
    cluster.create("apis/apps/v1", "daemonsets", agent).await;
    let mut pods = template("once", "x");
    pods["spec"]["restartPolicy"] = json!("Never");
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"},
        "spec": {"suspend": true, "backoffLimit": 2, "template": pods}});
    cluster.create("apis/batch/v1", "jobs", job).await;
    let cron = json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly"},
        "spec": {"schedule": "0 3 * * *", "suspend": true, "concurrencyPolicy": "Forbid",
            "jobTemplate": {"spec": {"template": pods}}}});
    cluster.create("apis/batch/v1", "cronjobs", cron).await;
    let all = ListWorkloadsArgs { namespace: cluster.namespace.clone(), ..Default::default() };
    let list = cluster.client.call(&all).await.unwrap();
    let told: Vec<(ControllerKind, &str)> =
        list.workloads.iter().map(|w| (w.kind, w.name.as_str())).collect();
    assert_eq!(
        told,
        [
            (ControllerKind::Deployment, "web"),
            (ControllerKind::StatefulSet, "db"),
            (ControllerKind::DaemonSet, "agent"),
            (ControllerKind::Job, "once"),
            (ControllerKind::CronJob, "nightly"),
        ]
    );
    assert!(list.unread.is_empty() && !list.truncated);
    let sets = ListWorkloadsArgs { kinds: vec![ControllerKind::ReplicaSet], ..all.clone() };
    let sets = cluster.client.call(&sets).await.unwrap().workloads;
    assert_eq!(sets[0].owner.as_ref().unwrap().name, "web");
    let one = ListWorkloadsArgs { label_selector: Some("app=web".to_owned()), ..all.clone() };
    assert_eq!(cluster.client.call(&one).await.unwrap().workloads.len(), 1);

    let web = look(&cluster, ControllerKind::Deployment, "web").await;
    assert_eq!((web.revisions.len(), web.revisions[0].current), (1, true));
    assert_eq!(web.change_cause.as_deref(), Some("first"));
    let web = cluster
        .eventually("the pod and an event of the Deployment", async || {
            let web = look(&cluster, ControllerKind::Deployment, "web").await;
            (!web.pods.is_empty() && !web.events.events.is_empty()).then_some(web)
        })
        .await;
    assert!(web.pods[0].name.starts_with("web-") && web.pods[0].revision.is_some());
    assert_eq!(web.events.unread, None);

    let db = look(&cluster, ControllerKind::StatefulSet, "db").await;
    assert_eq!(
        (db.service.as_deref(), db.volume_claims.as_slice()),
        (Some("db"), &["data".to_owned()][..])
    );
    assert_eq!(db.update.as_ref().unwrap().partition, Some(1));
    assert_eq!(db.summary.selector.as_deref(), Some("app=db"));
    let first = cluster
        .eventually("the first revision", async || {
            let db = look(&cluster, ControllerKind::StatefulSet, "db").await;
            (!db.revisions.is_empty()).then_some(db)
        })
        .await;
    assert!(first.revisions[0].current && first.revisions[0].images == [image()]);
    assert!(!serde_json::to_string(&db).unwrap().contains("hunter"));
    let agent = look(&cluster, ControllerKind::DaemonSet, "agent").await;
    assert_eq!(agent.update.unwrap().kind, "RollingUpdate");
    let single = look(&cluster, ControllerKind::Job, "once").await;
    let progress = single.summary.job.unwrap();
    assert_eq!((progress.state, progress.backoff_limit), (JobState::Suspended, Some(2)));
    let nightly = look(&cluster, ControllerKind::CronJob, "nightly").await;
    let schedule = nightly.summary.schedule.unwrap();
    assert_eq!((schedule.cron.as_str(), schedule.suspended), ("0 3 * * *", true));
    assert!(nightly.jobs.is_empty());
    let absent = args(&cluster, ControllerKind::StatefulSet, "absent");
    assert_eq!(cluster.client.code(&absent).await, "kubernetes.not_found");
    cluster.stop().await;
}

#[tokio::test]
async fn more_than_asked_for_is_said_to_be_more() {
    let cluster = Cluster::start("exec sleep 600").await;
    for name in ["a", "b", "c"] {
        let map = json!({"metadata": {"name": name}, "data": {}});
        cluster.create("api/v1", "serviceaccounts", map).await;
        cluster.deploy(name, 0).await;
    }
    let two = ListWorkloadsArgs {
        namespace: cluster.namespace.clone(),
        limit: Some(2),
        ..Default::default()
    };
    let list = cluster.client.call(&two).await.unwrap();
    assert_eq!((list.workloads.len(), list.truncated), (2, true));
    let accounts = evenkeel_tools::kubernetes::ListServiceAccountsArgs {
        namespace: cluster.namespace.clone(),
        limit: Some(2),
        ..Default::default()
    };
    let list = cluster.client.call(&accounts).await.unwrap();
    assert_eq!((list.accounts.len(), list.truncated), (2, true));
    cluster.stop().await;
}
