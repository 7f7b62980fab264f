//! A cluster of the practice range with a workload in it.

use std::path::PathBuf;
use std::time::Duration;

use evenkeel_lab::{Range, RangeOptions};
use serde_json::{Value, json};

/// What its containers run: they start, serve nothing and end when they are told to.
const SCRIPT: &str = "echo started; trap 'exit 0' TERM; while :; do sleep 1; done";

pub struct Cluster {
    pub namespace: String,
    range: Range,
    dir: tempfile::TempDir,
}

impl Cluster {
    pub async fn start() -> Self {
        evenkeel_mcp_servers::install_tls_provider();
        let dir = tempfile::tempdir().unwrap();
        let options = RangeOptions::of_script(dir.path().to_owned(), SCRIPT);
        let range = Range::start(options).await.unwrap();
        let this = Self { namespace: "theirs".to_owned(), range, dir };
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": this.namespace}});
        this.apply(&namespace).await;
        this
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.range.kubeconfig()
    }

    /// Deploys a workload; the name of its pod, once that runs.
    pub async fn deploy(&self, name: &str) -> String {
        self.apply(&deployment(&self.namespace, name)).await;
        let look = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(100));
            loop {
                ticks.tick().await;
                let pods =
                    self.kubectl(&["get", "pods", "-n", &self.namespace, "-o", "json"]).await;
                let pods: Value = serde_json::from_str(&pods).unwrap();
                if pods["items"][0]["status"]["phase"] == "Running" {
                    return pods["items"][0]["metadata"]["name"].as_str().unwrap().to_owned();
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), look).await.unwrap()
    }

    async fn apply(&self, object: &Value) {
        let file = self.dir.path().join("object.json");
        std::fs::write(&file, object.to_string()).unwrap();
        self.kubectl(&["apply", "-f", &file.display().to_string()]).await;
    }

    async fn kubectl(&self, args: &[&str]) -> String {
        let mut command = tokio::process::Command::new("kubectl");
        command.arg("--kubeconfig").arg(self.kubeconfig()).arg("--cache-dir");
        command.arg(self.dir.path().join("cache")).args(args).kill_on_drop(true);
        let output = command.output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {args:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub async fn stop(self) {
        self.kubectl(&["delete", "namespace", &self.namespace]).await;
        self.range.stop().await.unwrap();
    }
}

fn deployment(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {
                "terminationGracePeriodSeconds": 1,
                "containers": [{"name": "web", "image": format!("registry.range.local/shop/{name}:1.4.2")}]
            }}
        }
    })
}
