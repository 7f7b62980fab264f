//! Containers: the ways they fail, and what the API shows of it.

use futures::future::join_all;
use kube::api::{LogParams, Patch, PatchParams, PostParams};
use serde_json::json;

use crate::harness::{TestRange, deployment, eventually, from, release, service};

#[tokio::test]
async fn a_crash_at_start_loops_with_its_last_words_in_the_previous_log() {
    let range = TestRange::start().await;
    range.create(deployment("checkout", "1.5.1", 1)).await;
    let (pod, status) = range
        .container("checkout", "CrashLoopBackOff", |s| {
            s["state"]["waiting"]["reason"] == "CrashLoopBackOff"
        })
        .await;
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 101);
    assert_eq!(status["lastState"]["terminated"]["reason"], "Error");
    assert!(status["restartCount"].as_i64().unwrap() >= 1);
    range.event("BackOff", "Back-off restarting failed container checkout in pod").await;
    let params = LogParams { previous: true, tail_lines: Some(20), ..LogParams::default() };
    let log = eventually("the previous log", || async {
        range.pods().logs(&pod, &params).await.ok().filter(|l| !l.is_empty())
    })
    .await;
    assert!(log.contains("required environment variable PAYMENT_GATEWAY_URL is not set"), "{log}");
    assert!(log.contains("panicked at"), "{log}");
    range.stop().await;
}

#[tokio::test]
async fn an_image_that_does_not_exist_is_backed_off() {
    let range = TestRange::start().await;
    range.create(deployment("checkout", "9.9.9", 1)).await;
    let (pod, status) = range
        .container("checkout", "ImagePullBackOff", |s| {
            s["state"]["waiting"]["reason"] == "ImagePullBackOff"
        })
        .await;
    assert!(status["state"]["waiting"]["message"].as_str().unwrap().contains("not found"));
    range
        .event(
            "Failed",
            "Failed to pull image \"registry.range.local/shop/checkout:9.9.9\": rpc error",
        )
        .await;
    let error = range.pods().logs(&pod, &LogParams::default()).await.unwrap_err();
    assert!(error.to_string().contains("is waiting to start"), "{error}");
    // The released image exists: the Deployment heals by itself.
    let patch = release("checkout", "1.4.2");
    range
        .deployments()
        .patch("checkout", &PatchParams::default(), &Patch::Strategic(&patch))
        .await
        .unwrap();
    range.settled("checkout", 1).await;
    range.stop().await;
}

#[tokio::test]
async fn a_missing_config_map_is_a_config_error_until_it_is_there() {
    let range = TestRange::start().await;
    let mut wanting = deployment("checkout", "1.4.2", 1);
    wanting["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "FLAGS", "valueFrom": {"configMapKeyRef": {"name": "flags", "key": "f"}}}]);
    range.create(wanting).await;
    let (_, status) = range
        .container("checkout", "CreateContainerConfigError", |s| {
            s["state"]["waiting"]["reason"] == "CreateContainerConfigError"
        })
        .await;
    assert_eq!(status["state"]["waiting"]["message"], "configmap \"flags\" not found");
    range.event("Failed", "Error: configmap \"flags\" not found").await;
    let map = from(json!({"metadata": {"name": "flags"}, "data": {"f": "1"}}));
    range.config_maps().create(&PostParams::default(), &map).await.unwrap();
    range.settled("checkout", 1).await;
    range.stop().await;
}

#[tokio::test]
async fn a_leak_is_really_killed_at_the_limit() {
    let range = TestRange::start().await;
    range.services().create(&PostParams::default(), &from(service("inventory"))).await.unwrap();
    range.create(deployment("inventory", "2.1.0", 1)).await;
    range.settled("inventory", 1).await;
    let mut leaking = deployment("checkout", "1.6.0", 1);
    leaking["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"limits": {"memory": "20Mi"}});
    range.create(leaking).await;
    range.settled("checkout", 1).await;
    let pod = range.pods_of("checkout").await.remove(0);
    let url = format!("http://{}:8080/checkout", pod["status"]["podIP"].as_str().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let order = json!({"items": [{"sku": "TEA-250", "quantity": 1}]});
    let status = eventually("OOMKilled", || async {
        // Orders fail once the process is gone; that is the point.
        let orders = (0..8).map(|_| client.post(&url).json(&order).send());
        let _answers = join_all(orders).await;
        let status =
            range.pods_of("checkout").await.remove(0)["status"]["containerStatuses"][0].clone();
        (status["lastState"]["terminated"]["reason"] == "OOMKilled").then_some(status)
    })
    .await;
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 137);
    assert!(status["restartCount"].as_i64().unwrap() >= 1);
    let metrics = client
        .get(format!("http://127.0.0.1:{}/metrics", range.base_port + 3))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        metrics.lines().any(|l| l.starts_with("kube_pod_container_status_last_terminated_reason{")
            && l.contains("reason=\"OOMKilled\"")),
        "{metrics}"
    );
    range.stop().await;
}

#[tokio::test]
async fn logs_can_be_cut_and_stamped() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 1)).await;
    range.settled("inventory", 1).await;
    let pod = range.pods_of("inventory").await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let all = range.pods().logs(&pod, &LogParams::default()).await.unwrap();
    assert!(all.contains("msg=starting") || all.contains("starting service=inventory"), "{all}");
    let params = LogParams { tail_lines: Some(1), timestamps: true, ..LogParams::default() };
    let last = range.pods().logs(&pod, &params).await.unwrap();
    assert_eq!(last.lines().count(), 1);
    let stamp = last.split(' ').next().unwrap();
    assert!(stamp.parse::<jiff::Timestamp>().is_ok(), "{stamp}");
    let error = range
        .pods()
        .logs(&pod, &LogParams { previous: true, ..LogParams::default() })
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("previous terminated container \"inventory\" in pod"),
        "{error}"
    );
    range.stop().await;
}

#[tokio::test]
async fn no_process_of_a_pod_outlives_the_range() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 2)).await;
    range.settled("inventory", 2).await;
    let mut addresses: Vec<String> = Vec::new();
    for pod in range.pods_of("inventory").await {
        addresses.push(format!("{}:8080", pod["status"]["podIP"].as_str().unwrap()));
    }
    assert_eq!(addresses.len(), 2);
    range.stop().await;
    for address in addresses {
        assert!(tokio::net::TcpStream::connect(&address).await.is_err(), "{address} still answers");
    }
}
