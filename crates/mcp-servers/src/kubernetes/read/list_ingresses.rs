//! `list_ingresses`.

use std::collections::BTreeSet;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    BackendState, Ingress, IngressBackend, IngressList, IngressRoute, ListIngressesArgs,
};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1;
use kube::api::ListParams;

use super::backends::{Backend, Backends, backends};
use super::related::events_of_named;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, is_asked, named_params};
use crate::kubernetes::view::time;
use crate::tool::Tool;

/// Routes shown of one Ingress.
const MAX_ROUTES: usize = 100;

/// The tool.
pub(in crate::kubernetes) struct ListIngresses;

impl Tool<Kube> for ListIngresses {
    type Args = ListIngressesArgs;
    const TITLE: &'static str = "Ingresses";
    const DESCRIPTION: &'static str = "Lists Ingresses with their routes and, for each, whether its Service and port \
        exist and how many addresses take traffic there.";

    async fn call(kube: &Kube, args: ListIngressesArgs) -> Result<IngressList, ToolFailure> {
        let name = args.name.as_deref();
        let params = named_params("Ingress name", name, args.limit, args.after.as_deref())?;
        let (page, services, backends) = futures::try_join!(
            kube.list::<v1::Ingress>(collection::<v1::Ingress>(&args.namespace)?, &params),
            kube.list_whole(collection::<Service>(&args.namespace)?, ListParams::default()),
            backends(kube, &args.namespace, None),
        )?;
        let behind = Behind { services: services.0, services_truncated: services.1, backends };
        let found = page.items.iter().filter(|ingress| is_asked(&ingress.metadata, name));
        let mut ingresses: Vec<_> = found.map(|found| ingress(found, &behind)).collect();
        ingresses.sort_by(|a, b| a.name.cmp(&b.name));
        let namespace = Some(args.namespace.as_str());
        let metas = page.items.iter().map(|object| &object.metadata);
        let events = events_of_named(kube, namespace, "Ingress", name, metas).await;
        Ok(IngressList { ingresses, truncated: page.truncated(), next: page.next(), events })
    }

    fn summary(list: &IngressList) -> String {
        let dead = |route: &&IngressRoute| match &route.backend {
            IngressBackend::Service { state, ready, .. } => {
                matches!(state, BackendState::NoService | BackendState::NoPort)
                    || *ready == 0 && *state == BackendState::Found
            }
            IngressBackend::Resource { .. } | IngressBackend::Unknown => false,
        };
        let count = list.ingresses.iter().flat_map(|ingress| &ingress.routes).filter(dead).count();
        format!("{} Ingresses, {count} routes that lead nowhere.", list.ingresses.len())
    }
}

/// What may stand behind an Ingress.
struct Behind {
    services: Vec<Service>,
    services_truncated: bool,
    backends: Backends,
}

fn ingress(ingress: &v1::Ingress, behind: &Behind) -> Ingress {
    let (meta, spec) = (&ingress.metadata, ingress.spec.as_ref());
    let mut routes = Vec::new();
    for rule in spec.and_then(|spec| spec.rules.as_deref()).unwrap_or_default() {
        for path in rule.http.iter().flat_map(|http| &http.paths) {
            routes.push(IngressRoute {
                host: rule.host.clone().filter(|host| !host.is_empty()),
                path: path.path.clone(),
                path_type: Some(path.path_type.clone()),
                backend: backend(&path.backend, behind),
            });
        }
    }
    if let Some(default) = spec.and_then(|spec| spec.default_backend.as_ref()) {
        let backend = backend(default, behind);
        routes.push(IngressRoute { host: None, path: None, path_type: None, backend });
    }
    let routes_truncated = routes.len() > MAX_ROUTES;
    routes.truncate(MAX_ROUTES);
    let given = ingress
        .status
        .as_ref()
        .and_then(|status| status.load_balancer.as_ref()?.ingress.as_deref())
        .unwrap_or_default();
    let tls = spec.and_then(|spec| spec.tls.as_deref()).unwrap_or_default();
    Ingress {
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        class: spec.and_then(|spec| spec.ingress_class_name.clone()),
        routes,
        routes_truncated,
        tls_hosts: tls
            .iter()
            .flat_map(|tls| tls.hosts.iter().flatten())
            .take(100)
            .cloned()
            .collect(),
        addresses: given
            .iter()
            .take(20)
            .filter_map(|given| given.ip.clone().or_else(|| given.hostname.clone()))
            .collect(),
        created_at: time(meta.creation_timestamp.as_ref()),
    }
}

fn backend(backend: &v1::IngressBackend, behind: &Behind) -> IngressBackend {
    if let Some(service) = &backend.service {
        let found = behind
            .services
            .iter()
            .find(|found| found.metadata.name.as_ref() == Some(&service.name));
        let port = service.port.as_ref();
        let (state, serves) = match found.map(|found| port_of(found, port)) {
            Some(Some(port)) => (BackendState::Found, port),
            Some(None) => (BackendState::NoPort, Port::Any),
            None if behind.services_truncated => (BackendState::Unknown, Port::Any),
            None => (BackendState::NoService, Port::Any),
        };
        let ready = behind.backends.found.iter().filter(|backend| {
            let serves = match serves {
                Port::Named(name) => backend.ports.iter().any(|port| port == name),
                Port::Any => true,
            };
            backend.ready && serves && backend.service == service.name
        });
        // A pod with an address of each family stands in two slices.
        let ready: BTreeSet<_> = ready
            .map(|Backend { endpoint, .. }| endpoint.pod.as_ref().unwrap_or(&endpoint.address))
            .collect();
        return IngressBackend::Service {
            name: service.name.clone(),
            port: port.and_then(|port| {
                port.name.clone().or_else(|| port.number.map(|number| number.to_string()))
            }),
            state,
            ready: u32::try_from(ready.len()).unwrap_or(u32::MAX),
        };
    }
    match &backend.resource {
        Some(resource) => {
            IngressBackend::Resource { kind: resource.kind.clone(), name: resource.name.clone() }
        }
        None => IngressBackend::Unknown,
    }
}

/// A port of a Service.
#[derive(Clone, Copy)]
enum Port<'a> {
    /// The one of this name.
    Named(&'a str),
    /// Whichever: none is named, or nothing is known of them.
    Any,
}

/// The port of a Service that an Ingress names; `None` when there is none.
fn port_of<'a>(service: &'a Service, wanted: Option<&v1::ServiceBackendPort>) -> Option<Port<'a>> {
    let Some(wanted) = wanted else { return Some(Port::Any) };
    let spec = service.spec.as_ref();
    // Nothing is known of the ports of what an ExternalName stands for.
    if spec.and_then(|spec| spec.type_.as_deref()) == Some("ExternalName") {
        return Some(Port::Any);
    }
    let mut ports = spec.and_then(|spec| spec.ports.as_deref()).unwrap_or_default().iter();
    let port = ports.find(|port| match (&wanted.name, wanted.number) {
        (Some(name), _) => port.name.as_ref() == Some(name),
        (None, Some(number)) => port.port == number,
        (None, None) => true,
    })?;
    Some(Port::Named(port.name.as_deref().unwrap_or_default()))
}
