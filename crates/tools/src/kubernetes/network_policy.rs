//! `list_network_policies`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_network_policies`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListNetworkPoliciesArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only policies that apply to this pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// At most so many are read: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_NETWORK_POLICIES, Read, ListNetworkPoliciesArgs => NetworkPolicyList);

/// Result of `list_network_policies`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicyList {
    /// The policies, by name. With none that applies, a pod may talk to everybody.
    pub policies: Vec<NetworkPolicy>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A network policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicy {
    /// Name.
    pub name: String,
    /// Label selector of the pods it applies to; empty for all pods of the namespace.
    pub pods: String,
    /// What may come in; `None` when it says nothing about that.
    pub ingress: Option<Traffic>,
    /// What may go out; `None` when it says nothing about that.
    pub egress: Option<Traffic>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
}

/// What a policy lets through in one direction. Everything else is blocked, as far as no other policy allows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    /// The rules (at most 50); none means that nothing is let through.
    pub allow: Vec<TrafficRule>,
    /// Whether rules were left out.
    pub truncated: bool,
}

/// One rule: any of the peers on any of the ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrafficRule {
    /// Peers in words: `pods app=web`, `namespaces team=a`, `10.0.0.0/8 except 10.1.0.0/16`. Empty for everybody.
    pub peers: Vec<String>,
    /// Ports: `TCP 8080`, `UDP 5000-5010`. Empty for all ports.
    pub ports: Vec<String>,
}
