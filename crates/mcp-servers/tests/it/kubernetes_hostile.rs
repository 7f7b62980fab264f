//! Hostile arguments to every reading tool, and hostile answers of an API server.

use evenkeel_mcp_servers::Limits;
use evenkeel_tools::kubernetes::{
    ListChangesArgs, ListCustomKindsArgs, ListCustomObjectsArgs, ListNetworkPoliciesArgs,
    ListWorkloadsArgs, NodeUsageArgs, names,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::kubernetes_faults::client;
use crate::support::{failure_of, short};

/// For every reading tool: arguments that fit, which single ones are then spoilt.
fn sound() -> Vec<(&'static str, Value)> {
    let ns = "shop";
    let object = json!({"namespace": ns, "name": "web"});
    let mut all: Vec<(&'static str, Value)> = [
        names::GET_POD,
        names::GET_DEPLOYMENT,
        names::ROLLOUT_STATUS,
        names::LIST_SERVICES,
        names::LIST_HPAS,
        names::LIST_PVCS,
        names::LIST_QUOTAS,
        names::LIST_INGRESSES,
        names::LIST_PDBS,
        names::LIST_SERVICE_ACCOUNTS,
        names::JOB_STATUS,
        names::WORKLOAD_LOGS,
        names::LOG_PATTERNS,
    ]
    .into_iter()
    .map(|tool| (tool, object.clone()))
    .collect();
    for tool in [
        names::LIST_PODS,
        names::LIST_DEPLOYMENTS,
        names::LIST_EVENTS,
        names::LIST_LIMIT_RANGES,
        names::LIST_WORKLOADS,
        names::LIST_PERMISSIONS,
        names::POD_USAGE,
        names::LIST_CHANGES,
    ] {
        all.push((tool, json!({"namespace": ns})));
    }
    all.extend([
        (names::LIST_NODES, json!({"name": "a"})),
        (names::LIST_NAMESPACES, json!({"name": "a"})),
        (names::POD_LOGS, json!({"namespace": ns, "pod": "a", "container": "b"})),
        (names::LIST_CONFIG_NAMES, json!({"namespace": ns, "kind": "ConfigMap"})),
        (
            names::FIND_ACTION,
            json!({"namespace": ns, "kind": "Deployment", "name": "a", "actionId": "x"}),
        ),
        (names::FIND_NAMED, json!({"name": "a"})),
        (names::GET_WORKLOAD, json!({"kind": "DaemonSet", "namespace": ns, "name": "a"})),
        (names::ROLLOUT_HISTORY, json!({"kind": "StatefulSet", "namespace": ns, "name": "a"})),
        (names::LIST_NETWORK_POLICIES, json!({"namespace": ns, "pod": "a"})),
        (names::LIST_STORAGE_CLASSES, json!({})),
        (names::GET_CONFIG_MAP, json!({"namespace": ns, "name": "a", "key": "k"})),
        (names::CAN_I, json!({"checks": [{"verb": "get", "resource": "pods"}]})),
        (names::LIST_CUSTOM_KINDS, json!({"group": "argoproj.io"})),
        (
            names::LIST_CUSTOM_OBJECTS,
            json!({"group": "argoproj.io", "resource": "rollouts", "namespace": ns, "name": "a"}),
        ),
        (names::NODE_USAGE, json!({})),
    ]);
    all
}

#[tokio::test]
async fn hostile_words_reach_no_address_from_any_tool() {
    let server = MockServer::start().await;
    let page = ResponseTemplate::new(200).set_body_json(json!({"kind": "List", "items": []}));
    Mock::given(any()).respond_with(page).mount(&server).await;
    let client = client(&server.uri(), short()).await;
    let tools: std::collections::BTreeSet<&str> = sound().iter().map(|(tool, _)| *tool).collect();
    assert_eq!(tools, names::READS.iter().copied().collect(), "each reading tool is tried");
    for (tool, arguments) in sound() {
        let mut tried = vec![{
            let mut more = arguments.clone();
            more["unknown"] = json!(1);
            more
        }];
        for field in ["namespace", "name", "pod", "container", "group", "resource", "key"] {
            if arguments.get(field).is_none() {
                continue;
            }
            for word in ["../secrets", "a/b", "a?b=c", "a%2fb", "a\n", "", "ä", &"a".repeat(300)] {
                let mut spoilt = arguments.clone();
                spoilt[field] = json!(word);
                tried.push(spoilt);
            }
        }
        for arguments in tried {
            let result = client.raw(tool, arguments.clone()).await;
            assert_eq!(result.is_error, Some(true), "{tool} {arguments}");
            let code = failure_of(&result).code;
            assert_eq!(code, "tool.bad_arguments", "{tool} {arguments}");
        }
    }
    let checks = [
        json!([]),
        json!([{"verb": "get\n", "resource": "pods"}]),
        json!([{"verb": "get", "resource": "../pods"}]),
        json!([{"verb": "get", "resource": "pods", "namespace": "a/b"}]),
        json!(vec![json!({"verb": "get", "resource": "pods"}); 21]),
    ];
    for checks in checks {
        let result = client.raw(names::CAN_I, json!({"checks": checks})).await;
        assert_eq!(failure_of(&result).code, "tool.bad_arguments");
    }
    let limits = json!({"namespace": "shop", "limit": 501});
    for tool in
        [names::LIST_WORKLOADS, names::LIST_INGRESSES, names::LIST_CHANGES, names::POD_USAGE]
    {
        let result = client.raw(tool, limits.clone()).await;
        assert_eq!(failure_of(&result).code, "tool.bad_arguments", "{tool}");
    }
    let asked = server.received_requests().await.unwrap();
    assert!(asked.is_empty(), "{:?}", asked.iter().map(|r| r.url.path()).collect::<Vec<_>>());
}

/// An API server on which every list holds the same odd objects.
async fn odd(body: Value) -> (MockServer, crate::support::TestClient) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(body);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = client(&server.uri(), Limits::default()).await;
    (server, client)
}

