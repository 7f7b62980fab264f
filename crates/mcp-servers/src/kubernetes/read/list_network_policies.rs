//! `list_network_policies`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    ListNetworkPoliciesArgs, NetworkPolicy, NetworkPolicyList, Traffic, TrafficRule,
};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::networking::v1;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection, page_params};
use crate::kubernetes::view::{int_or_string, selector, time};
use crate::text::clip;
use crate::tool::Tool;

/// Rules shown of one direction.
const MAX_RULES: usize = 50;
/// Peers and ports shown of one rule.
const MAX_PARTS: usize = 50;

/// The tool.
pub(in crate::kubernetes) struct ListNetworkPolicies;

impl Tool<Kube> for ListNetworkPolicies {
    type Args = ListNetworkPoliciesArgs;
    const TITLE: &'static str = "Network policies";
    const DESCRIPTION: &'static str = "Lists the network policies of a namespace, or those that apply to one pod: which \
        traffic each lets in and out.";

    async fn call(
        kube: &Kube,
        args: ListNetworkPoliciesArgs,
    ) -> Result<NetworkPolicyList, ToolFailure> {
        let path = collection::<v1::NetworkPolicy>(&args.namespace)?;
        let params = page_params(None, args.limit, args.after.as_deref())?;
        let labels = match &args.pod {
            Some(name) => {
                check("pod name", name)?;
                let pod: Pod = kube.get(collection::<Pod>(&args.namespace)?, name).await?;
                Some(pod.metadata.labels.unwrap_or_default())
            }
            None => None,
        };
        let page = kube.list::<v1::NetworkPolicy>(path, &params).await?;
        let applies = |policy: &&v1::NetworkPolicy| {
            let pods = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
            // Without a selector it applies to every pod.
            labels
                .as_ref()
                .is_none_or(|labels| pods.is_none_or(|pods| selector::fits(pods, labels)))
        };
        let mut policies: Vec<_> = page.items.iter().filter(applies).map(policy).collect();
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(NetworkPolicyList { policies, truncated: page.truncated(), next: page.next() })
    }

    fn summary(list: &NetworkPolicyList) -> String {
        let closed = |policy: &&NetworkPolicy| {
            [&policy.ingress, &policy.egress]
                .into_iter()
                .flatten()
                .any(|traffic| traffic.allow.is_empty() && !traffic.truncated)
        };
        let count = list.policies.iter().filter(closed).count();
        format!(
            "{} network policies, {count} that block a direction altogether.",
            list.policies.len()
        )
    }
}

fn policy(policy: &v1::NetworkPolicy) -> NetworkPolicy {
    let spec = policy.spec.as_ref();
    let types = spec.and_then(|spec| spec.policy_types.as_deref()).unwrap_or_default();
    let ingress = spec.and_then(|spec| spec.ingress.as_deref()).unwrap_or_default();
    let egress = spec.and_then(|spec| spec.egress.as_deref()).unwrap_or_default();
    let names = |kind: &str| types.iter().any(|name| name == kind);
    // Without types, says the API, ingress is meant, and egress if there are rules for it.
    let about_ingress = types.is_empty() || names("Ingress");
    let about_egress = names("Egress") || (types.is_empty() && !egress.is_empty());
    let incoming = ingress.iter().map(|rule| (rule.from.as_deref(), rule.ports.as_deref()));
    let outgoing = egress.iter().map(|rule| (rule.to.as_deref(), rule.ports.as_deref()));
    NetworkPolicy {
        name: policy.metadata.name.clone().unwrap_or_default(),
        pods: spec
            .and_then(|spec| spec.pod_selector.as_ref())
            .map(selector::text)
            .unwrap_or_default(),
        ingress: about_ingress.then(|| traffic(incoming)),
        egress: about_egress.then(|| traffic(outgoing)),
        created_at: time(policy.metadata.creation_timestamp.as_ref()),
    }
}

type Rule<'a> = (Option<&'a [v1::NetworkPolicyPeer]>, Option<&'a [v1::NetworkPolicyPort]>);

fn traffic<'a>(rules: impl Iterator<Item = Rule<'a>>) -> Traffic {
    let mut truncated = false;
    let mut allow = Vec::new();
    for (index, (peers, ports)) in rules.enumerate() {
        if index >= MAX_RULES {
            truncated = true;
            break;
        }
        let (peers, ports) = (peers.unwrap_or_default(), ports.unwrap_or_default());
        truncated |= peers.len() > MAX_PARTS || ports.len() > MAX_PARTS;
        allow.push(TrafficRule {
            peers: peers.iter().take(MAX_PARTS).map(peer).collect(),
            ports: ports.iter().take(MAX_PARTS).map(port).collect(),
        });
    }
    Traffic { allow, truncated }
}

fn peer(peer: &v1::NetworkPolicyPeer) -> String {
    let all = |text: String| if text.is_empty() { "all".to_owned() } else { text };
    let mut parts = Vec::new();
    if let Some(pods) = &peer.pod_selector {
        parts.push(format!("pods {}", all(selector::text(pods))));
    }
    if let Some(namespaces) = &peer.namespace_selector {
        parts.push(format!("namespaces {}", all(selector::text(namespaces))));
    }
    if let Some(block) = &peer.ip_block {
        let except = block.except.as_deref().unwrap_or_default();
        parts.push(if except.is_empty() {
            block.cidr.clone()
        } else {
            format!("{} except {}", block.cidr, except.join(", "))
        });
    }
    clip(&parts.join(" in "), 500).0
}

fn port(port: &v1::NetworkPolicyPort) -> String {
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    match (&port.port, port.end_port) {
        (Some(from), Some(to)) => format!("{protocol} {}-{to}", int_or_string(from)),
        (Some(only), None) => format!("{protocol} {}", int_or_string(only)),
        (None, _) => protocol.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::policy;
    use serde_json::{Value, json};

    fn view(spec: Value) -> evenkeel_tools::kubernetes::NetworkPolicy {
        policy(&serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": spec})).unwrap())
    }

    #[test]
    fn what_is_not_said_is_not_blocked() {
        let closed = view(json!({"podSelector": {}, "policyTypes": ["Ingress"]}));
        assert_eq!(closed.pods, "");
        assert!(closed.ingress.unwrap().allow.is_empty());
        assert!(closed.egress.is_none());
        let rules = view(json!({"podSelector": {"matchLabels": {"app": "db"}},
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
                {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "dns"}}}],
                "ports": [{"protocol": "UDP", "port": 53}, {"port": 5000, "endPort": 5010}]}, {}]}));
        assert_eq!(rules.pods, "app=db");
        assert!(rules.ingress.unwrap().allow.is_empty(), "without types, ingress is meant");
        let egress = rules.egress.unwrap().allow;
        assert_eq!(
            egress[0].peers,
            ["10.0.0.0/8 except 10.1.0.0/16", "pods app=dns in namespaces all"]
        );
        assert_eq!(egress[0].ports, ["UDP 53", "TCP 5000-5010"]);
        assert!(egress[1].peers.is_empty() && egress[1].ports.is_empty());
    }
}
