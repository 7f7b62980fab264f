//! What is easily mistaken for something else: another's, an earlier one's, nothing at all.

use evenkeel_tools::kubernetes::{
    ControllerKind, DeletePodArgs, GetPodArgs, GetWorkloadArgs, IngressBackend, ListIngressesArgs,
    ListPodsArgs, Pod, ScaleArgs, SetHpaBoundsArgs, WorkloadKind,
};
use serde_json::{Value, json};

use crate::kubernetes_cluster::{Cluster, deployment};
use crate::support::failure_of;

/// A user without a role of its own.
const SOMEBODY: &str = "system:serviceaccount:default:evenkeel-test-corners";

impl Cluster {
    async fn ready_pod(&self, name: &str) -> Pod {
        let list = ListPodsArgs { namespace: self.namespace.clone(), ..ListPodsArgs::default() };
        let ready = |pod: &Pod| {
            let is = |kind: &str| {
                pod.conditions.iter().any(|c| c.kind == kind && c.status == Some(true))
            };
            is("Ready") && pod.deleted_at.is_none() && pod.name.starts_with(name)
        };
        self.eventually("a ready pod", async || {
            self.client.call(&list).await.unwrap().pods.into_iter().find(ready)
        })
        .await
    }

    async fn workload(&self, name: &str) -> evenkeel_tools::kubernetes::Workload {
        let args = GetWorkloadArgs {
            kind: ControllerKind::Deployment,
            namespace: self.namespace.clone(),
            name: name.to_owned(),
        };
        self.client.call(&args).await.unwrap()
    }
}

#[tokio::test]
async fn a_namespace_that_does_not_exist_is_not_an_empty_one() {
    let cluster = Cluster::start("exec sleep 600").await;
    for (namespace, code) in [
        (cluster.namespace.clone(), None),
        (format!("{}-typo", cluster.namespace), Some("kubernetes.not_found")),
    ] {
        for tool in
            ["list_pods", "list_deployments", "list_workloads", "list_events", "list_changes"]
        {
            let answer = cluster.client.raw(tool, json!({"namespace": namespace})).await;
            let failed = answer.is_error.unwrap_or(false).then(|| failure_of(&answer).code);
            assert_eq!(failed.as_deref(), code, "{tool} of {namespace}");
        }
    }
    cluster.stop().await;
}

#[tokio::test]
async fn pods_and_events_are_those_of_the_object_asked_for() {
    let cluster = Cluster::start("exec sleep 600").await;
    let ns = cluster.namespace.as_str();
    // Two Deployments with one selector, as a copied manifest has it.
    cluster.deploy("web", 1).await;
    let mut twin = deployment("web-twin", 1);
    for path in ["/spec/selector/matchLabels/app", "/spec/template/metadata/labels/app"] {
        *twin.pointer_mut(path).unwrap() = json!("web");
    }
    cluster.create("apis/apps/v1", "deployments", twin).await;
    cluster.ready_pod("web-twin-").await;
    let pod = cluster.ready_pod("web-").await;
    let names: Vec<_> =
        cluster.workload("web-twin").await.pods.into_iter().map(|p| p.name).collect();
    assert!(
        !names.is_empty() && names.iter().all(|name| name.starts_with("web-twin-")),
        "{names:?}"
    );

    for (name, uid) in
        [("earlier", "00000000-0000-0000-0000-000000000001"), ("same", &pod.uid), ("untold", "")]
    {
        let event = json!({"metadata": {"name": name}, "reason": name, "message": name, "type": "Normal",
            "involvedObject": {"kind": "Pod", "name": pod.name, "namespace": ns, "uid": uid}});
        cluster.create("api/v1", "events", event).await;
    }
    let args = GetPodArgs { namespace: ns.to_owned(), name: pod.name.clone() };
    let events = cluster.client.call(&args).await.unwrap().events.events;
    let told = |reason: &str| events.iter().any(|event| event.reason == reason);
    assert!(told("same") && told("untold") && !told("earlier"), "{events:?}");
    cluster.stop().await;
}

#[tokio::test]
async fn what_may_not_be_read_does_not_hide_the_rest() {
    let cluster = Cluster::start("exec sleep 600").await;
    let ns = cluster.namespace.clone();
    cluster.deploy("web", 1).await;
    let pod = cluster.ready_pod("web-").await;
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "pods"},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]});
    cluster.create("apis/rbac.authorization.k8s.io/v1", "roles", role).await;
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "pods"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pods"},
        "subjects": [{"kind": "ServiceAccount", "name": "evenkeel-test-corners", "namespace": "default"}]});
    cluster.create("apis/rbac.authorization.k8s.io/v1", "rolebindings", binding).await;
    let somebody = cluster.acting_as(SOMEBODY).await;
    let all = ListPodsArgs { namespace: ns.clone(), ..ListPodsArgs::default() };
    cluster.eventually("the role to be in force", async || somebody.call(&all).await.ok()).await;
    let list = somebody.call(&all).await.unwrap();
    assert_eq!(list.pods[0].name, pod.name);
    assert_eq!(list.pods[0].owners.len(), 1, "the ReplicaSet alone is known");
    assert_eq!(
        (list.unread[0].what.as_str(), list.unread[0].code.as_str()),
        ("ReplicaSet", "kubernetes.forbidden")
    );
    let one = somebody.call(&GetPodArgs { namespace: ns, name: pod.name }).await.unwrap();
    assert_eq!(one.unread.len(), 1);
    assert!(one.events.unread.is_some());
    cluster.stop().await;
}

