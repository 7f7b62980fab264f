//! kubectl against the range, where kubectl is installed.

use std::process::Output;

use tokio::process::Command;

use crate::harness::{TestRange, deployment, eventually, release};

/// Runs kubectl; `None` when it is not installed.
async fn kubectl(range: &TestRange, args: &[&str]) -> Option<Output> {
    let output = Command::new("kubectl")
        .arg("--kubeconfig")
        .arg(range.kubeconfig())
        .args(["--namespace", "shop", "--cache-dir"])
        .arg(range.dir.path().join("kubectl-cache"))
        .args(args)
        .kill_on_drop(true)
        .output()
        .await;
    match output {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!(
                "kubectl is not installed (Debian: kubernetes-client); this test checks nothing"
            );
            None
        }
        Err(error) => panic!("starting kubectl: {error}"),
    }
}

/// Runs kubectl and wants success; its standard output.
async fn ok(range: &TestRange, args: &[&str]) -> String {
    let output = kubectl(range, args).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "kubectl {args:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[tokio::test]
async fn kubectl_gets_describes_scales_restarts_and_undoes() {
    let range = TestRange::start().await;
    if kubectl(&range, &["version", "--client"]).await.is_none() {
        range.stop().await;
        return;
    }
    let manifest = range.dir.path().join("inventory.json");
    std::fs::write(&manifest, deployment("inventory", "2.1.0", 2).to_string()).unwrap();
    let manifest = manifest.to_str().unwrap().to_owned();
    assert_eq!(
        ok(&range, &["apply", "-f", &manifest]).await.trim(),
        "deployment.apps/inventory created"
    );
    assert!(
        ok(&range, &["rollout", "status", "deploy/inventory", "--timeout=60s"])
            .await
            .contains("successfully rolled out")
    );
    assert_eq!(
        ok(&range, &["apply", "-f", &manifest]).await.trim(),
        "deployment.apps/inventory unchanged"
    );

    let pods = ok(&range, &["get", "pods", "-o", "wide"]).await;
    let mut lines = pods.lines();
    let title: Vec<&str> = lines.next().unwrap().split_whitespace().take(6).collect();
    assert_eq!(title, ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP"]);
    assert!(
        lines.all(|line| line.contains("1/1") && line.contains("Running") && line.contains("127.")),
        "{pods}"
    );

    let image = "inventory=registry.range.local/shop/inventory:2.2.0";
    ok(&range, &["set", "image", "deploy/inventory", image]).await;
    ok(&range, &["rollout", "status", "deploy/inventory", "--timeout=60s"]).await;
    let history = ok(&range, &["rollout", "history", "deploy/inventory"]).await;
    assert!(history.lines().any(|l| l.starts_with('2')), "{history}");
    assert!(ok(&range, &["rollout", "undo", "deploy/inventory"]).await.contains("rolled back"));
    ok(&range, &["rollout", "status", "deploy/inventory", "--timeout=60s"]).await;
    let described = ok(&range, &["describe", "deploy", "inventory"]).await;
    assert!(
        described.contains("inventory:2.1.0") && described.contains("ScalingReplicaSet"),
        "{described}"
    );

    ok(&range, &["scale", "deploy/inventory", "--replicas=1"]).await;
    range.settled("inventory", 1).await;
    ok(&range, &["rollout", "restart", "deploy/inventory"]).await;
    ok(&range, &["rollout", "status", "deploy/inventory", "--timeout=60s"]).await;
    // The old pod may still be going.
    range.settled("inventory", 1).await;
    let pod = ok(&range, &["get", "pods", "-l", "app=inventory", "-o", "name"]).await;
    let described = ok(&range, &["describe", pod.lines().next().unwrap()]).await;
    assert!(
        described.contains("Readiness:") && described.contains("Successfully assigned"),
        "{described}"
    );
    assert!(ok(&range, &["get", "all"]).await.contains("replicaset.apps/inventory-"));
    assert_eq!(ok(&range, &["auth", "can-i", "delete", "pods"]).await.trim(), "yes");
    ok(&range, &["delete", "deploy", "inventory"]).await;
    range.stop().await;
}

#[tokio::test]
async fn kubectl_shows_the_log_of_the_run_before() {
    let range = TestRange::start().await;
    if kubectl(&range, &["version", "--client"]).await.is_none() {
        range.stop().await;
        return;
    }
    range.create(deployment("checkout", "1.4.2", 1)).await;
    range.settled("checkout", 1).await;
    let patch = release("checkout", "1.5.1").to_string();
    ok(&range, &["patch", "deploy", "checkout", "-p", &patch]).await;
    let (pod, _) =
        range.container("checkout", "a restart", |s| s["restartCount"].as_i64() >= Some(1)).await;
    let log = eventually("the previous log", || async {
        let output = kubectl(&range, &["logs", &pod, "--previous"]).await?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    })
    .await;
    assert!(log.contains("PAYMENT_GATEWAY_URL"), "{log}");
    let events = ok(&range, &["get", "events", "--field-selector", "reason=BackOff"]).await;
    assert!(
        events.contains("Back-off restarting failed container") || events.is_empty(),
        "{events}"
    );
    range.stop().await;
}
