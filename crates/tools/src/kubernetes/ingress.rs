//! `list_ingresses`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, names};
use crate::tool;

/// Arguments of `list_ingresses`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListIngressesArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only the Ingress of this name, with its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_INGRESSES, Read, ListIngressesArgs => IngressList);

/// Result of `list_ingresses`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngressList {
    /// The Ingresses, by name.
    pub ingresses: Vec<Ingress>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Events about it, when one was asked for by name.
    pub events: Option<ObjectEvents>,
}

/// An Ingress with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ingress {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Its class.
    pub class: Option<String>,
    /// Routes, the default backend last (at most 100).
    pub routes: Vec<IngressRoute>,
    /// Whether routes were left out.
    pub routes_truncated: bool,
    /// Hosts served with TLS.
    pub tls_hosts: Vec<String>,
    /// Addresses the load balancer was given; empty while it has none.
    pub addresses: Vec<String>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
}

/// A route of an Ingress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngressRoute {
    /// Host; every host when absent.
    pub host: Option<String>,
    /// Path; `None` for the default backend.
    pub path: Option<String>,
    /// `Exact`, `Prefix` or `ImplementationSpecific`.
    pub path_type: Option<String>,
    /// Where requests go.
    pub backend: IngressBackend,
}

/// Where an Ingress sends requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "to", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum IngressBackend {
    /// To a Service.
    Service {
        /// Its name.
        name: String,
        /// Its port, by number or name.
        port: Option<String>,
        /// Whether the Service exists and has the port.
        state: BackendState,
        /// Addresses behind the Service that take traffic.
        ready: u32,
    },
    /// To another object.
    Resource {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
    /// The API server names none.
    Unknown,
}

/// Whether an Ingress's Service is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BackendState {
    /// The Service exists and has the port.
    Found,
    /// There is no such Service.
    NoService,
    /// The Service has no such port.
    NoPort,
    /// Not all Services could be read, and this one was not among them.
    Unknown,
}
