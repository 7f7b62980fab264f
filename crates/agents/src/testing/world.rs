//! Kubernetes as analyzers see it.

use std::collections::BTreeMap;

use evenkeel_domain::{Timestamp, evidence::Citation, id::EvidenceId};
use evenkeel_tools::kubernetes::{
    Container, ContainerState, Deployment, DeploymentList, DeploymentSummary, Endpoint, Event,
    EventList, EventType, Hpa, HpaList, LogLine, Node, ObjectRef, Pod, PodCondition, PodList,
    PodLogs, Probe, Pvc, PvcList, Quantity, Quota, QuotaItem, QuotaList, Resources, Revision,
    RolloutHistory, Service, ServiceList, Strategy, TemplateContainer, Terminated, WorkloadKind,
    WorkloadReplicas,
};
use serde::Serialize;

use super::{evidence_id, unique};
use crate::{
    bench::Answer,
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView},
};

/// Now is 0.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

/// An answer with fresh evidence.
pub fn answer<T>(value: T) -> Answer<T> {
    Answer { evidence: evidence_id(), value }
}

/// A pod being built.
#[derive(Clone)]
pub struct PodB(pub Pod);

fn probe() -> Probe {
    Probe {
        target: "http GET :8080/ready".into(),
        initial_delay_seconds: 1,
        period_seconds: 5,
        timeout_seconds: 1,
        failure_threshold: 3,
    }
}

fn resources() -> Resources {
    Resources { memory_limit: Quantity::parse("64Mi"), ..Resources::default() }
}

/// A healthy pod of Deployment `name`, of the ReplicaSet `name-hash`.
pub fn pod(name: &str, hash: &str, n: u32) -> PodB {
    let owner = |kind: &str, name: String| ObjectRef { kind: kind.into(), name };
    PodB(Pod {
        name: format!("{name}-{hash}77d9-x{n}7k2"),
        namespace: "shop".into(),
        uid: format!("uid-{}", unique()),
        resource_version: "1".into(),
        phase: "Running".into(),
        reason: None,
        message: None,
        node: Some("n1".into()),
        pod_ip: None,
        owners: vec![
            owner("ReplicaSet", format!("{name}-{hash}")),
            owner("Deployment", name.into()),
        ],
        labels: BTreeMap::from([("app".into(), name.into())]),
        created_at: Some(at(-110)),
        deleted_at: None,
        qos_class: None,
        conditions: Vec::new(),
        containers: vec![Container {
            name: "main".into(),
            image: format!("registry.local/{name}:1"),
            init: false,
            ready: Some(true),
            restart_count: Some(0),
            state: ContainerState::Running { started_at: Some(at(-108)) },
            last_termination: None,
            resources: resources(),
            readiness_probe: Some(probe()),
            liveness_probe: None,
            startup_probe: None,
            config_references: Vec::new(),
        }],
    })
}

fn ended(code: i32, reason: &str, started: i64, finished: Timestamp) -> Terminated {
    Terminated {
        exit_code: code,
        signal: None,
        reason: Some(reason.into()),
        message: None,
        started_at: Some(at(started)),
        finished_at: Some(finished),
    }
}

impl PodB {
    fn container(mut self, change: impl FnOnce(&mut Container)) -> Self {
        change(&mut self.0.containers[0]);
        self
    }

    pub fn crashing(self, code: i32, restarts: u32) -> Self {
        self.container(|c| {
            c.ready = Some(false);
            c.restart_count = Some(restarts);
            c.state = ContainerState::Waiting {
                reason: Some("CrashLoopBackOff".into()),
                message: Some("back-off 40s restarting failed container".into()),
            };
            c.last_termination = Some(ended(code, "Error", -100, at(-40)));
        })
    }

    pub fn crashed_at(self, when: Timestamp, restarts: u32) -> Self {
        self.container(|c| {
            c.restart_count = Some(restarts);
            c.last_termination =
                Some(Terminated { started_at: None, ..ended(1, "Error", 0, when) });
        })
    }

    pub fn restarted_once(self) -> Self {
        self.crashed_at(at(-60), 1)
    }

    pub fn oom_killed(self, restarts: u32) -> Self {
        self.container(|c| {
            c.restart_count = Some(restarts);
            c.ready = Some(false);
            c.state =
                ContainerState::Waiting { reason: Some("CrashLoopBackOff".into()), message: None };
            c.last_termination = Some(ended(137, "OOMKilled", -90, at(-40)));
        })
    }

