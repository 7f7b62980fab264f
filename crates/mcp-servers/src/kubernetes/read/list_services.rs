//! `list_services`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{Endpoint, ListServicesArgs, Service, ServiceList, ServicePort};
use k8s_openapi::api::core::v1;
use k8s_openapi::api::discovery::v1::EndpointSlice;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection, list_params};
use crate::kubernetes::view::int_or_string;
use crate::tool::Tool;

/// Addresses shown per Service and state.
const MAX_ENDPOINTS: usize = 100;

/// The tool.
pub(in crate::kubernetes) struct ListServices;

/// An address behind a Service.
struct Backend {
    service: String,
    ready: bool,
    endpoint: Endpoint,
}

impl Tool<Kube> for ListServices {
    type Args = ListServicesArgs;
    const TITLE: &'static str = "Services";
    const DESCRIPTION: &'static str = "Lists Services with selector, ports and the ready and not ready addresses \
        behind them. A Service without ready addresses answers nobody.";

    async fn call(kube: &Kube, args: ListServicesArgs) -> Result<ServiceList, ToolFailure> {
        let mut params = list_params(None, args.limit)?;
        if let Some(name) = &args.name {
            check("Service name", name)?;
            params = params.fields(&format!("metadata.name={name}"));
        }
        let (page, backends) = futures::try_join!(
            kube.list::<v1::Service>(collection::<v1::Service>(&args.namespace)?, &params),
            backends(kube, &args.namespace),
        )?;
        let mut services: Vec<_> = page
            .items
            .iter()
            .filter(|service| args.name.is_none() || args.name == service.metadata.name)
            .map(|found| service(found, &backends))
            .collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(ServiceList { services, truncated: page.truncated() })
    }

    fn summary(list: &ServiceList) -> String {
        let dead = list.services.iter().filter(|service| service.ready.is_empty()).count();
        format!("{} Services, {dead} without a ready address.", list.services.len())
    }
}

/// Endpoint slices; where the server doesn't know them, the older Endpoints.
async fn backends(kube: &Kube, namespace: &str) -> Result<Vec<Backend>, ToolFailure> {
    let params = list_params(None, Some(500))?;
    match kube.list::<EndpointSlice>(collection::<EndpointSlice>(namespace)?, &params).await {
        Ok(page) => Ok(page.items.into_iter().flat_map(of_slice).collect()),
        Err(failure) if failure.code == codes::KUBERNETES_NOT_FOUND => {
            let page = kube
                .list::<v1::Endpoints>(collection::<v1::Endpoints>(namespace)?, &params)
                .await?;
            Ok(page.items.into_iter().flat_map(of_endpoints).collect())
        }
        Err(failure) => Err(failure),
    }
}

fn of_slice(slice: EndpointSlice) -> Vec<Backend> {
    let labels = slice.metadata.labels.unwrap_or_default();
    let Some(service) = labels.get("kubernetes.io/service-name") else { return Vec::new() };
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
            found.push(Backend { service: service.clone(), ready, endpoint });
        }
    }
    found
}

fn of_endpoints(endpoints: v1::Endpoints) -> Vec<Backend> {
    let service = endpoints.metadata.name.unwrap_or_default();
    let backend = |address: v1::EndpointAddress, ready: bool| Backend {
        service: service.clone(),
        ready,
        endpoint: Endpoint {
            address: address.ip,
            pod: address
                .target_ref
                .filter(|target| target.kind.as_deref() == Some("Pod"))
                .and_then(|t| t.name),
        },
    };
    let mut found = Vec::new();
    for subset in endpoints.subsets.into_iter().flatten() {
        found.extend(subset.addresses.into_iter().flatten().map(|address| backend(address, true)));
        found.extend(
            subset.not_ready_addresses.into_iter().flatten().map(|address| backend(address, false)),
        );
    }
    found
}

fn service(service: &v1::Service, backends: &[Backend]) -> Service {
    let name = service.metadata.name.clone().unwrap_or_default();
    let spec = service.spec.as_ref();
    let of = |ready: bool| {
        let mut found: Vec<Endpoint> = backends
            .iter()
            .filter(|backend| backend.service == name && backend.ready == ready)
            .map(|backend| backend.endpoint.clone())
            .collect();
        found.sort_by(|a, b| a.address.cmp(&b.address));
        found.dedup();
        let cut = found.len() > MAX_ENDPOINTS;
        found.truncate(MAX_ENDPOINTS);
        (found, cut)
    };
    let ((ready, ready_cut), (not_ready, not_ready_cut)) = (of(true), of(false));
    Service {
        uid: service.metadata.uid.clone().unwrap_or_default(),
        kind: spec.and_then(|spec| spec.type_.clone()).unwrap_or_else(|| "ClusterIP".to_owned()),
        cluster_ip: spec
            .and_then(|spec| spec.cluster_ip.clone())
            .filter(|ip| !ip.is_empty() && ip != "None"),
        selector: spec.and_then(|spec| spec.selector.clone()).unwrap_or_default(),
        ports: spec
            .and_then(|spec| spec.ports.as_deref())
            .unwrap_or_default()
            .iter()
            .map(port)
            .collect(),
        ready,
        not_ready,
        endpoints_truncated: ready_cut || not_ready_cut,
        name,
    }
}

fn port(port: &v1::ServicePort) -> ServicePort {
    ServicePort {
        name: port.name.clone(),
        port: u16::try_from(port.port).unwrap_or(0),
        target_port: port.target_port.as_ref().map(int_or_string),
    }
}
