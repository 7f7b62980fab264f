//! What stands around workloads: networks, limits, storage, configuration.

use evenkeel_tools::kubernetes::{
    BackendState, ConfigValue, GetConfigMapArgs, IngressBackend, ListHpasArgs, ListIngressesArgs,
    ListLimitRangesArgs, ListNamespacesArgs, ListNetworkPoliciesArgs, ListNodesArgs, ListPdbsArgs,
    ListPodsArgs, ListPvcsArgs, ListQuotasArgs, ListServiceAccountsArgs, ListServicesArgs,
    ListStorageClassesArgs,
};
use serde_json::json;

use crate::kubernetes_cluster::Cluster;

#[tokio::test]
async fn routes_and_policies_are_told_with_what_they_lead_to() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let ns = || cluster.namespace.clone();
    let ports = json!([{"name": "http", "port": 80, "targetPort": 8080}]);
    let service =
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": ports}});
    cluster.create("api/v1", "services", service).await;
    let backend =
        |service: &str, port: u32| json!({"service": {"name": service, "port": {"number": port}}});
    let path =
        |path: &str, backend| json!({"path": path, "pathType": "Prefix", "backend": backend});
    let ingress = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "front"},
        "spec": {"tls": [{"hosts": ["shop.example.com"], "secretName": "front-tls"}],
            "defaultBackend": backend("gone", 80),
            "rules": [{"host": "shop.example.com", "http": {"paths": [
                path("/", backend("web", 80)), path("/admin", backend("web", 81))]}}]}});
    cluster.create("apis/networking.k8s.io/v1", "ingresses", ingress).await;
    let list = ListIngressesArgs { namespace: ns(), ..Default::default() };
    let found = cluster.client.call(&list).await.unwrap().ingresses;
    let states: Vec<BackendState> = found[0]
        .routes
        .iter()
        .map(|route| match &route.backend {
            IngressBackend::Service { state, .. } => *state,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(states, [BackendState::Found, BackendState::NoPort, BackendState::NoService]);
    assert_eq!(found[0].tls_hosts, ["shop.example.com"]);
    let one = ListIngressesArgs { name: Some("front".to_owned()), ..list.clone() };
    assert_eq!(cluster.client.call(&one).await.unwrap().events.unwrap().unread, None);
    let none = ListIngressesArgs { name: Some("absent".to_owned()), ..list };
    let none = cluster.client.call(&none).await.unwrap();
    assert!(none.ingresses.is_empty() && none.events.is_none());
    let services =
        ListServicesArgs { namespace: ns(), name: Some("web".to_owned()), ..Default::default() };
    assert!(cluster.client.call(&services).await.unwrap().events.is_some());

    for (name, pods) in [
        ("web-only", json!({"matchLabels": {"app": "web"}})),
        ("db-only", json!({"matchLabels": {"app": "db"}})),
    ] {
        let policy = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name},
            "spec": {"podSelector": pods, "policyTypes": ["Ingress"]}});
        cluster.create("apis/networking.k8s.io/v1", "networkpolicies", policy).await;
    }
    let policies = ListNetworkPoliciesArgs { namespace: ns(), ..Default::default() };
    assert_eq!(cluster.client.call(&policies).await.unwrap().policies.len(), 2);
    let pod = cluster
        .eventually("a pod", async || {
            let pods = ListPodsArgs { namespace: ns(), ..Default::default() };
            cluster.client.call(&pods).await.unwrap().pods.into_iter().next()
        })
        .await;
    let of_pod = ListNetworkPoliciesArgs { pod: Some(pod.name), ..policies.clone() };
    let of_pod = cluster.client.call(&of_pod).await.unwrap().policies;
    assert_eq!(of_pod.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["web-only"]);
    assert!(of_pod[0].ingress.as_ref().unwrap().allow.is_empty());
    let absent = ListNetworkPoliciesArgs { pod: Some("absent".to_owned()), ..policies };
    assert_eq!(cluster.client.code(&absent).await, "kubernetes.not_found");
    cluster.stop().await;
}

