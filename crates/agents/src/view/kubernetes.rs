//! What the Kubernetes specialist saw.

use evenkeel_domain::{Timestamp, id::EvidenceId};
use evenkeel_tools::kubernetes::{
    Container, Deployment, DeploymentList, Event, EventList, HpaList, NodeList, Pod, PodList,
    PodLogs, PvcList, QuotaList, RolloutHistory, ServiceList,
};

use crate::bench::Answer;

/// What was seen. What could not be seen is `None`, never empty.
#[derive(Debug, Clone)]
pub struct KubernetesView {
    /// Now.
    pub now: Timestamp,
    /// When the first alert began to fire.
    pub onset: Timestamp,
    /// Namespace by namespace.
    pub namespaces: Vec<NamespaceView>,
    /// The nodes.
    pub nodes: Option<Answer<NodeList>>,
}

/// One namespace.
#[derive(Debug, Clone, Default)]
pub struct NamespaceView {
    /// Its name.
    pub name: String,
    /// Deployments in short.
    pub deployments: Option<Answer<DeploymentList>>,
    /// Pods.
    pub pods: Option<Answer<PodList>>,
    /// Events.
    pub events: Option<Answer<EventList>>,
    /// Services.
    pub services: Option<Answer<ServiceList>>,
    /// Autoscalers.
    pub hpas: Option<Answer<HpaList>>,
    /// Quotas.
    pub quotas: Option<Answer<QuotaList>>,
    /// Volume claims.
    pub pvcs: Option<Answer<PvcList>>,
    /// The Deployments looked at closely.
    pub details: Vec<Answer<Deployment>>,
    /// Revisions of the `StatefulSets` and `DaemonSets` looked at closely.
    pub histories: Vec<Answer<RolloutHistory>>,
    /// Logs of failing containers.
    pub logs: Vec<Answer<PodLogs>>,
}

impl NamespaceView {
    /// Pods that are meant to run: neither being deleted nor done.
    pub fn live_pods(&self) -> impl Iterator<Item = (EvidenceId, &Pod)> {
        self.pods.iter().flat_map(|answer| {
            answer
                .value
                .pods
                .iter()
                .filter(|pod| pod.deleted_at.is_none() && pod.phase != "Succeeded")
                .map(|pod| (answer.evidence, pod))
        })
    }

    /// Containers of those pods.
    pub fn containers(&self) -> impl Iterator<Item = (EvidenceId, &Pod, &Container)> {
        self.live_pods()
            .flat_map(|(evidence, pod)| pod.containers.iter().map(move |c| (evidence, pod, c)))
    }

    /// Events about an object, newest first.
    pub fn events_about<'a>(
        &'a self,
        kind: &'a str,
        name: &'a str,
    ) -> impl Iterator<Item = (EvidenceId, &'a Event)> {
        self.all_events().filter(move |(_, e)| e.object.kind == kind && e.object.name == name)
    }

    /// All events, newest first.
    pub fn all_events(&self) -> impl Iterator<Item = (EvidenceId, &Event)> {
        self.events
            .iter()
            .flat_map(|answer| answer.value.events.iter().map(|event| (answer.evidence, event)))
    }

    /// The log kept of a container; that of the crashed run before that of the present one.
    pub fn log(&self, pod: &str, container: &str) -> Option<&Answer<PodLogs>> {
        let of = |previous: bool| {
            self.logs.iter().find(|log| {
                log.value.pod == pod
                    && log.value.previous == previous
                    && log.value.container.as_deref().is_none_or(|c| c == container)
                    && !log.value.lines.is_empty()
            })
        };
        of(true).or_else(|| of(false))
    }
}
