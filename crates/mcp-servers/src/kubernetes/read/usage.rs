//! What `node_usage` and `pod_usage` share: the metrics API.

use std::collections::BTreeMap;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{Quantity, Usage};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::ListParams;
use serde::Deserialize;

use crate::failure::failure;
use crate::kubernetes::client::{Kube, Page, or_empty};

/// Figures of a node or a pod.
#[derive(Deserialize)]
pub(super) struct Metrics {
    #[serde(default)]
    pub metadata: ObjectMeta,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    window: Option<String>,
    /// Of a node.
    #[serde(default, deserialize_with = "or_empty")]
    pub usage: BTreeMap<String, String>,
    /// Of a pod.
    #[serde(default, deserialize_with = "or_empty")]
    pub containers: Vec<ContainerMetrics>,
}

/// Figures of a container.
#[derive(Deserialize)]
pub(super) struct ContainerMetrics {
    pub name: String,
    #[serde(default, deserialize_with = "or_empty")]
    pub usage: BTreeMap<String, String>,
}

/// Reads all figures; `resource` is `nodes` or `namespaces/NAME/pods`. metrics-server hands them out whole: it has no
/// pages, and one that had would not share its tokens with the API server.
pub(super) async fn read(
    kube: &Kube,
    resource: &str,
    selector: Option<&str>,
) -> Result<Page<Metrics>, ToolFailure> {
    let path = format!("/apis/metrics.k8s.io/v1beta1/{resource}");
    let params =
        ListParams { label_selector: selector.map(str::to_owned), ..ListParams::default() };
    kube.list(path, &params).await.map_err(|answer| {
        if answer.code == codes::KUBERNETES_NOT_FOUND {
            failure(
                codes::KUBERNETES_NOT_SERVED,
                "the API server doesn't serve metrics.k8s.io, which tells what nodes and pods use",
                "Install metrics-server, or ask Prometheus for the usage.",
            )
        } else {
            answer
        }
    })
}

impl Metrics {
    /// A measurement of this object.
    pub(super) fn usage(&self, figures: &BTreeMap<String, String>) -> Usage {
        let of = |name: &str| figures.get(name).and_then(|text| Quantity::parse(text));
        let window = self.window.as_deref().and_then(|text| text.parse::<SignedDuration>().ok());
        Usage {
            cpu: of("cpu"),
            memory: of("memory"),
            measured_at: self.timestamp.as_deref().and_then(|text| text.parse::<Timestamp>().ok()),
            window_seconds: window.map(|window| window.as_secs_f64()),
        }
    }
}

/// One quantity over another; `None` without both, or over nothing.
pub(super) fn over(used: Option<&Quantity>, of: Option<&Quantity>) -> Option<f64> {
    let (used, of) = (used?.value, of?.value);
    (of > 0.0).then(|| used / of)
}
