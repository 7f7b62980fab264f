//! What stands behind the Services of a namespace: its endpoint slices.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::Endpoint;
use k8s_openapi::api::discovery::v1::{EndpointPort, EndpointSlice};
use kube::api::ListParams;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::collection;

/// An address behind a Service.
pub(super) struct Backend {
    /// The Service.
    pub service: String,
    /// Names of the Service's ports that it serves; a Service's only port needs none, which is the empty name. None at all
    /// where the pods have no port as the Service names it.
    pub ports: Vec<String>,
    /// Whether it takes traffic.
    pub ready: bool,
    /// The address.
    pub endpoint: Endpoint,
}

/// What was read.
pub(super) struct Backends {
    /// The addresses.
    pub found: Vec<Backend>,
    /// Whether there are more slices.
    pub truncated: bool,
}

/// Reads them, of one Service or of all.
pub(super) async fn backends(
    kube: &Kube,
    namespace: &str,
    service: Option<&str>,
) -> Result<Backends, ToolFailure> {
    let params = match service {
        // A label's value is shorter than a name may be.
        Some(name) if name.len() <= 63 => {
            ListParams::default().labels(&format!("{SERVICE}={name}"))
        }
        _ => ListParams::default(),
    };
    let path = collection::<EndpointSlice>(namespace)?;
    let (slices, truncated) = kube.list_whole::<EndpointSlice>(path, params).await?;
    Ok(Backends { found: slices.into_iter().flat_map(of_slice).collect(), truncated })
}

/// Label of a slice with its Service's name.
const SERVICE: &str = "kubernetes.io/service-name";

fn of_slice(slice: EndpointSlice) -> Vec<Backend> {
    let labels = slice.metadata.labels.unwrap_or_default();
    let Some(service) = labels.get(SERVICE) else { return Vec::new() };
    let name = |port: EndpointPort| port.name.unwrap_or_default();
    let ports: Vec<_> = slice.ports.into_iter().flatten().map(name).collect();
    let mut found = Vec::new();
    for endpoint in slice.endpoints.into_iter().flatten() {
        // Absent means ready, says the API.
        let ready =
            endpoint.conditions.as_ref().and_then(|conditions| conditions.ready).unwrap_or(true);
        let pod = endpoint
            .target_ref
            .filter(|target| target.kind.as_deref() == Some("Pod"))
            .and_then(|t| t.name);
        for address in endpoint.addresses {
            let endpoint = Endpoint { address, pod: pod.clone() };
            found.push(Backend { service: service.clone(), ports: ports.clone(), ready, endpoint });
        }
    }
    found
}