    pub fn waiting(self, reason: &str, message: &str) -> Self {
        let mut this = self.container(|c| {
            c.ready = Some(false);
            c.state = ContainerState::Waiting {
                reason: Some(reason.into()),
                message: Some(message.into()),
            };
        });
        this.0.phase = "Pending".into();
        this
    }

    pub fn unready(self) -> Self {
        self.container(|c| c.ready = Some(false))
    }

    pub fn unschedulable(mut self, message: &str) -> Self {
        self.0.phase = "Pending".into();
        self.0.node = None;
        self.0.conditions.push(PodCondition {
            kind: "PodScheduled".into(),
            status: Some(false),
            reason: Some("Unschedulable".into()),
            message: Some(message.into()),
            since: Some(at(-100)),
        });
        self.container(|c| {
            c.ready = None;
            c.restart_count = None;
            c.state = ContainerState::Unknown;
        })
    }

    pub fn created(mut self, when: Timestamp) -> Self {
        self.0.created_at = Some(when);
        self.container(|c| c.state = ContainerState::Running { started_at: Some(when) })
    }

    /// Noted by Kubernetes as disturbed from outside.
    pub fn disrupted(mut self, reason: &str) -> Self {
        self.0.conditions.push(PodCondition {
            kind: "DisruptionTarget".into(),
            status: Some(true),
            reason: Some(reason.into()),
            message: None,
            since: Some(at(-60)),
        });
        self
    }

    pub fn deleted(mut self) -> Self {
        self.0.deleted_at = Some(at(-1));
        self
    }
}

/// A failed pod of a Job.
pub fn job_pod(job: &str, n: u32, reason: Option<&str>) -> PodB {
    let mut pod = pod(job, "aaaa", n);
    pod.0.owners = vec![ObjectRef { kind: "Job".into(), name: job.into() }];
    pod.0.phase = "Failed".into();
    pod.0.reason = reason.map(str::to_owned);
    pod.0.containers.clear();
    pod
}

/// A pod of a StatefulSet, of the ControllerRevision `name-hash`.
pub fn set_pod(name: &str, hash: &str, n: u32) -> PodB {
    let mut pod = pod(name, hash, n);
    pod.0.name = format!("{name}-{n}");
    pod.0.owners = vec![ObjectRef { kind: "StatefulSet".into(), name: name.into() }];
    pod.0.labels.insert("controller-revision-hash".into(), format!("{name}-{hash}"));
    pod
}

/// The revisions of a Deployment as those of a StatefulSet.
pub fn history(deployment: DepB) -> RolloutHistory {
    let d = deployment.build();
    RolloutHistory {
        kind: WorkloadKind::StatefulSet,
        namespace: d.namespace,
        name: d.name,
        uid: d.uid,
        generation: d.generation,
        observed_generation: d.observed_generation,
        selector: d.selector,
        replicas: d.replicas,
        on_delete: false,
        revisions: d.revisions,
        revisions_truncated: false,
    }
}

/// A Deployment being built.
#[derive(Clone)]
pub struct DepB(Deployment);

/// A Deployment of two replicas without revisions.
pub fn deployment(name: &str) -> DepB {
    DepB(Deployment {
        name: name.into(),
        namespace: "shop".into(),
        uid: format!("uid-{name}"),
        resource_version: "77".into(),
        generation: 5,
        observed_generation: Some(5),
        labels: BTreeMap::new(),
        selector: BTreeMap::from([("app".into(), name.into())]),
        created_at: Some(at(-100_000)),
        replicas: full(2),
        strategy: Strategy { kind: "RollingUpdate".into(), max_surge: None, max_unavailable: None },
        paused: false,
        progress_deadline_seconds: Some(600),
        conditions: Vec::new(),
        containers: vec![TemplateContainer {
            name: "main".into(),
            image: format!("registry.local/{name}:1"),
            init: false,
            env: Vec::new(),
            resources: resources(),
            readiness_probe: Some(probe()),
            liveness_probe: None,
            startup_probe: None,
            config_references: Vec::new(),
        }],
        volume_references: Vec::new(),
        change_cause: None,
        revision: None,
        revisions: Vec::new(),
        revisions_truncated: false,
        action_id: None,
        unread: Vec::new(),
        events: evenkeel_tools::kubernetes::ObjectEvents::default(),
    })
}