#[tokio::test]
async fn limits_budgets_and_accounts_are_told() {
    let cluster = Cluster::start("exec sleep 600").await;
    let ns = || cluster.namespace.clone();
    let client = &cluster.client;
    let range = json!({"metadata": {"name": "sizes"}, "spec": {"limits": [{"type": "Container",
        "default": {"memory": "128Mi"}, "defaultRequest": {"memory": "64Mi"}, "max": {"memory": "1Gi", "cpu": "2"}}]}});
    cluster.create("api/v1", "limitranges", range).await;
    let limits =
        ListLimitRangesArgs { namespace: ns(), limit: None, ..ListLimitRangesArgs::default() };
    let items = client.call(&limits).await.unwrap().limit_ranges.remove(0).items;
    let memory = items.iter().find(|item| item.resource == "memory").unwrap();
    assert_eq!(memory.max.as_ref().unwrap().text, "1Gi");
    assert_eq!(memory.default_request.as_ref().unwrap().text, "64Mi");
    assert_eq!(memory.min, None);

    let quota = json!({"metadata": {"name": "all"}, "spec": {"hard": {"pods": "5"}}});
    cluster.create("api/v1", "resourcequotas", quota).await;
    let named = ListQuotasArgs {
        namespace: ns(),
        name: Some("all".to_owned()),
        ..ListQuotasArgs::default()
    };
    assert_eq!(client.call(&named).await.unwrap().quotas[0].items[0].hard.text, "5");
    let budget = json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
        "spec": {"minAvailable": "50%", "selector": {"matchLabels": {"app": "web"}}}});
    cluster.create("apis/policy/v1", "poddisruptionbudgets", budget).await;
    let budgets =
        ListPdbsArgs { namespace: ns(), name: Some("web".to_owned()), ..Default::default() };
    let found = client.call(&budgets).await.unwrap();
    assert_eq!(found.pdbs[0].min_available.as_deref(), Some("50%"));
    assert_eq!(found.pdbs[0].selector.as_deref(), Some("app=web"));
    assert!(found.events.is_some());
    if cluster.is_range() {
        assert_eq!(found.pdbs[0].disruptions_allowed, None, "nobody has counted");
    }

    let account = json!({"metadata": {"name": "runner"}, "automountServiceAccountToken": false,
        "imagePullSecrets": [{"name": "registry"}]});
    cluster.create("api/v1", "serviceaccounts", account).await;
    let accounts = ListServiceAccountsArgs {
        namespace: ns(),
        name: Some("runner".to_owned()),
        ..Default::default()
    };
    let found = client.call(&accounts).await.unwrap().accounts;
    assert_eq!(
        (found[0].automount_token, found[0].image_pull_secrets.as_slice()),
        (Some(false), &["registry".to_owned()][..])
    );
    let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"maxReplicas": 4, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}});
    cluster.create("apis/autoscaling/v2", "horizontalpodautoscalers", hpa).await;
    let hpas =
        ListHpasArgs { namespace: ns(), name: Some("web".to_owned()), ..ListHpasArgs::default() };
    let found = client.call(&hpas).await.unwrap();
    assert_eq!((found.hpas[0].max_replicas, found.events.is_some()), (4, true));
    let spaces = ListNamespacesArgs { name: Some(ns()), ..Default::default() };
    let found = client.call(&spaces).await.unwrap();
    assert_eq!((found.namespaces.len(), found.namespaces[0].phase.as_str()), (1, "Active"));
    let nodes = client.call(&ListNodesArgs::default()).await.unwrap().nodes;
    let named = ListNodesArgs { name: Some(nodes[0].name.clone()), ..Default::default() };
    let node = client.call(&named).await.unwrap();
    assert_eq!(node.nodes.len(), 1);
    assert!(node.allocated.is_some() && node.events.unwrap().unread.is_none());
    cluster.stop().await;
}

#[tokio::test]
async fn claims_are_told_with_their_class_and_parameters_of_classes_are_not() {
    let cluster = Cluster::start("exec sleep 600").await;
    let class = format!("{}-slow", cluster.namespace);
    let storage = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": class},
        "provisioner": "nobody.example.com/none", "parameters": {"secret": "hunter2"},
        "volumeBindingMode": "WaitForFirstConsumer"});
    cluster.post("/apis/storage.k8s.io/v1/storageclasses", storage).await;
    let claim = json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
        "storageClassName": class, "resources": {"requests": {"storage": "1Gi"}}}});
    cluster.create("api/v1", "persistentvolumeclaims", claim).await;
    let claims = ListPvcsArgs {
        namespace: cluster.namespace.clone(),
        name: Some("data".to_owned()),
        ..ListPvcsArgs::default()
    };
    let found = cluster.client.call(&claims).await.unwrap();
    assert_eq!(
        (found.pvcs[0].phase.as_str(), found.pvcs[0].access_modes[0].as_str()),
        ("Pending", "ReadWriteOnce")
    );
    assert!(found.events.is_some());
    let classes = ListStorageClassesArgs { limit: Some(500), ..ListStorageClassesArgs::default() };
    let found = cluster.client.call(&classes).await.unwrap();
    assert!(!serde_json::to_string(&found).unwrap().contains("hunter2"));
    let found = found.classes.into_iter().find(|found| found.name == class).unwrap();
    assert_eq!(
        (found.binding_mode.as_str(), found.reclaim_policy.as_str(), found.default),
        ("WaitForFirstConsumer", "Delete", false)
    );
    cluster.delete(&format!("/apis/storage.k8s.io/v1/storageclasses/{class}")).await;
    cluster.stop().await;
}

#[tokio::test]
async fn configuration_is_shown_without_its_secrets() {
    let cluster = Cluster::start("exec sleep 600").await;
    let map = json!({"metadata": {"name": "settings"}, "data": {"WORKERS": "8", "API_TOKEN": "hunter1",
        "app.yaml": "db:\n  host: db\n  password: hunter2\n"}, "binaryData": {"blob": "aHVudGVyMw=="}});
    cluster.create("api/v1", "configmaps", map).await;
    let get = GetConfigMapArgs {
        namespace: cluster.namespace.clone(),
        name: "settings".to_owned(),
        key: None,
    };
    let found = cluster.client.call(&get).await.unwrap();
    assert!(!serde_json::to_string(&found).unwrap().contains("hunter"));
    let value = |key: &str| &found.entries.iter().find(|entry| entry.key == key).unwrap().value;
    assert_eq!(
        *value("WORKERS"),
        ConfigValue::Text { text: "8".to_owned(), cut: false, hidden: 0 }
    );
    assert_eq!(*value("API_TOKEN"), ConfigValue::Redacted);
    assert_eq!(*value("blob"), ConfigValue::Binary);
    assert!(
        matches!(value("app.yaml"), ConfigValue::Text { text, hidden: 1, .. } if text.contains("host: db"))
    );
    assert!(found.changed_at.is_some());
    let one = GetConfigMapArgs { key: Some("WORKERS".to_owned()), ..get.clone() };
    assert_eq!(cluster.client.call(&one).await.unwrap().entries.len(), 1);
    let part = GetConfigMapArgs { key: Some("absent".to_owned()), ..get.clone() };
    assert_eq!(cluster.client.code(&part).await, "kubernetes.no_such_part");
    let absent = GetConfigMapArgs { name: "absent".to_owned(), ..get };
    assert_eq!(cluster.client.code(&absent).await, "kubernetes.not_found");
    cluster.stop().await;
}
