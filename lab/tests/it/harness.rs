//! A range of its own for each test.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use evenkeel_lab::{Range, RangeOptions, Runner};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{ConfigMap, Event, Namespace, Pod, Service};
use kube::api::{Api, ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than anything a test waits for takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
pub const REGISTRY: &str = "registry.range.local/shop";

pub struct TestRange {
    pub client: Client,
    pub dir: TempDir,
    pub base_port: u16,
    range: Range,
}

impl TestRange {
    /// An empty cluster with a namespace `shop`.
    pub async fn start() -> Self {
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let base_port = free_ports();
        let range = Range::start(options(dir.path().to_owned(), base_port)).await.unwrap();
        let client = client(&range.kubeconfig()).await;
        let this = Self { client, dir, base_port, range };
        let namespaces: Api<Namespace> = Api::all(this.client.clone());
        namespaces
            .create(&PostParams::default(), &from(json!({"metadata": {"name": "shop"}})))
            .await
            .unwrap();
        this
    }

    /// Ends the range and starts it again on its saved state.
    pub async fn restart(self) -> Self {
        self.range.stop().await.unwrap();
        let range =
            Range::start(options(self.dir.path().to_owned(), self.base_port)).await.unwrap();
        let client = client(&range.kubeconfig()).await;
        Self { client, range, ..self }
    }

    pub async fn stop(self) {
        self.range.stop().await.unwrap();
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.range.kubeconfig()
    }

    pub async fn client_of(&self, file: &str) -> Client {
        client(&self.dir.path().join(file)).await
    }

    pub fn deployments(&self) -> Api<Deployment> {
        Api::namespaced(self.client.clone(), "shop")
    }

    pub fn sets(&self) -> Api<ReplicaSet> {
        Api::namespaced(self.client.clone(), "shop")
    }

    pub fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), "shop")
    }

    pub fn config_maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), "shop")
    }

    pub fn services(&self) -> Api<Service> {
        Api::namespaced(self.client.clone(), "shop")
    }

    pub fn events(&self) -> Api<Event> {
        Api::namespaced(self.client.clone(), "shop")
    }

    /// Sends a JSON patch, as kubectl's undo does.
    pub async fn json_patch(&self, path: &str, operations: &Value) -> Result<Value, kube::Error> {
        let request = axum::http::Request::patch(path)
            .header("content-type", "application/json-patch+json")
            .body(operations.to_string().into_bytes())
            .unwrap();
        self.client.request(request).await
    }

    pub async fn create(&self, deployment: Value) -> Deployment {
        self.deployments().create(&PostParams::default(), &from(deployment)).await.unwrap()
    }

    /// Waits until the Deployment's rollout is complete.
    pub async fn settled(&self, name: &str, replicas: i32) -> Deployment {
        eventually(&format!("{name} to settle"), || async {
            let deployment = self.deployments().get(name).await.unwrap();
            let status = deployment.status.clone().unwrap_or_default();
            let done = status.observed_generation == deployment.metadata.generation
                && status.replicas.unwrap_or_default() == replicas
                && status.updated_replicas.unwrap_or_default() == replicas
                && status.available_replicas.unwrap_or_default() == replicas;
            done.then_some(deployment)
        })
        .await
    }

    /// All pods of an app.
    pub async fn pods_of(&self, app: &str) -> Vec<Value> {
        let list =
            self.pods().list(&ListParams::default().labels(&format!("app={app}"))).await.unwrap();
        list.items.iter().map(|pod| serde_json::to_value(pod).unwrap()).collect()
    }

    /// The first container state of an app's pods that `wanted` accepts.
    pub async fn container(
        &self,
        app: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> (String, Value) {
        eventually(what, || async {
            self.pods_of(app).await.into_iter().find_map(|pod| {
                let status = pod["status"]["containerStatuses"][0].clone();
                wanted(&status)
                    .then(|| (pod["metadata"]["name"].as_str().unwrap().to_owned(), status))
            })
        })
        .await
    }

    /// Waits for an event with that reason and text.
    pub async fn event(&self, reason: &str, text: &str) -> Event {
        eventually(&format!("event {reason}: {text}"), || async {
            let events = self.events().list(&ListParams::default()).await.unwrap();
            events.items.into_iter().find(|event| {
                event.reason.as_deref() == Some(reason)
                    && event.message.as_deref().is_some_and(|m| m.contains(text))
            })
        })
        .await
    }
}

fn options(data_dir: PathBuf, base_port: u16) -> RangeOptions {
    RangeOptions {
        data_dir,
        base_port,
        runner: Runner { program: env!("CARGO_BIN_EXE_evenkeel-lab").into(), prefix: Vec::new() },
        back_off_base: Duration::from_millis(400),
        back_off_max: Duration::from_secs(4),
    }
}

async fn client(kubeconfig: &std::path::Path) -> Client {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let config =
        Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

/// Six free ports in a row.
pub fn free_ports() -> u16 {
    loop {
        let base = rand::random_range(3_400..10_000) * 6;
        if (0..6).all(|offset| TcpListener::bind(("127.0.0.1", base + offset)).is_ok()) {
            return base;
        }
    }
}

/// An object from JSON.
pub fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Asks again until there is an answer; fails with what was waited for.
pub async fn eventually<T, F: AsyncFn() -> Option<T>>(what: &str, ask: F) -> T {
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    let answer = tokio::time::timeout(PATIENCE, async {
        loop {
            ticks.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    });
    answer.await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// A Deployment of a role of the shop.
pub fn deployment(app: &str, tag: &str, replicas: i32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": app, "namespace": "shop", "labels": {"app": app}},
        "spec": {
            "replicas": replicas, "progressDeadlineSeconds": 3,
            "selector": {"matchLabels": {"app": app}},
            "template": {
                "metadata": {"labels": {"app": app}},
                "spec": {"terminationGracePeriodSeconds": 5, "containers": [{
                    "name": app, "image": format!("{REGISTRY}/{app}:{tag}"),
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "env": [{"name": "WORKERS", "value": "8"}],
                    "resources": {"limits": {"memory": "64Mi"}, "requests": {"memory": "16Mi", "cpu": "10m"}},
                    "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 1},
                }]},
            },
        },
    })
}

/// A patch that releases another image.
pub fn release(app: &str, tag: &str) -> Value {
    json!({"spec": {"template": {"spec": {"containers": [{"name": app, "image": format!("{REGISTRY}/{app}:{tag}")}]}}}})
}

/// A Service in front of an app.
pub fn service(app: &str) -> Value {
    json!({"metadata": {"name": app}, "spec": {"selector": {"app": app}, "ports": [{"name": "http", "port": 8080, "targetPort": "http"}]}})
}