fn full(n: u32) -> WorkloadReplicas {
    WorkloadReplicas { desired: n, current: n, updated: n, ready: n, available: n, unavailable: 0 }
}

impl DepB {
    /// Adds a revision, the current one from now on.
    pub fn revision(mut self, number: i64, hash: &str, created: Timestamp) -> Self {
        let d = &mut self.0;
        for revision in &mut d.revisions {
            revision.current = false;
            revision.replicas = 0;
            revision.ready = 0;
        }
        let before = d.revisions.first().map(|r| r.images[0].clone());
        let image = format!("registry.local/{}:{number}", d.name);
        let diff = before.map(|before| {
            format!("--- before\n+++ after\n@@ -1 +1 @@\n-  image: {before}\n+  image: {image}\n")
        });
        d.revision = Some(number);
        d.revisions.insert(
            0,
            Revision {
                revision: number,
                replica_set: format!("{}-{hash}", d.name),
                created_at: Some(created),
                current: true,
                replicas: d.replicas.desired,
                ready: d.replicas.ready,
                images: vec![image],
                source: None,
                change_cause: None,
                template_hash: Some(hash.into()),
                diff_from_previous: diff,
            },
        );
        self
    }

    pub fn diff(mut self, diff: &str) -> Self {
        self.0.revisions[0].diff_from_previous = Some(diff.into());
        self
    }

    pub fn new_pods_ready(mut self, ready: u32) -> Self {
        self.0.replicas.unavailable = 1;
        self.0.replicas.updated = 1;
        self.0.replicas.current = 3;
        self.0.revisions[0].ready = ready;
        self
    }

    pub fn build(self) -> Deployment {
        self.0
    }
}

/// A namespace being built.
#[derive(Clone, Default)]
pub struct NsB(pub NamespaceView);

/// An empty namespace `shop` in which everything could be seen.
pub fn namespace() -> NsB {
    NsB(NamespaceView {
        name: "shop".into(),
        deployments: Some(answer(DeploymentList {
            deployments: Vec::new(),
            truncated: false,
            next: None,
        })),
        pods: Some(answer(PodList {
            pods: Vec::new(),
            truncated: false,
            next: None,
            unread: Vec::new(),
        })),
        events: Some(answer(EventList { events: Vec::new(), truncated: false, next: None })),
        services: Some(answer(ServiceList::default())),
        hpas: Some(answer(HpaList::default())),
        quotas: Some(answer(QuotaList { quotas: Vec::new(), truncated: false, next: None })),
        pvcs: Some(answer(PvcList::default())),
        details: Vec::new(),
        histories: Vec::new(),
        logs: Vec::new(),
    })
}

impl NsB {
    pub fn pods(mut self, pods: Vec<PodB>) -> Self {
        self.0.pods.as_mut().unwrap().value.pods.extend(pods.into_iter().map(|p| p.0));
        self
    }

    pub fn log(mut self, pod: &PodB, lines: &[&str]) -> Self {
        self.0.logs.push(answer(PodLogs {
            pod: pod.0.name.clone(),
            container: Some("main".into()),
            previous: true,
            lines: lines.iter().map(|t| LogLine { at: None, text: (*t).to_owned() }).collect(),
            ..PodLogs::default()
        }));
        self
    }

    pub fn event(
        mut self,
        kind: &str,
        name: &str,
        reason: &str,
        message: &str,
        count: u32,
    ) -> Self {
        self.0.events.as_mut().unwrap().value.events.push(Event {
            kind: EventType::Warning,
            reason: reason.into(),
            message: message.into(),
            count,
            first_seen: Some(at(-100)),
            last_seen: Some(at(-5)),
            object: ObjectRef { kind: kind.into(), name: name.into() },
            source: None,
        });
        self
    }

    /// A Deployment, in the list and to be looked at closely.
    pub fn detail(mut self, deployment: DepB) -> Self {
        let d = deployment.build();
        self.0.deployments.as_mut().unwrap().value.deployments.push(DeploymentSummary {
            name: d.name.clone(),
            uid: d.uid.clone(),
            labels: d.labels.clone(),
            selector: d.selector.clone(),
            replicas: d.replicas,
            images: Vec::new(),
            revision: d.revision,
            generation: d.generation,
            observed_generation: d.observed_generation,
            paused: d.paused,
            created_at: d.created_at,
        });
        self.0.details.push(answer(d));
        self
    }

    /// A StatefulSet's revisions.
    pub fn history(mut self, deployment: DepB) -> Self {
        self.0.histories.push(answer(history(deployment)));
        self
    }

