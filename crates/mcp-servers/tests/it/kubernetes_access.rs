//! What the account may do, and what the shipped manifest lets it do.

use std::collections::BTreeSet;

use evenkeel_lab::Access;
use evenkeel_tools::kubernetes::{
    AccessCheck, CanIArgs, GetWorkloadArgs, ListConfigNamesArgs, ListPermissionsArgs, ListPodsArgs,
    ListWorkloadsArgs, ReferenceKind, names,
};
use serde_json::{Value, json};

use crate::kubernetes_cluster::{Cluster, deployment};
use crate::support::failure_of;

const MANIFEST: &str = include_str!("../../../../deploy/kubernetes/read-only.yaml");
/// An account without any role; it need not exist.
const NOBODY: &str = "system:serviceaccount:default:evenkeel-test-nobody";

fn check(verb: &str, group: &str, resource: &str, namespace: &str) -> AccessCheck {
    AccessCheck {
        verb: verb.to_owned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        namespace: Some(namespace.to_owned()),
        ..AccessCheck::default()
    }
}

#[tokio::test]
async fn a_missing_permission_is_known_before_anything_is_tried() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.create("apis/apps/v1", "deployments", deployment("web", 0)).await;
    let ns = cluster.namespace.as_str();
    let asked = CanIArgs {
        checks: vec![check("patch", "apps", "deployments", ns), check("list", "", "pods", ns)],
    };
    let allowed = cluster.client.call(&asked).await.unwrap().answers;
    assert!(allowed.iter().all(|answer| answer.allowed), "{allowed:?}");
    let nobody = cluster.acting_as(NOBODY).await;
    let denied = nobody.call(&asked).await.unwrap().answers;
    assert!(denied.iter().all(|answer| !answer.allowed), "{denied:?}");
    assert_eq!(denied[0].check.describe(), format!("patch deployments.apps in {ns}"));
    let pods = ListPodsArgs { namespace: ns.to_owned(), ..Default::default() };
    let failure = nobody.call(&pods).await.unwrap_err();
    assert_eq!(failure.code, "kubernetes.forbidden");
    assert!(failure.message.contains(NOBODY), "{failure:?}");
    let all = ListWorkloadsArgs { namespace: ns.to_owned(), ..Default::default() };
    assert_eq!(nobody.code(&all).await, "kubernetes.forbidden");

    // With some of it, the rest is said to be missing and not to be nothing.
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "some"},
        "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}]});
    cluster.create("apis/rbac.authorization.k8s.io/v1", "roles", role).await;
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "some"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "some"},
        "subjects": [{"kind": "ServiceAccount", "name": "evenkeel-test-nobody", "namespace": "default"}]});
    cluster.create("apis/rbac.authorization.k8s.io/v1", "rolebindings", binding).await;
    cluster.eventually("the role to be in force", async || nobody.call(&all).await.ok()).await;
    let list = nobody.call(&all).await.unwrap();
    assert_eq!(list.workloads.len(), 1);
    let unread: Vec<&str> = list.unread.iter().map(|unread| unread.what.as_str()).collect();
    assert_eq!(unread, ["StatefulSet", "DaemonSet", "Job", "CronJob"]);
    let web =
        GetWorkloadArgs { namespace: ns.to_owned(), name: "web".to_owned(), ..Default::default() };
    let web = nobody.call(&web).await.unwrap();
    assert!(web.events.unread.as_ref().unwrap().contains("kubernetes.forbidden"));
    let unread: Vec<&str> = web.unread.iter().map(|unread| unread.what.as_str()).collect();
    assert_eq!(unread, ["Pod", "ReplicaSet"]);
    let rules = ListPermissionsArgs { namespace: ns.to_owned() };
    let rules = nobody.call(&rules).await.unwrap();
    let bound = rules.rules.iter().find(|rule| rule.resources == ["deployments"]).unwrap();
    assert_eq!(
        (bound.groups.as_slice(), bound.verbs.as_slice()),
        (&["apps".to_owned()][..], &["get".to_owned(), "list".to_owned()][..])
    );
    cluster.stop().await;
}

/// The documents of the manifest.
fn manifest() -> Vec<Value> {
    use serde::Deserialize as _;
    serde_norway::Deserializer::from_str(MANIFEST)
        .map(|document| Value::deserialize(document).unwrap())
        .collect()
}

