//! Kinds that were added to the cluster.

use evenkeel_tools::kubernetes::{CustomObject, ListCustomKindsArgs, ListCustomObjectsArgs};
use serde_json::{Value, json};

use crate::kubernetes_cluster::Cluster;

/// Defines a kind in a group of this test's own; gives the group.
async fn define(cluster: &Cluster, kind: &str, scope: &str) -> String {
    define_in(cluster, kind, scope, "v1").await
}

async fn define_in(cluster: &Cluster, kind: &str, scope: &str, version: &str) -> String {
    let group = format!("{}.example.com", cluster.namespace);
    let plural = format!("{}s", kind.to_lowercase());
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {"group": group, "scope": scope,
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List")},
            "versions": [{"name": version, "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
                    "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}]}});
    cluster.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition).await;
    let kinds = ListCustomKindsArgs { group: Some(group.clone()) };
    cluster
        .eventually("the kind to be served", async || {
            let kinds = cluster.client.call(&kinds).await.unwrap().kinds;
            kinds.iter().any(|found| found.kind == kind).then_some(())
        })
        .await;
    group
}

async fn create(cluster: &Cluster, group: &str, plural: &str, kind: &str, name: &str, spec: Value) {
    let api = format!("apis/{group}/v1");
    let object = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": name}, "spec": spec});
    // Discovery may know a kind before the collection answers.
    let object = &object;
    cluster
        .eventually("the collection to be served", async || {
            cluster.try_create(&api, plural, object.clone()).await
        })
        .await;
}

/// Groups often serve their newest kinds in another version than the others.
#[tokio::test]
async fn a_kind_that_only_another_version_of_its_group_has_is_found() {
    let cluster = Cluster::start("exec sleep 600").await;
    let group = define(&cluster, "Gateway", "Namespaced").await;
    assert_eq!(define_in(&cluster, "Route", "Namespaced", "v1alpha2").await, group);
    let kinds = ListCustomKindsArgs { group: Some(group.clone()) };
    let kinds = cluster.client.call(&kinds).await.unwrap().kinds;
    let mut found: Vec<_> = kinds.iter().map(|k| (k.kind.as_str(), k.version.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("Gateway", "v1"), ("Route", "v1alpha2")]);
    let object = json!({"apiVersion": format!("{group}/v1alpha2"), "kind": "Route", "metadata": {"name": "front"}});
    let (api, object) = (format!("apis/{group}/v1alpha2"), &object);
    cluster
        .eventually("the collection to be served", async || {
            cluster.try_create(&api, "routes", object.clone()).await
        })
        .await;
    let routes = ListCustomObjectsArgs {
        group: group.clone(),
        resource: "routes".to_owned(),
        namespace: Some(cluster.namespace.clone()),
        ..Default::default()
    };
    assert_eq!(cluster.client.call(&routes).await.unwrap().objects[0].name, "front");
    for plural in ["gateways", "routes"] {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        cluster.delete(&format!("{path}/{plural}.{group}")).await;
    }
    cluster.stop().await;
}

#[tokio::test]
async fn custom_objects_are_read_without_their_secrets() {
    let cluster = Cluster::start("exec sleep 600").await;
    let group = define(&cluster, "Rollout", "Namespaced").await;
    let spec =
        json!({"replicas": 3, "dbPassword": "hunter2", "url": "https://u:hunter3@example.com/"});
    create(&cluster, &group, "rollouts", "Rollout", "web", spec.clone()).await;
    create(&cluster, &group, "rollouts", "Rollout", "api", spec).await;
    let status = json!({"status": {"observedGeneration": 1, "conditions": [
        {"type": "Ready", "status": "False", "reason": "Degraded", "message": "token=hunter4", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}});
    let web = format!("/apis/{group}/v1/namespaces/{}/rollouts/web", cluster.namespace);
    cluster.patch(&format!("{web}/status"), status).await;

    let list = ListCustomObjectsArgs {
        group: group.clone(),
        resource: "rollouts".to_owned(),
        namespace: Some(cluster.namespace.clone()),
        ..Default::default()
    };
    let found = cluster.client.call(&list).await.unwrap();
    let names: Vec<&str> = found.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!((names, found.truncated), (vec!["api", "web"], false));
    assert!(found.objects.iter().all(|object| object.spec.is_none()) && found.events.is_none());
    assert_eq!(found.objects[1].conditions[0].reason.as_deref(), Some("Degraded"));
    let one = ListCustomObjectsArgs { name: Some("web".to_owned()), ..list.clone() };
    let found = cluster.client.call(&one).await.unwrap();
    let object: &CustomObject = &found.objects[0];
    assert!(object.spec.as_ref().unwrap().contains("replicas: 3"));
    assert_eq!(object.observed_generation, Some(1));
    assert!(!serde_json::to_string(&found).unwrap().contains("hunter"));
    let short = ListCustomObjectsArgs { limit: Some(1), ..list.clone() };
    let short = cluster.client.call(&short).await.unwrap();
    assert_eq!((short.objects.len(), short.truncated), (1, true));
    let absent = ListCustomObjectsArgs { resource: "nothings".to_owned(), ..list.clone() };
    assert_eq!(cluster.client.code(&absent).await, "kubernetes.not_served");
    for own in ["", "apps", "rbac.authorization.k8s.io", "v1"] {
        let own = ListCustomObjectsArgs {
            group: own.to_owned(),
            resource: "secrets".to_owned(),
            ..list.clone()
        };
        assert_eq!(cluster.client.code(&own).await, "tool.bad_arguments");
    }
    let nobody = cluster.acting_as("system:serviceaccount:default:evenkeel-test-nobody").await;
    assert_eq!(nobody.code(&list).await, "kubernetes.forbidden");
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    cluster.delete(&format!("{path}/rollouts.{group}")).await;
    cluster.stop().await;
}

#[tokio::test]
async fn kinds_that_hold_secrets_stay_closed() {
    let cluster = Cluster::start("exec sleep 600").await;
    let group = define(&cluster, "SealedSecret", "Namespaced").await;
    let spec = json!({"encryptedData": {"key": "hunter2"}});
    create(&cluster, &group, "sealedsecrets", "SealedSecret", "db", spec).await;
    let one = ListCustomObjectsArgs {
        group: group.clone(),
        resource: "sealedsecrets".to_owned(),
        namespace: Some(cluster.namespace.clone()),
        name: Some("db".to_owned()),
        ..Default::default()
    };
    let found = cluster.client.call(&one).await.unwrap();
    assert_eq!((found.objects.len(), found.objects[0].spec.as_ref()), (1, None));
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    cluster.delete(&format!("{path}/sealedsecrets.{group}")).await;
    cluster.stop().await;
}
