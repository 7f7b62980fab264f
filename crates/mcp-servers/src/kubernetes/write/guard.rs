//! Namespaces in which nothing is written, whoever asks: the cluster's own, and Evenkeel's.
//!
//! The policies say so too. This is the fence for a server that somebody uses on its own, and for policies that
//! somebody has changed.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::ObjectKind;

use crate::failure::failure;
use crate::kubernetes::client::Kube;

/// The variable with namespaces that may be written to although they are protected, separated by commas.
pub(in crate::kubernetes) const UNPROTECTED: &str = "EVENKEEL_KUBERNETES_UNPROTECTED";
/// Where a pod finds the namespace it runs in.
const OWN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
/// The namespace that the installation uses.
const EVENKEEL: &str = "evenkeel";

/// Which namespaces are closed.
#[derive(Debug, Clone, Default)]
pub(in crate::kubernetes) struct Fence {
    /// The namespace this process runs in, if it is a pod.
    own: Option<String>,
    /// Opened by configuration.
    open: Vec<String>,
}

impl Fence {
    /// As this process's surroundings say.
    pub(in crate::kubernetes) fn from_env() -> Self {
        let own = std::fs::read_to_string(OWN).ok().map(|text| text.trim().to_owned());
        Self::new(own, &std::env::var(UNPROTECTED).unwrap_or_default())
    }

    fn new(own: Option<String>, open: &str) -> Self {
        let names = open.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self { own: own.filter(|name| !name.is_empty()), open: names.map(str::to_owned).collect() }
    }

    fn is_closed(&self, namespace: &str) -> bool {
        let protected = namespace.starts_with("kube-")
            || namespace == EVENKEEL
            || self.own.as_deref() == Some(namespace);
        protected && !self.open.iter().any(|open| open == namespace)
    }
}

/// Refuses a write in a closed namespace. Nodes have none.
pub(super) fn allow_namespace(
    kube: &Kube,
    of: ObjectKind,
    namespace: &str,
) -> Result<(), ToolFailure> {
    if of == ObjectKind::Node || !kube.fence().is_closed(namespace) {
        return Ok(());
    }
    Err(failure(
        codes::KUBERNETES_PROTECTED,
        format!(
            "nothing is written in the namespace {namespace}: it is the cluster's or Evenkeel's own"
        ),
        format!("Do it by hand; or, if Evenkeel is meant to, name the namespace in {UNPROTECTED}."),
    ))
}

#[cfg(test)]
mod tests {
    use super::Fence;

    #[test]
    fn the_cluster_s_and_our_own_namespaces_are_closed_until_configured() {
        let fence = Fence::new(Some("ops".to_owned()), "kube-public, ,monitoring");
        for closed in ["kube-system", "kube-node-lease", "evenkeel", "ops"] {
            assert!(fence.is_closed(closed), "{closed}");
        }
        for open in ["shop", "kube-public", "kubernetes-dashboard", "monitoring", ""] {
            assert!(!fence.is_closed(open), "{open}");
        }
        assert!(!Fence::new(None, "evenkeel").is_closed("evenkeel"));
    }
}
