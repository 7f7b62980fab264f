//! The shop as objects: what a newly set up range holds, and what `heal` goes back to.

use serde_json::{Value, json};

use crate::node::image::REGISTRY;
use crate::value::{list, text};

/// Namespace of the shop.
pub const NAMESPACE: &str = "shop";
/// Port of every container and Service.
pub const PORT: u16 = 8080;
/// Replicas of checkout and inventory.
pub const REPLICAS: [(&str, i64); 2] = [("checkout", 3), ("inventory", 2)];

/// Path of the collection and the object, in the order of creation.
pub fn objects() -> Vec<(String, Value)> {
    let core = format!("/api/v1/namespaces/{NAMESPACE}");
    let mut found = vec![(
        "/api/v1/namespaces".to_owned(),
        json!({"metadata": {"name": NAMESPACE, "labels": {"range": "practice"}}}),
    )];
    let settings = [
        ("checkout-config", json!({"WORKERS": "8", "QUEUE": "60"})),
        ("inventory-config", json!({"WORKERS": "32", "QUEUE": "200"})),
    ];
    for (name, data) in settings {
        found.push((
            format!("{core}/configmaps"),
            json!({"metadata": {"name": name}, "data": data}),
        ));
    }
    for (app, _) in REPLICAS {
        found.push((format!("{core}/services"), service(app)));
    }
    found.push((deployments(), deployment("inventory")));
    found.push((deployments(), deployment("checkout")));
    found
}

/// Path of the shop's Deployments.
pub fn deployments() -> String {
    format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments")
}

/// Whether a Deployment asks for an image.
pub fn runs(deployment: &Value, image: &str) -> bool {
    list(deployment, &["spec", "template", "spec", "containers"])
        .iter()
        .any(|container| text(container, &["image"]) == image)
}

fn service(app: &str) -> Value {
    json!({
        "metadata": {"name": app, "labels": {"app": app}},
        "spec": {"selector": {"app": app}, "ports": [{"name": "http", "port": PORT, "targetPort": "http"}]},
    })
}

/// The healthy Deployment of a service.
pub fn deployment(app: &str) -> Value {
    let release = if app == "checkout" { "1.4.2" } else { "2.1.0" };
    let replicas =
        REPLICAS.iter().find(|(name, _)| *name == app).map_or(1, |(_, replicas)| *replicas);
    let probe = |path: &str, period: i64| json!({"httpGet": {"path": path, "port": "http"}, "periodSeconds": period, "timeoutSeconds": 1, "failureThreshold": 3});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": app, "namespace": NAMESPACE, "labels": {"app": app},
            "annotations": {"kubernetes.io/change-cause": format!("release {app} {release}")},
        },
        "spec": {
            "replicas": replicas,
            "progressDeadlineSeconds": 60,
            "selector": {"matchLabels": {"app": app}},
            "template": {
                "metadata": {"labels": {"app": app}, "annotations": {"prometheus.io/scrape": "true"}},
                "spec": {
                    "terminationGracePeriodSeconds": 10,
                    "containers": [{
                        "name": app,
                        "image": format!("{REGISTRY}/{app}:{release}"),
                        "ports": [{"name": "http", "containerPort": PORT}],
                        "envFrom": [{"configMapRef": {"name": format!("{app}-config")}}],
                        "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "64Mi"}},
                        "readinessProbe": probe("/readyz", 2),
                        "livenessProbe": probe("/healthz", 5),
                    }],
                },
            },
        },
    })
}
