//! What is broken: small Deployments, each in a namespace of its own.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::kube::Kube;

/// Images of the range's registry.
const REGISTRY: &str = "registry.range.local/shop";
/// An image that exists and needs nothing.
const GOOD: &str = "inventory:2.1.0";
/// Between looks at the cluster.
const LOOK: Duration = Duration::from_millis(100);
/// Why a container waits for good.
const BROKEN: &[&str] = &["ErrImagePull", "ImagePullBackOff", "CreateContainerConfigError"];

/// What becomes of a workload's incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temper {
    /// Going back mends it.
    Mends,
    /// Going back changes nothing, so it is taken back.
    Fails,
    /// Nobody answers; the request lapses.
    Forgotten,
    /// The alert ends while the plan waits.
    Resolves,
    /// A person says no.
    Rejected,
}

impl Temper {
    /// How many of each there are among sixteen: mostly what writes.
    const MIX: [Self; 16] = [
        Self::Mends,
        Self::Fails,
        Self::Mends,
        Self::Resolves,
        Self::Fails,
        Self::Mends,
        Self::Mends,
        Self::Forgotten,
        Self::Fails,
        Self::Mends,
        Self::Mends,
        Self::Fails,
        Self::Mends,
        Self::Rejected,
        Self::Mends,
        Self::Fails,
    ];
}

/// One Deployment.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Its name, which no other has.
    pub name: String,
    /// What becomes of its incidents.
    pub temper: Temper,
}

impl Workload {
    /// The one with that number.
    pub fn number(number: usize) -> Self {
        let temper = Temper::MIX[number % Temper::MIX.len()];
        Self { name: format!("svc-{number:02}"), temper }
    }

    /// Its namespace.
    pub fn namespace(&self) -> String {
        format!("team-{}", self.name)
    }

    fn path(&self) -> String {
        format!("/apis/apps/v1/namespaces/{}/deployments/{}", self.namespace(), self.name)
    }

    fn container(&self, image: &str) -> Value {
        json!({"name": self.name, "image": format!("{REGISTRY}/{image}"),
               "ports": [{"name": "http", "containerPort": 8080}],
               "resources": {"limits": {"memory": "128Mi"}, "requests": {"memory": "16Mi"}}})
    }

    fn healthy(&self) -> Value {
        match self.temper {
            Temper::Fails => self.container("inventory:0.0.0"),
            _ => self.container(GOOD),
        }
    }

    /// Makes it.
    pub async fn create(&self, kube: &Kube) -> Result<()> {
        let namespace = self.namespace();
        kube.create("/api/v1/namespaces", &json!({"metadata": {"name": namespace}})).await?;
        // One that never gets well would never let its old pods go.
        let strategy = if self.temper == Temper::Fails { "Recreate" } else { "RollingUpdate" };
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": self.name, "namespace": namespace, "labels": {"app": self.name}},
            "spec": {
                "replicas": 1,
                "strategy": {"type": strategy},
                "selector": {"matchLabels": {"app": self.name}},
                "template": {
                    "metadata": {"labels": {"app": self.name}},
                    "spec": {"terminationGracePeriodSeconds": 0, "containers": [self.healthy()]},
                },
            },
        });
        kube.create(&format!("/apis/apps/v1/namespaces/{namespace}/deployments"), &object).await?;
        self.until(kube, Self::settled).await
    }

    /// Releases something that cannot start, another one each time, and waits until that shows.
    pub async fn damage(&self, kube: &Kube, time: u64) -> Result<()> {
        let container = if time % 3 == 2 && self.temper != Temper::Fails {
            let mut container = self.container(GOOD);
            let from = json!({"configMapKeyRef": {"name": format!("flags-{time}"), "key": "on"}});
            container["env"] = json!([{"name": "FLAGS", "valueFrom": from}]);
            container
        } else {
            self.container(&format!("inventory:9.{time}.0"))
        };
        let image = container["image"].clone();
        self.release(kube, container, &format!("release {} 9.{time}.0", self.name)).await?;
        self.until(kube, |_, pods| {
            pods.iter().any(|pod| {
                pod["spec"]["containers"][0]["image"] == image && waits(pod).is_some_and(is_broken)
            })
        })
        .await
    }

    /// Puts it back as it was made, unless it is.
    pub async fn mend(&self, kube: &Kube) -> Result<()> {
        let now = kube.get(&self.path()).await?;
        let container = &now["spec"]["template"]["spec"]["containers"][0];
        let healthy = self.healthy();
        let same = container["image"] == healthy["image"] && container["env"].is_null();
        if same || self.temper == Temper::Fails {
            return Ok(());
        }
        self.release(kube, healthy, &format!("put {} back", self.name)).await
    }

    async fn release(&self, kube: &Kube, container: Value, why: &str) -> Result<()> {
        let patch = json!({
            "metadata": {"annotations": {"kubernetes.io/change-cause": why}},
            "spec": {"template": {"spec": {"containers": [container]}}},
        });
        kube.patch(&self.path(), &patch).await.map(drop)
    }

    fn settled(&self, pods: &[Value]) -> bool {
        let runs = |pod: &Value| pod["status"]["containerStatuses"][0]["ready"] == true;
        match self.temper {
            Temper::Fails => pods.iter().any(|pod| waits(pod).is_some_and(is_broken)),
            _ => pods.iter().any(runs),
        }
    }

    async fn until(&self, kube: &Kube, wanted: impl Fn(&Self, &[Value]) -> bool) -> Result<()> {
        let path = format!("/api/v1/namespaces/{}/pods", self.namespace());
        loop {
            let list = kube.get(&path).await?;
            if wanted(self, list["items"].as_array().map_or(&[], Vec::as_slice)) {
                return Ok(());
            }
            sleep(LOOK).await;
        }
    }
}

fn waits(pod: &Value) -> Option<&str> {
    pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"].as_str()
}

fn is_broken(reason: &str) -> bool {
    BROKEN.contains(&reason)
}