    pub fn deployments(mut self, all: &[(&str, u32, u32)]) -> Self {
        for (name, desired, ready) in all {
            let mut d = deployment(name);
            d.0.replicas = WorkloadReplicas {
                ready: *ready,
                available: *ready,
                unavailable: desired - ready,
                ..full(*desired)
            };
            self = self.detail(d);
        }
        self
    }

    pub fn service(mut self, name: &str, workload: &str, ready: usize) -> Self {
        self.0.services.as_mut().unwrap().value.services.push(Service {
            name: name.into(),
            uid: format!("uid-{name}"),
            kind: "ClusterIP".into(),
            selector: BTreeMap::from([("app".into(), workload.into())]),
            ready: (0..ready)
                .map(|n| Endpoint { address: format!("10.0.0.{n}"), pod: None })
                .collect(),
            ..Service::default()
        });
        self
    }

    pub fn quota(mut self, name: &str, resource: &str, hard: &str, used: &str) -> Self {
        self.0.quotas.as_mut().unwrap().value.quotas.push(quota(name, resource, hard, used));
        self
    }

    pub fn pvc(mut self, name: &str, phase: &str, age: i64) -> Self {
        self.0.pvcs.as_mut().unwrap().value.pvcs.push(Pvc {
            name: name.into(),
            phase: phase.into(),
            requested: None,
            capacity: None,
            storage_class: Some("fast".into()),
            volume: None,
            access_modes: Vec::new(),
            created_at: Some(at(age)),
            deleted_at: None,
        });
        self
    }

    pub fn hpa(mut self, target: &str, desired: u32, max: u32) -> Self {
        self.0.hpas.as_mut().unwrap().value.hpas.push(Hpa {
            name: format!("{target}-hpa"),
            target: ObjectRef { kind: "Deployment".into(), name: target.into() },
            min_replicas: 1,
            max_replicas: max,
            current_replicas: Some(desired),
            desired_replicas: desired,
            last_scale_at: None,
            metrics: Vec::new(),
            conditions: Vec::new(),
        });
        self
    }
}

pub fn quota(name: &str, resource: &str, hard: &str, used: &str) -> Quota {
    Quota {
        name: name.into(),
        items: vec![QuotaItem {
            resource: resource.into(),
            hard: Quantity::parse(hard).unwrap(),
            used: Quantity::parse(used),
        }],
    }
}

pub fn node(name: &str, ready: Option<bool>, pressure: Option<&str>) -> Node {
    let condition = |kind: &str, status| PodCondition {
        kind: kind.into(),
        status,
        reason: Some(format!("Kubelet{kind}")),
        message: None,
        since: Some(at(-300)),
    };
    let mut conditions = vec![condition("Ready", ready)];
    conditions.extend(pressure.map(|kind| condition(kind, Some(true))));
    Node {
        name: name.into(),
        uid: format!("uid-{name}"),
        ready,
        unschedulable: false,
        conditions,
        ..Node::default()
    }
}

/// A view of one namespace.
pub fn view(fill: impl FnOnce(NsB) -> NsB) -> KubernetesView {
    KubernetesView {
        now: at(0),
        onset: at(-30),
        namespaces: vec![fill(namespace()).0],
        nodes: None,
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(&serde_json::to_value(value).unwrap()).unwrap()
}

/// Every citation stands in the answer it names, and every finding cites something.
pub fn assert_quotes(view: &KubernetesView, found: &[Draft]) {
    let mut texts = BTreeMap::new();
    let mut keep = |evidence: EvidenceId, text: String| texts.insert(evidence, text);
    for ns in &view.namespaces {
        ns.deployments.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.pods.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.events.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.services.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.hpas.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.quotas.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.pvcs.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.details.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.histories.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
        ns.logs.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
    }
    view.nodes.iter().for_each(|a| drop(keep(a.evidence, json(&a.value))));
    assert_found(&texts, found);
}

pub fn assert_found(texts: &BTreeMap<EvidenceId, String>, found: &[Draft]) {
    for draft in found {
        assert!(!draft.evidence.is_empty(), "{} cites nothing", draft.summary);
        for Citation { evidence, quote } in &draft.evidence {
            let text = texts.get(evidence).map_or("", String::as_str);
            assert!(quote::stands_in(quote, text), "`{quote}` does not stand in\n{text}");
        }
    }
}
