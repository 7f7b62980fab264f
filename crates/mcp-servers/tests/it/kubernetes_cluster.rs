//! A cluster for tests: the practice range in this process, or the real one that `EVENKEEL_TEST_KUBECONFIG` names
//! (`make test-cluster KUBECONFIG=…`). The tests are the same; only in what the containers run do the two differ.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use evenkeel_lab::{Access, Range, RangeOptions};
use evenkeel_mcp_servers::{Limits, kubernetes};
use evenkeel_tools::kubernetes::{Deployment, GetDeploymentArgs};
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use crate::support::TestClient;

pub struct Cluster {
    pub client: TestClient,
    pub namespace: String,
    script: String,
    kube: kube::Client,
    config: kube::Config,
    _dir: tempfile::TempDir,
    range: Option<Range>,
}

impl Cluster {
    /// A cluster with a namespace of its own. Its containers run `script` with `sh`.
    pub async fn start(script: &str) -> Self {
        evenkeel_mcp_servers::install_tls_provider();
        let dir = tempfile::tempdir().unwrap();
        let (kubeconfig, range) = if let Some(path) = real_cluster() {
            (PathBuf::from(path), None)
        } else {
            let range =
                Range::start(RangeOptions::of_script(dir.path().to_owned(), script)).await.unwrap();
            (range.kubeconfig(), Some(range))
        };
        let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
        let config =
            kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
                .await
                .unwrap();
        let kube = kube::Client::try_from(config.clone()).unwrap();
        let limits = Limits::default();
        let client = TestClient::of(kubernetes::server(
            kubernetes::Kube::new(config.clone(), limits),
            limits,
        ))
        .await;
        let namespace = format!("evenkeel-test-{:08x}", rand::random::<u32>());
        let script = script.to_owned();
        let this = Self { client, namespace, script, kube, config, _dir: dir, range };
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": this.namespace}});
        this.post("/api/v1/namespaces", namespace).await;
        this
    }

    /// Whether it is the practice range.
    pub fn is_range(&self) -> bool {
        self.range.is_some()
    }

    /// The kinds of requests the API server got; only the range tells.
    pub fn accesses(&self) -> Option<BTreeSet<Access>> {
        self.range.as_ref().map(Range::accesses)
    }

    /// The server with the permissions of another user.
    pub async fn acting_as(&self, user: &str) -> TestClient {
        let mut config = self.config.clone();
        config.headers.push(("impersonate-user".parse().unwrap(), user.parse().unwrap()));
        let limits = Limits::default();
        TestClient::of(kubernetes::server(kubernetes::Kube::new(config, limits), limits)).await
    }

    pub async fn delete(&self, path: &str) {
        let request = http::Request::delete(path).body(Vec::new()).unwrap();
        let _deleted: Value = self.kube.request(request).await.unwrap();
    }

    pub async fn stop(self) {
        self.delete(&format!("/api/v1/namespaces/{}", self.namespace)).await;
        if let Some(range) = self.range {
            range.stop().await.unwrap();
        }
    }

    /// In a real cluster the image brings no program of ours: its containers are told what to run.
    fn dress(&self, object: &mut Value) {
        if self.is_range() {
            return;
        }
        match object {
            Value::Object(fields) => {
                if fields.get("image").is_some_and(|used| used == image()) {
                    fields.insert("command".to_owned(), json!(["/bin/sh", "-c", self.script]));
                }
                fields.values_mut().for_each(|value| self.dress(value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.dress(item)),
            _ => {}
        }
    }

    pub async fn post(&self, path: &str, mut object: Value) -> Value {
        self.dress(&mut object);
        let request = http::Request::post(path)
            .header("content-type", "application/json")
            .body(object.to_string().into_bytes())
            .unwrap();
        self.kube.request(request).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.kube.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap()
    }

    pub async fn patch(&self, path: &str, change: Value) -> Value {
        let request = http::Request::patch(path)
            .header("content-type", "application/merge-patch+json")
            .body(change.to_string().into_bytes())
            .unwrap();
        self.kube.request(request).await.unwrap()
    }

    /// What the API server was asked for since the last time; `None` for a real one, which keeps that to itself.
    pub fn asked(&self) -> Option<BTreeSet<Access>> {
        self.range.as_ref().map(Range::take_accesses)
    }

    /// Creates an object in the namespace.
    pub async fn create(&self, api: &str, plural: &str, object: Value) -> Value {
        self.post(&format!("/{api}/namespaces/{}/{plural}", self.namespace), object).await
    }

    /// [`Cluster::create`] where it may not work yet.
    pub async fn try_create(&self, api: &str, plural: &str, mut object: Value) -> Option<Value> {
        self.dress(&mut object);
        let path = format!("/{api}/namespaces/{}/{plural}", self.namespace);
        let request = http::Request::post(path)
            .header("content-type", "application/json")
            .body(object.to_string().into_bytes())
            .unwrap();
        self.kube.request(request).await.ok()
    }

    pub async fn deploy(&self, name: &str, replicas: u32) {
        self.create("apis/apps/v1", "deployments", deployment(name, replicas)).await;
        self.eventually("a first revision", async || {
            self.deployment(name)
                .await
                .filter(|d| d.revision == Some(1) && d.observed_generation == Some(1))
        })
        .await;
    }

    pub async fn deployment(&self, name: &str) -> Option<Deployment> {
        let args = GetDeploymentArgs { namespace: self.namespace.clone(), name: name.to_owned() };
        self.client.call(&args).await.ok()
    }

    /// Asks again until there is an answer.
    pub async fn eventually<T>(&self, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        let answer = tokio::time::timeout(Duration::from_mins(1), async {
            loop {
                ticks.tick().await;
                if let Some(answer) = ask().await {
                    return answer;
                }
            }
        });
        answer.await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }
}

fn real_cluster() -> Option<OsString> {
    std::env::var_os("EVENKEEL_TEST_KUBECONFIG").filter(|path| !path.is_empty())
}

/// An image that no registry holds.
pub const OTHER: &str = "registry.range.local/shop/checkout:9.9.9";

/// An image that the cluster's nodes have or can pull; in a real cluster it must bring a shell.
pub fn image() -> &'static str {
    static IMAGE: LazyLock<String> = LazyLock::new(|| match real_cluster() {
        Some(_) => std::env::var("EVENKEEL_TEST_IMAGE")
            .unwrap_or_else(|_| "docker.io/library/busybox:1.36.1".to_owned()),
        None => "registry.range.local/shop/checkout:1.4.2".to_owned(),
    });
    &IMAGE
}

pub fn deployment(name: &str, replicas: u32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "labels": {"app": name}, "annotations": {"kubernetes.io/change-cause": "first"}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {
                "terminationGracePeriodSeconds": 1,
                "containers": [{
                    "name": "web", "image": image(),
                    "env": [{"name": "MODE", "value": "plain"}, {"name": "DB_PASSWORD", "value": "hunter2"}],
                    "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "10m", "memory": "16Mi"}}
                }]
            }}
        }
    })
}

/// A StatefulSet or DaemonSet with the template of [`deployment`].
pub fn set(kind: &str, name: &str) -> Value {
    let mut set = deployment(name, 1);
    set["kind"] = json!(kind);
    let spec = set["spec"].as_object_mut().unwrap();
    if kind == "StatefulSet" {
        spec.insert("serviceName".to_owned(), json!(name));
    } else {
        spec.remove("replicas");
    }
    set
}
