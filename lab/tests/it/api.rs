//! The API itself: conflicts, dry runs, patches, watches, selectors, refusals.

use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{
    DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams,
};
use serde_json::{Value, json};

use crate::harness::{REGISTRY, TestRange, deployment, from};

fn refusal(error: kube::Error) -> (u16, String, String) {
    match error {
        kube::Error::Api(status) => (status.code, status.reason.clone(), status.message.clone()),
        other => panic!("not an answer of the API: {other}"),
    }
}

fn config_map(name: &str, value: &str) -> ConfigMap {
    from(json!({"metadata": {"name": name, "labels": {"v": value}}, "data": {"k": value}}))
}

#[tokio::test]
async fn a_stale_version_conflicts_in_the_real_servers_words() {
    let range = TestRange::start().await;
    let maps = range.config_maps();
    let first = maps.create(&PostParams::default(), &config_map("x", "1")).await.unwrap();
    let mut newer = first.clone();
    newer.data = config_map("x", "2").data;
    maps.replace("x", &PostParams::default(), &newer).await.unwrap();
    let stale = maps.replace("x", &PostParams::default(), &first).await.unwrap_err();
    let (code, reason, message) = refusal(stale);
    assert_eq!((code, reason.as_str()), (409, "Conflict"));
    assert_eq!(
        message,
        "Operation cannot be fulfilled on configmaps \"x\": the object has been modified; please apply your changes to the latest version and try again"
    );
    let again =
        maps.create(&PostParams::default(), &first_without_version(&first)).await.unwrap_err();
    assert_eq!(refusal(again).1, "AlreadyExists");
    let test = json!([{"op": "test", "path": "/metadata/resourceVersion", "value": "1"}, {"op": "replace", "path": "/data/k", "value": "3"}]);
    let error = range.json_patch("/api/v1/namespaces/shop/configmaps/x", &test).await.unwrap_err();
    assert_eq!(refusal(error).0, 422);
    assert_eq!(maps.get("x").await.unwrap().data, newer.data);
    range.stop().await;
}

fn first_without_version(map: &ConfigMap) -> ConfigMap {
    let mut map = map.clone();
    map.metadata.resource_version = None;
    map
}

#[tokio::test]
async fn a_dry_run_answers_as_if_and_changes_nothing() {
    let range = TestRange::start().await;
    let made = range.create(deployment("inventory", "2.1.0", 1)).await;
    range.settled("inventory", 1).await;
    let dry = PatchParams { dry_run: true, ..PatchParams::default() };
    let patch = json!({"spec": {"replicas": 4}});
    let shown = range.deployments().patch("inventory", &dry, &Patch::Merge(&patch)).await.unwrap();
    assert_eq!(shown.spec.replicas, Some(4));
    assert_eq!(shown.metadata.generation, Some(2));
    let kept = range.deployments().get("inventory").await.unwrap();
    assert_eq!(kept.spec.replicas, Some(1));
    assert_eq!(kept.metadata.generation, made.metadata.generation);
    let bad = range
        .deployments()
        .patch("inventory", &dry, &Patch::Merge(&json!({"spec": {"replicas": -1}})))
        .await;
    let (code, _, message) = refusal(bad.unwrap_err());
    assert_eq!(code, 422);
    assert_eq!(
        message,
        "Deployment.apps \"inventory\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"
    );
    let params = DeleteParams { dry_run: true, ..DeleteParams::default() };
    range.deployments().delete("inventory", &params).await.unwrap();
    range.deployments().get("inventory").await.unwrap();
    range.stop().await;
}

#[tokio::test]
async fn the_scale_subresource_scales() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 1)).await;
    let scale = range.deployments().get_scale("inventory").await.unwrap();
    assert_eq!(scale.spec.unwrap().replicas, Some(1));
    let patch = json!({"spec": {"replicas": 3}});
    let params = PatchParams::default();
    range.deployments().patch_scale("inventory", &params, &Patch::Merge(&patch)).await.unwrap();
    range.settled("inventory", 3).await;
    let outdated = json!({"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 9}});
    let error = range
        .deployments()
        .patch_scale("inventory", &params, &Patch::Merge(&outdated))
        .await
        .unwrap_err();
    assert_eq!(refusal(error).1, "Conflict");
    range.stop().await;
}

#[tokio::test]
async fn a_strategic_merge_changes_one_container_and_keeps_the_rest() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 1)).await;
    let patch = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "inventory", "image": format!("{REGISTRY}/inventory:2.2.0"), "env": [{"name": "EXTRA", "value": "1"}]},
    ]}}}});
    let patched = range
        .deployments()
        .patch("inventory", &PatchParams::default(), &Patch::Strategic(&patch))
        .await
        .unwrap();
    let pod = patched.spec.template.spec.unwrap();
    assert_eq!(pod.containers.len(), 1);
    let container = &pod.containers[0];
    assert_eq!(container.image.as_deref(), Some(format!("{REGISTRY}/inventory:2.2.0").as_str()));
    let names: Vec<&str> = container.env.iter().flatten().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["WORKERS", "EXTRA"]);
    assert!(container.readiness_probe.is_some());
    range.stop().await;
}

#[tokio::test]
async fn server_side_apply_creates_and_changes() {
    let range = TestRange::start().await;
    let params = PatchParams::apply("test");
    let map = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"k": value}});
    range.config_maps().patch("x", &params, &Patch::Apply(&map("1"))).await.unwrap();
    let changed = range.config_maps().patch("x", &params, &Patch::Apply(&map("2"))).await.unwrap();
    assert_eq!(changed.data.unwrap()["k"], "2");
    range.stop().await;
}