#[tokio::test]
async fn odd_answers_are_bounded_and_never_panic() {
    let huge = "x".repeat(50_000);
    let odd_object = json!({
        "metadata": {"name": "a", "namespace": "shop", "labels": {"a": "b"}, "managedFields": [
            {"manager": huge, "operation": "Update", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:data": {huge.clone(): {}}}},
            {"manager": null}]},
        "spec": {"selector": null, "template": null, "rules": [{"http": null}], "jobTemplate": {}, "limits": [{"type": ""}],
            "podSelector": {}, "ingress": (0..500).map(|_| json!({})).collect::<Vec<_>>(), "secret": "password=hunter2"},
        "status": {"conditions": [{"type": huge, "status": "Maybe", "message": "\u{1b}[2J"}]},
        "usage": {"cpu": "many", "memory": "-"}, "window": "soon", "timestamp": "never",
    });
    let list = json!({"kind": "List", "metadata": {"continue": "more"}, "items": [odd_object]});
    let (_server, client) = odd(list).await;
    let shop = || "shop".to_owned();
    let workloads = ListWorkloadsArgs { namespace: shop(), ..Default::default() };
    assert!(client.call(&workloads).await.unwrap().truncated);
    let policies = ListNetworkPoliciesArgs { namespace: shop(), ..Default::default() };
    let policies = client.call(&policies).await.unwrap();
    let ingress = policies.policies[0].ingress.as_ref().unwrap();
    assert_eq!((ingress.allow.len(), ingress.truncated), (50, true));
    let usage = client.call(&NodeUsageArgs::default()).await.unwrap();
    assert_eq!((usage.nodes[0].usage.cpu.as_ref(), usage.nodes[0].memory_share), (None, None));
    let changes = ListChangesArgs {
        namespace: shop(),
        at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        ..Default::default()
    };
    let changes = client.call(&changes).await.unwrap();
    assert!(changes.truncated && serde_json::to_string(&changes).unwrap().len() < 100_000);
}

#[tokio::test]
async fn discovery_of_an_older_server_is_read_group_by_group_and_its_words_are_checked() {
    use wiremock::matchers::path;
    let server = MockServer::start().await;
    let group = |name: &str, version: &str| {
        let version = json!({"groupVersion": format!("{name}/{version}"), "version": version});
        json!({"name": name, "versions": [version], "preferredVersion": version})
    };
    let groups = json!({"kind": "APIGroupList", "groups": [group("apps", "v1"), group("argoproj.io", "v1alpha1"),
        group("down.example.com", "v1"), group("../../api", "v1"), group("evil.example.com", "v1/../../../../api/v1/secrets")]});
    let resources = json!({"kind": "APIResourceList", "groupVersion": "argoproj.io/v1alpha1", "resources": [
        {"name": "rollouts", "kind": "Rollout", "namespaced": true, "verbs": ["get", "list"]},
        {"name": "rollouts/status", "kind": "Rollout", "namespaced": true, "verbs": ["get"]},
        {"name": "reviews", "kind": "Review", "namespaced": false, "verbs": ["create"]}]});
    for (at, status, body) in [
        ("/apis", 200, groups),
        ("/apis/argoproj.io/v1alpha1", 200, resources),
        ("/apis/down.example.com/v1", 503, json!({"message": "down"})),
    ] {
        Mock::given(path(at))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&server)
            .await;
    }
    let client = client(&server.uri(), Limits::default()).await;
    let found = client.call(&ListCustomKindsArgs::default()).await.unwrap();
    let kinds: Vec<&str> = found.kinds.iter().map(|kind| kind.resource.as_str()).collect();
    assert_eq!(kinds, ["rollouts"]);
    assert_eq!(found.unread, ["down.example.com", "../../api", "evil.example.com"]);
    let asked = server.received_requests().await.unwrap();
    let mut asked: Vec<&str> = asked.iter().map(|request| request.url.path()).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["/apis", "/apis/argoproj.io/v1alpha1", "/apis/down.example.com/v1"]);
    // A plural that discovery makes up goes into no address either.
    let odd = ListCustomObjectsArgs {
        group: "argoproj.io".to_owned(),
        resource: "rollouts".to_owned(),
        version: Some("v1/../..".to_owned()),
        ..Default::default()
    };
    assert_eq!(client.code(&odd).await, "tool.bad_arguments");
}
