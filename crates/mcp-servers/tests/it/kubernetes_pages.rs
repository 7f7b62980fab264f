//! Lists in pages: everything comes once, whatever the size of a page.

use std::collections::BTreeSet;

use evenkeel_tools::kubernetes::{
    ConfigNames, DeploymentList, EventList, HpaList, ListEventsArgs, ListServicesArgs, NodeList,
    PodList, PvcList, QuotaList, ServiceList, WorkloadList, names,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::kubernetes_cluster::{Cluster, set};
use crate::support::failure_of;

/// The pages of a list, and the names in it in their order.
async fn pages(cluster: &Cluster, tool: &str, of: &str, arguments: Value) -> (usize, Vec<String>) {
    let (mut pages, mut found, mut after) = (0, Vec::new(), None::<String>);
    loop {
        let mut arguments = arguments.clone();
        if let Some(after) = after {
            arguments["after"] = json!(after);
        }
        let answer = cluster.client.raw(tool, arguments).await;
        assert_ne!(answer.is_error, Some(true), "{tool}: {:?}", answer.content);
        let content = answer.structured_content.unwrap();
        pages += 1;
        found.extend(content[of].as_array().unwrap().iter().map(|item| match item {
            Value::String(name) => name.clone(),
            item => format!("{}{}", item["kind"].as_str().unwrap_or(""), item["name"]),
        }));
        after = content["next"].as_str().map(str::to_owned);
        assert_eq!(content["truncated"], json!(after.is_some()), "{tool}: {content}");
        if after.is_none() {
            return (pages, found);
        }
        assert!(pages < 1_000, "{tool} never ends");
    }
}

#[tokio::test]
async fn every_list_hands_out_each_object_once_in_pages() {
    let cluster = Cluster::start("exec sleep 600").await;
    let ns = cluster.namespace.clone();
    for name in ["a", "b", "c"] {
        let spec = json!({"ports": [{"port": 80}]});
        cluster
            .create("api/v1", "services", json!({"metadata": {"name": name}, "spec": spec}))
            .await;
        let plain = |kind: &str, spec: Value| json!({"kind": kind, "metadata": {"name": name}, "spec": spec});
        cluster
            .create("api/v1", "configmaps", json!({"metadata": {"name": name}, "data": {}}))
            .await;
        cluster.create("api/v1", "serviceaccounts", json!({"metadata": {"name": name}})).await;
        let hard = json!({"hard": {"pods": "50"}});
        cluster.create("api/v1", "resourcequotas", plain("ResourceQuota", hard)).await;
        let sizes = json!({"limits": [{"type": "Container", "max": {"memory": "1Gi"}, "default": {"memory": "64Mi"}}]});
        cluster.create("api/v1", "limitranges", plain("LimitRange", sizes)).await;
        let claim = json!({"accessModes": ["ReadWriteOnce"], "storageClassName": "none", "resources": {"requests": {"storage": "1Gi"}}});
        cluster
            .create("api/v1", "persistentvolumeclaims", plain("PersistentVolumeClaim", claim))
            .await;
        let with = |api: &str, kind: &str, spec: Value| json!({"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec});
        let ingress = with(
            "networking.k8s.io/v1",
            "Ingress",
            json!({"defaultBackend": {"service": {"name": name, "port": {"number": 80}}}}),
        );
        cluster.create("apis/networking.k8s.io/v1", "ingresses", ingress).await;
        let policy = with(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({"podSelector": {}, "policyTypes": ["Ingress"]}),
        );
        cluster.create("apis/networking.k8s.io/v1", "networkpolicies", policy).await;
        let budget = with(
            "policy/v1",
            "PodDisruptionBudget",
            json!({"minAvailable": 1, "selector": {"matchLabels": {"app": name}}}),
        );
        cluster.create("apis/policy/v1", "poddisruptionbudgets", budget).await;
        let bounds = json!({"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}});
        let hpa = with("autoscaling/v2", "HorizontalPodAutoscaler", bounds);
        cluster.create("apis/autoscaling/v2", "horizontalpodautoscalers", hpa).await;
        cluster.deploy(name, 1).await;
        cluster.create("apis/apps/v1", "daemonsets", set("DaemonSet", name)).await;
    }
    let whole = json!({"namespace": ns});
    for (tool, of, arguments, least) in [
        (names::LIST_SERVICES, "services", whole.clone(), 3),
        (names::LIST_CONFIG_NAMES, "objects", json!({"namespace": ns, "kind": "ConfigMap"}), 3),
        (names::LIST_SERVICE_ACCOUNTS, "accounts", whole.clone(), 3),
        (names::LIST_QUOTAS, "quotas", whole.clone(), 3),
        (names::LIST_LIMIT_RANGES, "limitRanges", whole.clone(), 3),
        (names::LIST_PVCS, "pvcs", whole.clone(), 3),
        (names::LIST_INGRESSES, "ingresses", whole.clone(), 3),
        (names::LIST_NETWORK_POLICIES, "policies", whole.clone(), 3),
        (names::LIST_PDBS, "pdbs", whole.clone(), 3),
        (names::LIST_HPAS, "hpas", whole.clone(), 3),
        (names::LIST_DEPLOYMENTS, "deployments", whole.clone(), 3),
        (names::LIST_WORKLOADS, "workloads", whole.clone(), 6),
        (names::LIST_PODS, "pods", whole.clone(), 3),
        (names::LIST_NODES, "nodes", json!({}), 1),
        (names::LIST_NAMESPACES, "namespaces", json!({}), 1),
        (names::LIST_STORAGE_CLASSES, "classes", json!({}), 0),
    ] {
        let (_, all) = pages(&cluster, tool, of, arguments.clone()).await;
        assert!(all.len() >= least, "{tool}: {all:?}");
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{tool}: {all:?}");
        let mut small = arguments.clone();
        small["limit"] = json!(2);
        let (count, some) = pages(&cluster, tool, of, small.clone()).await;
        assert_eq!(some.iter().collect::<BTreeSet<_>>().len(), some.len(), "{tool}: {some:?}");
        // Of each kind of workload, a page holds two.
        let kinds = if tool == names::LIST_WORKLOADS { 2 } else { 1 };
        assert!(count >= least.div_ceil(2 * kinds), "{tool} came in {count} pages");
        if of != "namespaces" {
            // Other tests make namespaces of their own meanwhile.
            assert_eq!(some.iter().collect::<BTreeSet<_>>(), distinct, "{tool}");
        }
        small["after"] = json!("");
        let refused = failure_of(&cluster.client.raw(tool, small).await);
        assert_eq!(refused.code, "tool.bad_arguments", "{tool}: {refused:?}");
    }
    let foreign = ListServicesArgs {
        namespace: ns.clone(),
        after: Some("not-a-token".to_owned()),
        ..ListServicesArgs::default()
    };
    assert_eq!(cluster.client.code(&foreign).await, "kubernetes.invalid");
    for after in ["{\"Node\":\"x\"}", "{\"CronJob\":\"x\"}", "{}", "[]"] {
        let other = json!({"namespace": ns, "kinds": ["Deployment"], "after": after});
        let other = cluster.client.raw(names::LIST_WORKLOADS, other).await;
        assert_eq!(failure_of(&other).code, "tool.bad_arguments", "{after}");
    }
    cluster.stop().await;
}

#[tokio::test]
async fn events_of_one_moment_come_in_pages_and_times_bound_them() {
    let cluster = Cluster::start("exec sleep 600").await;
    let ns = cluster.namespace.clone();
    let about = json!({"kind": "ConfigMap", "name": "settings", "namespace": ns});
    // Old events are swept: these are of the last minutes.
    let begin = cluster.get(&format!("/api/v1/namespaces/{ns}")).await;
    let begin = begin["metadata"]["creationTimestamp"].as_str().unwrap();
    let begin = begin.parse::<Timestamp>().unwrap() - SignedDuration::from_mins(10);
    let minute = |minute: i64| begin + SignedDuration::from_mins(minute);
    for (number, at) in [(0, 1), (1, 2), (2, 2), (3, 2), (4, 3)] {
        let at = minute(at).to_string();
        let event = json!({"metadata": {"name": format!("settings.{number}")}, "involvedObject": about, "type": "Normal",
            "reason": format!("R{number}"), "message": "dial failed, password=hunter2", "firstTimestamp": at, "lastTimestamp": at, "count": 1,
            "reportingComponent": "test", "reportingInstance": "test"});
        cluster.create("api/v1", "events", event).await;
    }
    let object = Some(evenkeel_tools::kubernetes::ObjectRef {
        kind: "ConfigMap".to_owned(),
        name: "settings".to_owned(),
    });
    let mut args = ListEventsArgs { namespace: ns, object, limit: Some(2), ..Default::default() };
    let (mut reasons, mut pages) = (Vec::new(), 0);
    loop {
        let list: EventList = cluster.client.call(&args).await.unwrap();
        reasons.extend(list.events.iter().map(|event| event.reason.clone()));
        assert!(list.events.iter().all(|event| !event.message.contains("hunter2")));
        pages += 1;
        assert_eq!(list.truncated, list.next.is_some());
        args.after = list.next;
        if args.after.is_none() {
            break;
        }
    }
    assert_eq!((pages, reasons.join(" ")), (3, "R4 R1 R2 R3 R0".to_owned()));
    let (since, until) = (Some(minute(2)), Some(minute(2)));
    args = ListEventsArgs { since, until, limit: None, ..args };
    let list: EventList = cluster.client.call(&args).await.unwrap();
    assert_eq!(list.events.len(), 3);
    for bad in
        ["", "x", "2026-01-01T00:00:00Z", "yesterday/settings.0", "2026-01-01T00:00:00Z/../x"]
    {
        let bad = ListEventsArgs { after: Some(bad.to_owned()), ..args.clone() };
        assert_eq!(cluster.client.code(&bad).await, "tool.bad_arguments", "{bad:?}");
    }
    cluster.stop().await;
}

/// Half of what stands behind Services would show the other half as out of order.
#[tokio::test]
async fn what_is_joined_is_read_to_its_end() {
    let cluster = Cluster::start("exec sleep 600").await;
    let ns = cluster.namespace.clone();
    let spec = json!({"ports": [{"port": 80}]});
    for name in ["a", "zz"] {
        cluster
            .create("api/v1", "services", json!({"metadata": {"name": name}, "spec": spec}))
            .await;
    }
    let endpoints = |name: String, service: &str| {
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
            "endpoints": [{"addresses": ["10.1.2.3"], "conditions": {"ready": true}}], "ports": [{"port": 80}]})
    };
    let many = (0..201).map(|n| endpoints(format!("a-{n:03}"), "a"));
    for one in many.chain([endpoints("zz-1".to_owned(), "zz")]) {
        cluster.create("apis/discovery.k8s.io/v1", "endpointslices", one).await;
    }
    for name in [None, Some("zz".to_owned())] {
        let list = ListServicesArgs { namespace: ns.clone(), name, ..ListServicesArgs::default() };
        let found = cluster.client.call(&list).await.unwrap().services;
        let service = found.iter().find(|service| service.name == "zz").unwrap();
        assert_eq!((service.ready.len(), service.endpoints_truncated), (1, false));
    }
    cluster.stop().await;
}

/// Answers recorded before lists had pages are still read.
#[test]
fn answers_without_a_next_are_read() {
    fn reads<T: serde::de::DeserializeOwned>(text: &str) {
        serde_json::from_str::<T>(text).unwrap();
    }
    reads::<PodList>(r#"{"pods":[],"truncated":false}"#);
    reads::<DeploymentList>(r#"{"deployments":[],"truncated":false}"#);
    reads::<NodeList>(r#"{"nodes":[],"truncated":false}"#);
    reads::<ServiceList>(r#"{"services":[],"truncated":false}"#);
    reads::<HpaList>(r#"{"hpas":[],"truncated":false}"#);
    reads::<PvcList>(r#"{"pvcs":[],"truncated":false}"#);
    reads::<QuotaList>(r#"{"quotas":[],"truncated":false}"#);
    reads::<ConfigNames>(r#"{"kind":"ConfigMap","objects":[],"truncated":false}"#);
    reads::<EventList>(r#"{"events":[],"truncated":false}"#);
    reads::<WorkloadList>(r#"{"workloads":[],"truncated":false,"unread":[]}"#);
}
