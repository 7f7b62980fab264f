//! Rollouts: progress, failure, undo, clean-up.

use k8s_openapi::api::core::v1::Endpoints;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::harness::{TestRange, deployment, eventually, from, release, service};

const REVISION: &str = "deployment.kubernetes.io/revision";

async fn patch(range: &TestRange, name: &str, patch: Value) {
    range
        .deployments()
        .patch(name, &PatchParams::default(), &Patch::Strategic(&patch))
        .await
        .unwrap();
}

fn image_of(deployment: &k8s_openapi::api::apps::v1::Deployment) -> String {
    deployment.spec.clone().template.spec.unwrap().containers[0].image.clone().unwrap()
}

#[tokio::test]
async fn a_release_rolls_out_and_an_undo_brings_the_old_template_back() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 2)).await;
    range.settled("inventory", 2).await;
    patch(&range, "inventory", release("inventory", "2.2.0")).await;
    let second = range.settled("inventory", 2).await;
    assert_eq!(second.metadata.annotations.clone().unwrap()[REVISION], "2");
    assert!(image_of(&second).ends_with(":2.2.0"));

    // As `kubectl rollout undo` does it: the template of revision 1, without its hash.
    let sets = range.sets().list(&ListParams::default()).await.unwrap();
    let first = sets
        .items
        .iter()
        .find(|set| set.metadata.annotations.as_ref().unwrap()[REVISION] == "1")
        .unwrap();
    let mut template = serde_json::to_value(first.spec.template.clone().unwrap()).unwrap();
    template["metadata"]["labels"].as_object_mut().unwrap().remove("pod-template-hash").unwrap();
    let undo = json!([{"op": "replace", "path": "/spec/template", "value": template}]);
    range.json_patch("/apis/apps/v1/namespaces/shop/deployments/inventory", &undo).await.unwrap();
    let third = range.settled("inventory", 2).await;
    assert!(image_of(&third).ends_with(":2.1.0"));
    assert_eq!(third.metadata.annotations.unwrap()[REVISION], "3");
    let sets = range.sets().list(&ListParams::default()).await.unwrap();
    assert_eq!(sets.items.len(), 2, "an undo reuses the old ReplicaSet");
    range.stop().await;
}

#[tokio::test]
async fn a_release_that_never_becomes_ready_leaves_the_old_pods_serving() {
    let range = TestRange::start().await;
    range.create(deployment("checkout", "1.4.2", 2)).await;
    range.services().create(&PostParams::default(), &from(service("checkout"))).await.unwrap();
    range.settled("checkout", 2).await;
    patch(&range, "checkout", release("checkout", "1.5.3")).await;
    range
        .event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
        .await;
    let stuck = eventually("the progress deadline", || async {
        let deployment = range.deployments().get("checkout").await.unwrap();
        let status = deployment.status.unwrap();
        let late = status.conditions.iter().flatten().any(|c| {
            c.type_.as_deref() == Some("Progressing")
                && c.status.as_deref() == Some("False")
                && c.reason.as_deref() == Some("ProgressDeadlineExceeded")
        });
        late.then_some(status)
    })
    .await;
    assert_eq!(stuck.available_replicas, Some(2));
    assert_eq!(stuck.updated_replicas, Some(1));
    let endpoints: Api<Endpoints> = Api::namespaced(range.client.clone(), "shop");
    let endpoints = serde_json::to_value(endpoints.get("checkout").await.unwrap()).unwrap();
    assert_eq!(endpoints["subsets"][0]["addresses"].as_array().unwrap().len(), 2);
    assert_eq!(endpoints["subsets"][0]["notReadyAddresses"].as_array().unwrap().len(), 1);
    let service = serde_json::to_value(range.services().get("checkout").await.unwrap()).unwrap();
    let url = format!("http://{}:8080/products", service["spec"]["clusterIP"].as_str().unwrap());
    let answer =
        reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);

    patch(&range, "checkout", release("checkout", "1.4.2")).await;
    range.settled("checkout", 2).await;
    range.stop().await;
}

#[tokio::test]
async fn a_deleted_pod_is_replaced_and_a_deleted_deployment_takes_everything_with_it() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 1)).await;
    range.settled("inventory", 1).await;
    let name = range.pods_of("inventory").await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    range.pods().delete(&name, &DeleteParams::default()).await.unwrap();
    eventually("a new pod", || async {
        let pods = range.pods_of("inventory").await;
        (pods.len() == 1 && pods[0]["metadata"]["name"] != name.as_str()).then_some(())
    })
    .await;
    range.deployments().delete("inventory", &DeleteParams::default()).await.unwrap();
    eventually("no pods and no sets", || async {
        let sets = range.sets().list(&ListParams::default()).await.unwrap();
        (range.pods_of("inventory").await.is_empty() && sets.items.is_empty()).then_some(())
    })
    .await;
    range.stop().await;
}

#[tokio::test]
async fn a_restarted_range_resumes() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 1)).await;
    let before = range.settled("inventory", 1).await;
    let range = range.restart().await;
    let after = range.settled("inventory", 1).await;
    assert_eq!(after.metadata.uid, before.metadata.uid);
    let pods = range.pods_of("inventory").await;
    let url = format!("http://{}:8080/stock?sku=a", pods[0]["status"]["podIP"].as_str().unwrap());
    let answer =
        reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    range.stop().await;
}

#[tokio::test]
async fn a_pod_that_asks_for_too_much_is_not_scheduled() {
    let range = TestRange::start().await;
    let mut greedy = deployment("inventory", "2.1.0", 1);
    greedy["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"requests": {"cpu": "4000"}});
    range.create(greedy).await;
    let event =
        range.event("FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu.").await;
    assert_eq!(event.type_.as_deref(), Some("Warning"));
    assert_eq!(range.pods_of("inventory").await[0]["status"]["phase"], "Pending");
    range.stop().await;
}
