//! Findings by the workload they are about.
//!
//! A Deployment, its pods and the Services before it are one case: metrics speak of a service,
//! Kubernetes of a Deployment. Nodes, quotas and claims are cases of their own.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp,
    finding::{Finding, FindingKind},
    object::{ObjectKind, ObjectRef},
};

/// Everything found about one workload.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The workload.
    pub object: ObjectRef,
    /// What was found, in the order it was found.
    pub findings: Vec<&'a Finding>,
}

impl<'a> Case<'a> {
    /// The first finding of a kind.
    pub fn first(&self, kind: FindingKind) -> Option<&'a Finding> {
        self.findings.iter().find(|f| f.kind == kind).copied()
    }

    /// Whether something of a kind was found.
    pub fn has(&self, kind: FindingKind) -> bool {
        self.first(kind).is_some()
    }

    /// The first finding of any of the kinds, in the order of the kinds.
    pub fn any(&self, kinds: &[FindingKind]) -> Option<&'a Finding> {
        kinds.iter().find_map(|kind| self.first(*kind))
    }

    /// When the first of these kinds began.
    pub fn onset(&self, kinds: &[FindingKind]) -> Option<Timestamp> {
        self.findings.iter().filter(|f| kinds.contains(&f.kind)).filter_map(|f| f.since).min()
    }
}

/// Groups findings into cases. What only informs people is left out, here and so everywhere behind.
pub fn cases(findings: &[Finding]) -> Vec<Case<'_>> {
    let aliases = aliases(findings);
    let mut groups: BTreeMap<(String, String, bool), Case<'_>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !finding.kind.only_informs()) {
        let object = &finding.object;
        let own = stands_alone(object.kind) && !finding.facts.contains_key("workload");
        let name = finding
            .facts
            .get("workload")
            .cloned()
            .or_else(|| aliases.get(&(object.namespace.clone(), object.name.clone())).cloned())
            .unwrap_or_else(|| object.name.clone());
        let key = (object.namespace.clone(), name.clone(), own);
        let case = groups.entry(key).or_insert_with(|| Case {
            object: ObjectRef::new(object.kind, &object.namespace, &name),
            findings: Vec::new(),
        });
        if rank(object.kind) < rank(case.object.kind) {
            case.object.kind = object.kind;
        }
        case.findings.push(finding);
    }
    groups.into_values().collect()
}

/// Service names that mean a workload of another name.
fn aliases(findings: &[Finding]) -> BTreeMap<(String, String), String> {
    let workloads: Vec<_> = findings
        .iter()
        .filter(|f| rank(f.object.kind) == 0)
        .map(|f| (&f.object.namespace, &f.object.name))
        .collect();
    findings
        .iter()
        .filter_map(|f| Some((f, f.facts.get("services")?)))
        .flat_map(|(f, services)| {
            services.split(',').map(|service| {
                ((f.object.namespace.clone(), service.to_owned()), f.object.name.clone())
            })
        })
        .filter(|((namespace, service), _)| !workloads.contains(&(namespace, service)))
        .collect()
}

fn stands_alone(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Node
            | ObjectKind::PersistentVolumeClaim
            | ObjectKind::ResourceQuota
            | ObjectKind::HorizontalPodAutoscaler
            | ObjectKind::Job
    )
}

fn rank(kind: ObjectKind) -> u8 {
    match kind {
        ObjectKind::Deployment | ObjectKind::StatefulSet | ObjectKind::DaemonSet => 0,
        ObjectKind::ReplicaSet => 1,
        ObjectKind::Pod => 2,
        ObjectKind::Service => 3,
        _ => 4,
    }
}