/// (verb, group, resource) of the manifest's rules; paths under the empty group.
fn granted() -> BTreeSet<(String, String, String)> {
    let texts = |rule: &Value, field: &str| -> Vec<String> {
        let list = rule[field].as_array().cloned().unwrap_or_default();
        list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut found = BTreeSet::new();
    for role in manifest().iter().filter(|document| document["kind"] == "ClusterRole") {
        for rule in role["rules"].as_array().unwrap() {
            for verb in texts(rule, "verbs") {
                for resource in texts(rule, "nonResourceURLs") {
                    found.insert((verb.clone(), String::new(), resource));
                }
                for group in texts(rule, "apiGroups") {
                    for resource in texts(rule, "resources") {
                        let new = found.insert((verb.clone(), group.clone(), resource.clone()));
                        assert!(new, "{verb} {resource}.{group} is granted twice");
                    }
                }
            }
        }
    }
    found
}

/// A call of each reading tool that goes the whole way of what it may ask the API server for.
fn calls(ns: &str, node: &str, pod: &str) -> Vec<(&'static str, Value)> {
    let of = |more: Value| {
        let mut arguments = json!({"namespace": ns});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    let web = || json!({"name": "web"});
    let mut calls = vec![
        (names::LIST_PODS, of(json!({}))),
        (names::GET_POD, of(json!({"name": pod}))),
        (names::LIST_DEPLOYMENTS, of(json!({}))),
        (names::GET_DEPLOYMENT, of(web())),
        (names::LIST_NODES, json!({"name": node})),
        (names::LIST_EVENTS, of(json!({}))),
        (names::POD_LOGS, of(json!({"pod": pod}))),
        (names::ROLLOUT_STATUS, of(web())),
        (names::LIST_SERVICES, of(web())),
        (names::LIST_HPAS, of(web())),
        (names::LIST_PVCS, of(web())),
        (names::LIST_QUOTAS, of(web())),
        (names::LIST_CONFIG_NAMES, of(json!({"kind": "ConfigMap"}))),
        (names::FIND_ACTION, of(json!({"kind": "Deployment", "name": "web", "actionId": "a"}))),
        (names::FIND_ACTION, of(json!({"kind": "Pod", "name": pod, "actionId": "a", "uid": "u"}))),
        (names::FIND_NAMED, web()),
        (names::LIST_WORKLOADS, of(json!({}))),
        (names::LIST_NAMESPACES, json!({"name": ns})),
        (names::LIST_INGRESSES, of(web())),
        (names::LIST_NETWORK_POLICIES, of(json!({"pod": pod}))),
        (names::LIST_PDBS, of(web())),
        (names::LIST_LIMIT_RANGES, of(json!({}))),
        (names::LIST_STORAGE_CLASSES, json!({})),
        (names::LIST_SERVICE_ACCOUNTS, of(web())),
        (names::GET_CONFIG_MAP, of(json!({"name": "settings"}))),
        (names::CAN_I, json!({"checks": [{"verb": "get", "resource": "pods"}]})),
        (names::LIST_PERMISSIONS, of(json!({}))),
        (names::LIST_CUSTOM_KINDS, json!({})),
        (names::NODE_USAGE, json!({})),
        (names::POD_USAGE, of(json!({}))),
        (names::LOG_PATTERNS, of(json!({"pod": pod}))),
        (names::LIST_CHANGES, of(json!({}))),
        (names::JOB_STATUS, of(web())),
        (names::ROLLOUT_HISTORY, of(json!({"kind": "StatefulSet", "name": "web"}))),
        (names::ROLLOUT_HISTORY, of(json!({"kind": "DaemonSet", "name": "web"}))),
    ];
    for kind in ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet"] {
        calls.push((names::GET_WORKLOAD, of(json!({"kind": kind, "name": "web"}))));
        calls.push((names::WORKLOAD_LOGS, of(json!({"kind": kind, "name": "web"}))));
    }
    calls
}

async fn furnish(cluster: &Cluster) -> (String, String) {
    cluster.deploy("web", 1).await;
    let map = json!({"metadata": {"name": "settings"}, "data": {}});
    cluster.create("api/v1", "configmaps", map).await;
    let selector = json!({"matchLabels": {"app": "other"}});
    let template = json!({"metadata": {"labels": {"app": "other"}}, "spec": {"restartPolicy": "Always",
        "containers": [{"name": "main", "image": crate::kubernetes_cluster::image()}]}});
    let mut once = template.clone();
    once["spec"]["restartPolicy"] = json!("Never");
    for (api, plural, kind, spec) in [
        (
            "apis/apps/v1",
            "statefulsets",
            "StatefulSet",
            json!({"replicas": 0, "serviceName": "web", "selector": selector, "template": template}),
        ),
        (
            "apis/apps/v1",
            "daemonsets",
            "DaemonSet",
            json!({"selector": selector, "template": template}),
        ),
        ("apis/batch/v1", "jobs", "Job", json!({"suspend": true, "template": once})),
        (
            "apis/batch/v1",
            "cronjobs",
            "CronJob",
            json!({"schedule": "0 0 * * *", "suspend": true, "jobTemplate": {"spec": {"template": once}}}),
        ),
    ] {
        let object = json!({"apiVersion": api.trim_start_matches("apis/"), "kind": kind, "metadata": {"name": "web"}, "spec": spec});
        cluster.create(api, plural, object).await;
    }
    let ns = || cluster.namespace.clone();
    let pod = cluster
        .eventually("a pod that runs or fails on a node", async || {
            let pods = ListPodsArgs {
                namespace: ns(),
                label_selector: Some("app=web".to_owned()),
                limit: None,
                ..ListPodsArgs::default()
            };
            cluster
                .client
                .call(&pods)
                .await
                .unwrap()
                .pods
                .into_iter()
                .find(|pod| pod.node.is_some() && pod.phase == "Running")
        })
        .await;
    (pod.node.unwrap_or_default(), pod.name)
}

/// Whether an answer shows that a permission is missing.
fn lacks(content: &Value) -> bool {
    content.to_string().contains("kubernetes.forbidden")
}

#[tokio::test]
async fn the_read_only_manifest_is_exactly_what_the_reads_ask_for() {
    let cluster = Cluster::start("exec sleep 600").await;
    let (node, pod) = furnish(&cluster).await;
    // The manifest as it is, under names of its own so that it can't meet an installation.
    let account = format!("{}-reader", cluster.namespace);
    for mut document in manifest() {
        let kind = document["kind"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "Namespace" => {}
            "ServiceAccount" => {
                document["metadata"] = json!({"name": account});
                cluster.create("api/v1", "serviceaccounts", document).await;
            }
            "ClusterRole" => {
                document["metadata"]["name"] = json!(account);
                cluster.post("/apis/rbac.authorization.k8s.io/v1/clusterroles", document).await;
            }
            "ClusterRoleBinding" => {
                document["metadata"]["name"] = json!(account);
                document["roleRef"]["name"] = json!(account);
                document["subjects"][0]["name"] = json!(account);
                document["subjects"][0]["namespace"] = json!(cluster.namespace);
                cluster
                    .post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", document)
                    .await;
            }
            other => panic!("the manifest holds a {other}"),
        }
    }
    let user = format!("system:serviceaccount:{}:{account}", cluster.namespace);
    let reader = cluster.acting_as(&user).await;
    let nodes = json!({"name": node});
    cluster
        .eventually("the role to be in force", async || {
            let result = reader.raw(names::LIST_NODES, nodes.clone()).await;
            (result.is_error != Some(true)).then_some(())
        })
        .await;

    let calls = calls(&cluster.namespace, &node, &pod);
    let called: BTreeSet<&str> = calls.iter().map(|(tool, _)| *tool).collect();
    let custom = BTreeSet::from([names::LIST_CUSTOM_OBJECTS]);
    let reads: BTreeSet<&str> = names::READS.iter().copied().collect();
    assert_eq!(&called | &custom, reads, "each reading tool is called");
    for (tool, arguments) in calls {
        let result = reader.raw(tool, arguments.clone()).await;
        let said = json!([result.structured_content, result.meta]);
        assert!(!lacks(&said), "{tool} {arguments}: {said}");
    }
    let secrets = ListConfigNamesArgs {
        namespace: cluster.namespace.clone(),
        kind: ReferenceKind::Secret,
        limit: None,
        after: None,
    };
    assert_eq!(reader.code(&secrets).await, "kubernetes.forbidden");
    let scale = json!({"namespace": cluster.namespace, "name": "web", "replicas": 2, "actionId": "a", "dryRun": true});
    let refused = failure_of(&reader.raw(names::SCALE, scale).await);
    assert_eq!(refused.code, "kubernetes.forbidden");

    if let Some(accesses) = cluster.accesses() {
        // What was refused just now, and what nobody needs to be granted to read.
        let own = |access: &Access| {
            access.user == user && access.resource != "secrets" && access.verb != "patch"
        };
        let asked: BTreeSet<_> = accesses
            .into_iter()
            .filter(own)
            .map(|access| (access.verb.to_owned(), access.group, access.resource))
            .collect();
        let granted = granted();
        let missing: Vec<_> = asked.difference(&granted).collect();
        let superfluous: Vec<_> = granted.difference(&asked).collect();
        assert!(
            missing.is_empty() && superfluous.is_empty(),
            "missing {missing:?}, superfluous {superfluous:?}"
        );
    }
    for plural in ["clusterrolebindings", "clusterroles"] {
        cluster.delete(&format!("/apis/rbac.authorization.k8s.io/v1/{plural}/{account}")).await;
    }
    cluster.stop().await;
}

#[test]
fn the_manifest_grants_no_secrets_and_nothing_by_wildcard() {
    for (verb, group, resource) in granted() {
        assert!(!resource.starts_with("secrets"), "{verb} {resource}");
        assert!(matches!(verb.as_str(), "get" | "list" | "create"), "{verb} {resource}");
        assert_eq!(verb == "create", group == "authorization.k8s.io", "{verb} {resource}");
        assert!(![&verb, &group, &resource].iter().any(|text| text.contains('*')));
    }
}
