//! Recorded answers read again: what the findings do not carry.

use evenkeel_domain::{IncidentState, Timestamp, id::EvidenceId};
use evenkeel_tools::{
    ToolArguments,
    kubernetes::{ContainerState, Deployment, GetDeploymentArgs, ListPodsArgs, PodList},
};
use jiff::SignedDuration;

use crate::bench::{Bench, Interrupted};

/// A pod younger than this has not shown yet what is wrong with it.
const YOUNG: SignedDuration = SignedDuration::from_secs(15);

/// Recorded answers of the Kubernetes server.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Deployments, the latest reading of each.
    pub deployments: Vec<(EvidenceId, Deployment)>,
    /// Lists of pods, the latest of each namespace, with it.
    pub pods: Vec<(EvidenceId, String, PodList)>,
}

/// Reads them.
pub async fn read(bench: &dyn Bench, state: &IncidentState) -> Result<Recorded, Interrupted> {
    let mut recorded = Recorded::default();
    // Ids sort by time, so the latest comes last.
    for evidence in state.evidence.values().rev().filter(|e| e.answered()) {
        if evidence.server != GetDeploymentArgs::SERVER {
            continue;
        }
        if evidence.tool == GetDeploymentArgs::NAME {
            let Some(text) = bench.text(evidence.id).await? else { continue };
            let Ok(deployment) = serde_json::from_str::<Deployment>(&text) else { continue };
            let known = recorded
                .deployments
                .iter()
                .any(|(_, d)| d.namespace == deployment.namespace && d.name == deployment.name);
            if !known {
                recorded.deployments.push((evidence.id, deployment));
            }
        } else if evidence.tool == ListPodsArgs::NAME {
            let Some(text) = bench.text(evidence.id).await? else { continue };
            let Ok(pods) = serde_json::from_str::<PodList>(&text) else { continue };
            let Some(namespace) = evidence.arguments.get("namespace").and_then(|n| n.as_str())
            else {
                continue;
            };
            if recorded.pods.iter().all(|(_, known, _)| known != namespace) {
                recorded.pods.push((evidence.id, namespace.to_owned(), pods));
            }
        }
    }
    Ok(recorded)
}

impl Recorded {
    /// The reading of a Deployment.
    pub fn deployment(&self, namespace: &str, name: &str) -> Option<&(EvidenceId, Deployment)> {
        self.deployments.iter().find(|(_, d)| d.namespace == namespace && d.name == name)
    }

    /// The list of pods of a namespace.
    pub fn pods(&self, namespace: &str) -> Option<EvidenceId> {
        self.pods.iter().find(|(_, known, _)| known == namespace).map(|(id, ..)| *id)
    }

    /// A pod that is too young to show what is wrong with it.
    pub fn unsettled(&self, now: Timestamp) -> Option<&str> {
        self.pods.iter().flat_map(|(.., list)| &list.pods).find_map(|pod| {
            let young = pod.created_at.is_some_and(|at| now.duration_since(at) < YOUNG);
            let starting = pod.containers.iter().any(|c| {
                matches!(&c.state, ContainerState::Waiting { reason, .. }
                    if matches!(reason.as_deref(), None | Some("ContainerCreating")))
            });
            (pod.deleted_at.is_none() && (young || starting)).then_some(pod.name.as_str())
        })
    }
}
