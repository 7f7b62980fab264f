//! The reading tools on a cluster.

use evenkeel_tools::kubernetes::{
    ContainerState, EnvValue, FindNamedArgs, GetPodArgs, ListConfigNamesArgs, ListDeploymentsArgs,
    ListEventsArgs, ListHpasArgs, ListNodesArgs, ListPodsArgs, ListPvcsArgs, ListQuotasArgs,
    ListServicesArgs, ObjectRef, PodLogsArgs, ReferenceKind, RolloutState, RolloutStatusArgs,
};
use serde_json::json;

use crate::kubernetes_cluster::Cluster;

#[tokio::test]
async fn a_crashing_workload_is_told_with_exit_code_log_and_events() {
    let cluster = Cluster::start("echo cannot open the ledger >&2; exit 3").await;
    cluster.deploy("web", 1).await;
    let ns = || cluster.namespace.clone();
    let client = &cluster.client;
    let list = ListPodsArgs {
        namespace: ns(),
        label_selector: Some("app=web".to_owned()),
        limit: None,
        ..ListPodsArgs::default()
    };
    let pod = cluster
        .eventually("a crash loop", async || {
            let pods = client.call(&list).await.unwrap().pods;
            pods.into_iter().find(|pod| {
                let container = &pod.containers[0];
                matches!(&container.state, ContainerState::Waiting { reason: Some(reason), .. }
                    if reason == "CrashLoopBackOff")
                    && container.last_termination.as_ref().is_some_and(|last| last.exit_code == 3)
            })
        })
        .await;
    let kinds: Vec<&str> = pod.owners.iter().map(|owner| owner.kind.as_str()).collect();
    assert_eq!(kinds, ["ReplicaSet", "Deployment"]);
    assert_eq!(pod.owners[1].name, "web");
    assert!(pod.containers[0].restart_count > Some(0));
    assert_eq!(pod.containers[0].resources.memory_limit.as_ref().unwrap().text, "64Mi");

    let one = GetPodArgs { namespace: ns(), name: pod.name.clone() };
    assert_eq!(client.call(&one).await.unwrap().pod.owners, pod.owners);
    let logs = PodLogsArgs {
        namespace: ns(),
        pod: pod.name.clone(),
        previous: true,
        timestamps: true,
        ..PodLogsArgs::default()
    };
    let logs = client.call(&logs).await.unwrap();
    assert!(
        logs.lines.iter().any(|l| l.text == "cannot open the ledger" && l.at.is_some()),
        "{logs:?}"
    );
    let object = Some(ObjectRef { kind: "Pod".to_owned(), name: pod.name });
    let events = ListEventsArgs { namespace: ns(), object, ..ListEventsArgs::default() };
    let events = client.call(&events).await.unwrap().events;
    assert!(events.iter().any(|event| event.reason == "BackOff"), "{events:?}");
    assert!(events.windows(2).all(|pair| pair[0].last_seen >= pair[1].last_seen));
    let deployment = cluster.deployment("web").await.unwrap();
    let value = |name: &str| {
        &deployment.containers[0].env.iter().find(|env| env.name == name).unwrap().value
    };
    assert_eq!(*value("MODE"), EnvValue::Literal { text: "plain".to_owned() });
    assert_eq!(*value("DB_PASSWORD"), EnvValue::Redacted);
    assert_eq!(deployment.change_cause.as_deref(), Some("first"));
    let status = RolloutStatusArgs {
        namespace: ns(),
        name: "web".to_owned(),
        ..RolloutStatusArgs::default()
    };
    assert_ne!(client.call(&status).await.unwrap().state, RolloutState::Complete);
    cluster.stop().await;
}

#[tokio::test]
async fn the_surroundings_are_listed() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let ns = || cluster.namespace.clone();
    let client = &cluster.client;
    let ports = json!([{"name": "http", "port": 80, "targetPort": 8080}]);
    let service =
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": ports}});
    cluster.create("api/v1", "services", service).await;
    let lonely = json!({"metadata": {"name": "lonely"}, "spec": {"selector": {"app": "nobody"}, "ports": ports}});
    cluster.create("api/v1", "services", lonely).await;
    let map = json!({"metadata": {"name": "settings"}, "data": {"KEY": "never shown"}});
    cluster.create("api/v1", "configmaps", map).await;

    cluster
        .eventually("the pod behind the Service", async || {
            let list = client
                .call(&ListServicesArgs { namespace: ns(), ..Default::default() })
                .await
                .unwrap();
            let found =
                |name: &str| list.services.iter().find(|service| service.name == name).unwrap();
            let lonely = found("lonely");
            assert!(lonely.ready.is_empty() && lonely.not_ready.is_empty());
            found("web").ready.first().filter(|endpoint| endpoint.pod.is_some()).map(|_| ())
        })
        .await;
    let names = client
        .call(&ListConfigNamesArgs {
            namespace: ns(),
            kind: ReferenceKind::ConfigMap,
            limit: None,
            after: None,
        })
        .await
        .unwrap();
    assert!(names.objects.iter().any(|object| object.name == "settings"));
    assert!(!serde_json::to_string(&names).unwrap().contains("never shown"));
    let nodes = client.call(&ListNodesArgs::default()).await.unwrap().nodes;
    assert!(nodes.iter().any(|node| node.ready == Some(true)));
    let deployments =
        client.call(&ListDeploymentsArgs { namespace: ns(), ..Default::default() }).await.unwrap();
    assert_eq!(deployments.deployments[0].selector["app"], "web");
    assert!(
        client
            .call(&ListHpasArgs { namespace: ns(), name: None, ..ListHpasArgs::default() })
            .await
            .unwrap()
            .hpas
            .is_empty()
    );
    assert!(
        client
            .call(&ListPvcsArgs { namespace: ns(), name: None, ..ListPvcsArgs::default() })
            .await
            .unwrap()
            .pvcs
            .is_empty()
    );
    assert!(
        client
            .call(&ListQuotasArgs { namespace: ns(), name: None, ..ListQuotasArgs::default() })
            .await
            .unwrap()
            .quotas
            .is_empty()
    );
    let web = client.call(&FindNamedArgs { name: "web".to_owned() }).await.unwrap();
    let here = web.objects.iter().filter(|object| object.namespace == cluster.namespace);
    let kinds: Vec<&str> = here.map(|object| object.kind.as_str()).collect();
    assert_eq!(kinds, ["Deployment", "Service"]);
    let nowhere = client.call(&FindNamedArgs { name: "absent".to_owned() }).await.unwrap();
    assert!(nowhere.objects.is_empty() && !nowhere.truncated);
    let absent = GetPodArgs { namespace: ns(), name: "absent".to_owned() };
    assert_eq!(client.code(&absent).await, "kubernetes.not_found");
    cluster.stop().await;
}