#[tokio::test]
async fn a_watch_resumes_and_sees_selectors_begin_and_end_to_fit() {
    let range = TestRange::start().await;
    let maps = range.config_maps();
    let version =
        maps.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    maps.create(&PostParams::default(), &config_map("a", "1")).await.unwrap();
    maps.create(&PostParams::default(), &config_map("b", "2")).await.unwrap();
    maps.replace("a", &PostParams::default(), &config_map("a", "2")).await.unwrap();
    maps.replace("b", &PostParams::default(), &config_map("b", "1")).await.unwrap();
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    let params = WatchParams::default().labels("v=2").timeout(20);
    let stream = maps.watch(&params, &version).await.unwrap();
    let seen: Vec<String> = stream
        .map_ok(|event| match event {
            WatchEvent::Added(o) => format!("added {}", o.metadata.name.unwrap()),
            WatchEvent::Modified(o) => format!("modified {}", o.metadata.name.unwrap()),
            WatchEvent::Deleted(o) => format!("deleted {}", o.metadata.name.unwrap()),
            other => format!("{other:?}"),
        })
        .take(4)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(seen, ["added b", "added a", "deleted b", "deleted a"]);
    let mut stale = maps.watch(&WatchParams::default().timeout(5), "0").await.unwrap().boxed();
    assert!(matches!(stale.try_next().await.unwrap(), Some(WatchEvent::Added(_))));
    range.stop().await;
}

#[tokio::test]
async fn lists_come_in_pages() {
    let range = TestRange::start().await;
    for name in ["a", "b", "c"] {
        range.config_maps().create(&PostParams::default(), &config_map(name, "1")).await.unwrap();
    }
    let first = range.config_maps().list(&ListParams::default().limit(2)).await.unwrap();
    assert_eq!((first.items.len(), first.metadata.remaining_item_count), (2, Some(1)));
    let token = first.metadata.continue_.unwrap();
    let second = range
        .config_maps()
        .list(&ListParams::default().limit(2).continue_token(&token))
        .await
        .unwrap();
    let names: Vec<_> = second.items.iter().filter_map(|m| m.metadata.name.clone()).collect();
    assert_eq!(names, ["c"]);
    range.stop().await;
}

#[tokio::test]
async fn tokens_open_what_their_role_may_and_refusals_name_it() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 1)).await;
    let viewer: Api<k8s_openapi::api::apps::v1::Deployment> =
        Api::namespaced(range.client_of("kubeconfig-viewer").await, "shop");
    viewer.get("inventory").await.unwrap();
    let patch = json!({"spec": {"replicas": 2}});
    let (code, reason, message) = refusal(
        viewer
            .patch("inventory", &PatchParams::default(), &Patch::Merge(&patch))
            .await
            .unwrap_err(),
    );
    assert_eq!((code, reason.as_str()), (403, "Forbidden"));
    assert_eq!(
        message,
        "deployments.apps \"inventory\" is forbidden: User \"system:serviceaccount:range:viewer\" cannot patch resource \"deployments\" in API group \"apps\" in the namespace \"shop\""
    );
    let operator = range.client_of("kubeconfig-operator").await;
    let deployments: Api<k8s_openapi::api::apps::v1::Deployment> =
        Api::namespaced(operator.clone(), "shop");
    deployments.patch("inventory", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    assert_eq!(
        refusal(deployments.delete("inventory", &DeleteParams::default()).await.unwrap_err()).0,
        403
    );
    let secrets: Api<Secret> = Api::namespaced(operator, "shop");
    assert_eq!(refusal(secrets.list(&ListParams::default()).await.unwrap_err()).0, 403);

    let stranger = reqwest::Client::builder()
        .no_proxy()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let url = format!("https://127.0.0.1:{}/api/v1/pods", range.base_port);
    let answer = stranger.get(url).bearer_auth("wrong").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    let status: Value = answer.json().await.unwrap();
    assert_eq!(
        (status["kind"].as_str(), status["reason"].as_str()),
        (Some("Status"), Some("Unauthorized"))
    );
    range.stop().await;
}

#[tokio::test]
async fn nonsense_is_refused_with_its_field() {
    let range = TestRange::start().await;
    let post = PostParams::default();
    let mut wrong = deployment("inventory", "2.1.0", 1);
    wrong["spec"]["selector"]["matchLabels"]["app"] = json!("other");
    let (code, _, message) =
        refusal(range.deployments().create(&post, &from(wrong)).await.unwrap_err());
    assert_eq!(code, 422);
    assert!(message.contains("`selector` does not match template `labels`"), "{message}");
    let mut wrong = deployment("inventory", "2.1.0", 1);
    wrong["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"requests": {"memory": "64Mi"}, "limits": {"memory": "32Mi"}});
    let (_, _, message) =
        refusal(range.deployments().create(&post, &from(wrong)).await.unwrap_err());
    assert!(message.contains("must be less than or equal to memory limit of 32Mi"), "{message}");
    range.create(deployment("inventory", "2.1.0", 1)).await;
    let typed = json!({"spec": {"replicas": "three"}});
    let (code, ..) = refusal(
        range
            .deployments()
            .patch("inventory", &PatchParams::default(), &Patch::Merge(&typed))
            .await
            .unwrap_err(),
    );
    assert_eq!(code, 400);
    let missing: Api<ConfigMap> = Api::namespaced(range.client.clone(), "nowhere");
    let (code, _, message) =
        refusal(missing.create(&post, &config_map("x", "1")).await.unwrap_err());
    assert_eq!((code, message.as_str()), (404, "namespaces \"nowhere\" not found"));
    range.stop().await;
}
