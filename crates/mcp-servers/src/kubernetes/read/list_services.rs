//! `list_services`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{Endpoint, ListServicesArgs, Service, ServiceList, ServicePort};
use k8s_openapi::api::core::v1;

use super::backends::{Backend, backends};
use super::related::events_of_named;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, is_asked, named_params};
use crate::kubernetes::view::int_or_string;
use crate::tool::Tool;

/// Addresses shown per Service and state.
const MAX_ENDPOINTS: usize = 100;

/// The tool.
pub(in crate::kubernetes) struct ListServices;

impl Tool<Kube> for ListServices {
    type Args = ListServicesArgs;
    const TITLE: &'static str = "Services";
    const DESCRIPTION: &'static str = "Lists Services with selector, ports and the ready and not ready addresses \
        behind them. A Service without ready addresses answers nobody.";

    async fn call(kube: &Kube, args: ListServicesArgs) -> Result<ServiceList, ToolFailure> {
        let name = args.name.as_deref();
        let params = named_params("Service name", name, args.limit, args.after.as_deref())?;
        let (page, backends) = futures::try_join!(
            kube.list::<v1::Service>(collection::<v1::Service>(&args.namespace)?, &params),
            backends(kube, &args.namespace, name),
        )?;
        let mut services: Vec<_> = page
            .items
            .iter()
            .filter(|service| is_asked(&service.metadata, name))
            .map(|found| service(found, &backends.found, backends.truncated))
            .collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        let namespace = Some(args.namespace.as_str());
        let metas = page.items.iter().map(|object| &object.metadata);
        let events = events_of_named(kube, namespace, "Service", name, metas).await;
        Ok(ServiceList { services, truncated: page.truncated(), next: page.next(), events })
    }

    fn summary(list: &ServiceList) -> String {
        let dead = list.services.iter().filter(|service| service.ready.is_empty()).count();
        format!("{} Services, {dead} without a ready address.", list.services.len())
    }
}

fn service(service: &v1::Service, backends: &[Backend], truncated: bool) -> Service {
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
        external_name: spec
            .and_then(|spec| spec.external_name.clone())
            .filter(|name| !name.is_empty()),
        load_balancer: service
            .status
            .as_ref()
            .and_then(|status| status.load_balancer.as_ref()?.ingress.as_deref())
            .unwrap_or_default()
            .iter()
            .take(20)
            .filter_map(|given| given.ip.clone().or_else(|| given.hostname.clone()))
            .collect(),
        selector: spec.and_then(|spec| spec.selector.clone()).unwrap_or_default(),
        ports: spec
            .and_then(|spec| spec.ports.as_deref())
            .unwrap_or_default()
            .iter()
            .map(port)
            .collect(),
        ready,
        not_ready,
        endpoints_truncated: ready_cut || not_ready_cut || truncated,
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
