//! `list_services`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, names};
use crate::tool;

/// Arguments of `list_services`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListServicesArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only the Service of this name, with its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_SERVICES, Read, ListServicesArgs => ServiceList);

/// Result of `list_services`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceList {
    /// The Services, by name.
    pub services: Vec<Service>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Events about it, when one was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<ObjectEvents>,
}

/// A Service with what stands behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its address, `None` for a headless Service.
    pub cluster_ip: Option<String>,
    /// Name that an `ExternalName` Service stands for.
    #[serde(default)]
    pub external_name: Option<String>,
    /// Addresses a load balancer was given; empty while it has none.
    #[serde(default)]
    pub load_balancer: Vec<String>,
    /// Labels its pods must carry; empty when endpoints are managed by hand.
    pub selector: BTreeMap<String, String>,
    /// Ports.
    pub ports: Vec<ServicePort>,
    /// Addresses that take traffic (at most 100).
    pub ready: Vec<Endpoint>,
    /// Addresses that don't (at most 100).
    pub not_ready: Vec<Endpoint>,
    /// Whether endpoints were left out.
    pub endpoints_truncated: bool,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    /// Name.
    pub name: Option<String>,
    /// Port of the Service.
    pub port: u16,
    /// Port, by number or name, of the pod.
    pub target_port: Option<String>,
}

/// One address behind a Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// IP address or host name.
    pub address: String,
    /// The pod behind it, where known.
    pub pod: Option<String>,
}