#[tokio::test]
async fn a_serving_pod_goes_only_if_its_budget_lets_it() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let pod = cluster.ready_pod("web-").await;
    let budget = json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "all-of-web"},
        "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "web"}}}});
    cluster.create("apis/policy/v1", "poddisruptionbudgets", budget).await;
    let mut delete = DeletePodArgs {
        namespace: cluster.namespace.clone(),
        name: pod.name,
        action_id: "d-1".to_owned(),
        dry_run: true,
        expected_uid: Some(pod.uid),
        expected_generation: None,
    };
    let failure = cluster.client.call(&delete).await.unwrap_err();
    assert_eq!(failure.code, "kubernetes.invalid");
    assert!(failure.message.contains("all-of-web"), "{failure:?}");
    let path =
        format!("/apis/policy/v1/namespaces/{}/poddisruptionbudgets/all-of-web", cluster.namespace);
    cluster.delete(&path).await;
    delete.dry_run = false;
    assert!(cluster.client.call(&delete).await.unwrap().applied);
    cluster.stop().await;
}

#[tokio::test]
async fn what_could_not_be_put_back_is_not_changed_and_no_change_is_called_none() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.create("apis/apps/v1", "deployments", deployment("web", 0)).await;
    let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"minReplicas": 1, "maxReplicas": 1500,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}});
    cluster.create("apis/autoscaling/v2", "horizontalpodautoscalers", hpa).await;
    let bounds = SetHpaBoundsArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        min_replicas: 1,
        max_replicas: 5,
        action_id: "b-1".to_owned(),
        dry_run: true,
        expected_uid: None,
        expected_generation: None,
    };
    let failure = cluster.client.call(&bounds).await.unwrap_err();
    assert!(failure.message.contains("maxReplicas"), "{failure:?}");
    let scale = ScaleArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        kind: WorkloadKind::Deployment,
        replicas: 0,
        action_id: "s-1".to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    };
    let answer = cluster.client.raw("scale", serde_json::to_value(&scale).unwrap()).await;
    let said = &answer.content[0].as_text().unwrap().text;
    assert!(said.starts_with("Nothing in the spec"), "{said}");
    cluster.stop().await;
}

#[tokio::test]
async fn an_ingress_counts_the_pods_behind_the_port_it_names_once() {
    let cluster = Cluster::start("exec sleep 600").await;
    let ports = json!([{"name": "http", "port": 80}, {"name": "admin", "port": 81}]);
    let service = json!({"metadata": {"name": "web"}, "spec": {"ports": ports}});
    cluster.create("api/v1", "services", service).await;
    let slice = |name: &str, family: &str, address: &str, port: &str| {
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": family,
            "metadata": {"name": name, "labels": {"kubernetes.io/service-name": "web"}},
            "ports": [{"name": port, "port": 8080, "protocol": "TCP"}],
            "endpoints": [{"addresses": [address], "conditions": {"ready": true},
                "targetRef": {"kind": "Pod", "name": "web-1", "namespace": cluster.namespace}}]})
    };
    for slice in
        [slice("four", "IPv4", "10.1.2.3", "http"), slice("six", "IPv6", "fd00::3", "http")]
    {
        cluster.create("apis/discovery.k8s.io/v1", "endpointslices", slice).await;
    }
    let path = |path: &str, port: Value| json!({"path": path, "pathType": "Prefix", "backend": {"service": {"name": "web", "port": port}}});
    let ingress = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "front"},
        "spec": {"rules": [{"http": {"paths": [path("/", json!({"number": 80})), path("/admin", json!({"name": "admin"}))]}}]}});
    cluster.create("apis/networking.k8s.io/v1", "ingresses", ingress).await;
    let list = ListIngressesArgs { namespace: cluster.namespace.clone(), ..Default::default() };
    let found = cluster.client.call(&list).await.unwrap().ingresses;
    let ready: Vec<u32> = found[0]
        .routes
        .iter()
        .map(|route| match &route.backend {
            IngressBackend::Service { ready, .. } => *ready,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ready, [1, 0]);
    cluster.stop().await;
}
