//! A cluster in trouble, for scenarios: what its tools answer.

use std::collections::BTreeMap;

use evenkeel_domain::evidence::ToolFailure;
use evenkeel_tools::{
    kubernetes::{self as k8s, NodeList, PodLogs, Undo, WriteResult, WrittenObject},
    loki::{self, Patterns},
    prometheus::{
        self as prom, InstantData, LabelValues, QueryResult, RangeData, RangeResult, Rule,
        RuleHealth, RuleKind, RuleList, RuleState, Sample, SignalKind, TargetList,
    },
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::testing::{
    bench::Script,
    metrics,
    world::{self, NsB, at},
};

/// The cluster.
#[derive(Clone)]
pub struct Range {
    pub ns: NsB,
    pub signals: BTreeMap<String, Vec<(SignalKind, Vec<f64>)>>,
    pub memory: Option<(String, Vec<f64>)>,
    pub rule: Option<(String, String)>,
    /// What an instant query gives: labels and value.
    pub instant: Option<(Vec<(String, String)>, f64)>,
    /// What Loki says changed; without it there is no Loki.
    pub patterns: Option<Patterns>,
    /// Namespaces in which every name is found.
    pub places: Vec<&'static str>,
    /// The nodes.
    pub nodes: Vec<k8s::Node>,
    /// The Job that was given up.
    pub job: Option<&'static str>,
    /// Whether the account may write.
    pub may_write: bool,
}

impl Range {
    pub fn new(ns: NsB) -> Self {
        let places = vec!["shop"];
        Self {
            ns,
            signals: BTreeMap::new(),
            memory: None,
            rule: None,
            instant: None,
            patterns: None,
            places,
            nodes: vec![world::node("n1", Some(true), None)],
            job: None,
            may_write: true,
        }
    }

    pub fn patterns(mut self, patterns: Patterns) -> Self {
        self.patterns = Some(patterns);
        self
    }

    pub fn signals(mut self, name: &str, given: &[(SignalKind, Vec<f64>)]) -> Self {
        self.signals.insert(name.into(), given.to_vec());
        self
    }

    pub fn rule(mut self, name: &str, query: &str, value: f64) -> Self {
        self.rule = Some((name.into(), query.into()));
        self.instant = Some((Vec::new(), value));
        self
    }

    pub fn script(self) -> Script {
        Box::new(move |server, tool, arguments| match server {
            "kubernetes" => self.kubernetes(tool, arguments),
            "prometheus" => Ok(self.prometheus(tool, arguments)),
            "loki" if tool == loki::names::PATTERNS => match &self.patterns {
                Some(patterns) => Ok(value(patterns)),
                None => Err(failure("mcp.unknown_server", server)),
            },
            _ => Err(failure("mcp.unknown_server", server)),
        })
    }

    fn kubernetes(&self, tool: &str, arguments: &Value) -> Result<Value, ToolFailure> {
        let ns = &self.ns.0;
        let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
        if tool == k8s::names::FIND_NAMED {
            let named = |namespace: &&str| k8s::Named {
                namespace: (*namespace).into(),
                kind: "Deployment".into(),
                name: text("name"),
            };
            let objects = self.places.iter().map(named).collect();
            return Ok(value(&k8s::NamedList { objects, truncated: false }));
        }
        if tool == k8s::names::CAN_I {
            return Ok(value(&self.access(arguments)));
        }
        let node = arguments["kind"] == "Node"
            || [k8s::names::LIST_NODES, k8s::names::CORDON].contains(&tool);
        if !node && text("namespace") != ns.name {
            return Err(failure("kubernetes.forbidden", "another namespace was asked for"));
        }
        let found = || {
            ns.details
                .iter()
                .find(|d| d.value.name == text("name"))
                .map(|d| &d.value)
                .ok_or_else(|| failure("kubernetes.not_found", "no such Deployment"))
        };
        Ok(match tool {
            k8s::names::LIST_DEPLOYMENTS => value(&ns.deployments.as_ref().unwrap().value),
            k8s::names::LIST_PODS => value(&ns.pods.as_ref().unwrap().value),
            k8s::names::LIST_EVENTS => value(&ns.events.as_ref().unwrap().value),
            k8s::names::LIST_SERVICES => value(&ns.services.as_ref().unwrap().value),
            k8s::names::LIST_HPAS => value(&ns.hpas.as_ref().unwrap().value),
            k8s::names::LIST_QUOTAS => value(&ns.quotas.as_ref().unwrap().value),
            k8s::names::LIST_PVCS => value(&ns.pvcs.as_ref().unwrap().value),
            k8s::names::LIST_NODES => {
                value(&NodeList { nodes: self.nodes.clone(), ..NodeList::default() })
            }
            k8s::names::LIST_WORKLOADS => value(&self.sets()),
            k8s::names::ROLLOUT_HISTORY => {
                let found = ns.histories.iter().find(|h| h.value.name == text("name"));
                value(&found.ok_or_else(|| failure("kubernetes.not_found", "no such set"))?.value)
            }
            k8s::names::JOB_STATUS => value(&self.job_status(&text("name"))),
            k8s::names::FIND_ACTION if arguments["kind"] == "Pod" && arguments["uid"].is_null() => {
                return Err(failure("tool.bad_arguments", "uid is needed"));
            }
            k8s::names::FIND_ACTION => value(&k8s::FoundAction {
                applied: false,
                exists: true,
                uid: Some(format!("uid-{}", text("name"))),
                generation: Some(5),
                resource_version: Some("77".into()),
                stamped_action_id: None,
            }),
            k8s::names::GET_DEPLOYMENT => value(found()?),
            k8s::names::POD_LOGS => match ns.logs.iter().find(|l| l.value.pod == text("pod")) {
                Some(log) => value(&log.value),
                None => value(&PodLogs { pod: text("pod"), ..PodLogs::default() }),
            },
            write if k8s::names::WRITES.contains(&write) => {
                assert_eq!(arguments["dryRun"], true, "only dry runs before approval");
                let number = |name: &str| arguments[name].clone();
                let undo = match write {
                    k8s::names::ROLLOUT_UNDO => {
                        let history = ns.histories.iter().find(|h| h.value.name == text("name"));
                        let set =
                            history.and_then(|h| h.value.revisions.iter().find(|r| r.current));
                        let now = set.map(|revision| revision.revision);
                        let now = now.or_else(|| found().ok().and_then(|target| target.revision));
                        Some(("rollout_undo", json!({"toRevision": now})))
                    }
                    k8s::names::SCALE => {
                        Some(("scale", json!({"replicas": found()?.replicas.desired})))
                    }
                    k8s::names::SET_HPA_BOUNDS => Some((
                        "set_hpa_bounds",
                        json!({"minReplicas": number("minReplicas"), "maxReplicas": 2}),
                    )),
                    k8s::names::CORDON => Some(("uncordon", json!({}))),
                    k8s::names::DELETE_POD | k8s::names::RERUN_JOB => None,
                    other => {
                        Some((other, json!({"container": "main", "limits": {"memory": "64Mi"}})))
                    }
                };
                value(&written(undo, arguments))
            }
            other => panic!("unexpected tool {other}"),
        })
    }

    fn sets(&self) -> k8s::WorkloadList {
        let set = |answer: &crate::bench::Answer<k8s::RolloutHistory>| {
            let kind = match answer.value.kind {
                k8s::WorkloadKind::DaemonSet => k8s::ControllerKind::DaemonSet,
                _ => k8s::ControllerKind::StatefulSet,
            };
            let history = &answer.value;
            k8s::WorkloadSummary {
                kind,
                name: history.name.clone(),
                uid: history.uid.clone(),
                labels: history.selector.clone(),
                selector: None,
                replicas: Some(history.replicas),
                job: None,
                schedule: None,
                images: Vec::new(),
                owner: None,
                generation: Some(history.generation),
                observed_generation: history.observed_generation,
                created_at: None,
                deleted_at: None,
            }
        };
        let workloads = self.ns.0.histories.iter().map(set).collect();
        k8s::WorkloadList { workloads, truncated: false, next: None, unread: Vec::new() }
    }

    fn job_status(&self, name: &str) -> k8s::JobStatus {
        k8s::JobStatus {
            namespace: "shop".into(),
            name: name.into(),
            uid: format!("uid-{name}"),
            generation: Some(1),
            ended: (self.job == Some(name)).then_some(k8s::JobEnd::Failed),
            message: None,
            active: 0,
            succeeded: 0,
            failed: 1,
            finished_at: None,
        }
    }

    fn access(&self, arguments: &Value) -> k8s::AccessAnswers {
        let asked: k8s::CanIArgs = serde_json::from_value(arguments.clone()).unwrap();
        let answer = |check| k8s::AccessAnswer {
            check,
            allowed: self.may_write,
            reason: None,
            evaluation_error: None,
        };
        k8s::AccessAnswers { answers: asked.checks.into_iter().map(answer).collect() }
    }

    fn prometheus(&self, tool: &str, arguments: &Value) -> Value {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
        match tool {
            prom::names::LIST_TARGETS => value(&TargetList {
                targets: Vec::new(),
                truncated: false,
                next: None,
                at: None,
                warnings: Vec::new(),
            }),
            prom::names::LABEL_VALUES => {
                let values = match text("label").as_str() {
                    "deployment" => self.signals.keys().cloned().collect(),
                    "namespace" => self.places.iter().map(|p| (*p).to_owned()).collect(),
                    _ => Vec::new(),
                };
                value(&LabelValues {
                    label: text("label"),
                    values,
                    truncated: false,
                    next: None,
                    selector: None,
                    start: None,
                    end: None,
                    warnings: Vec::new(),
                })
            }
            prom::names::LIST_RULES => value(&RuleList {
                rules: self.rules(),
                truncated: false,
                next: None,
                at: None,
                warnings: Vec::new(),
            }),
            prom::names::GOLDEN_SIGNALS => {
                let name =
                    arguments["workload"].as_str().or(arguments["service"].as_str()).unwrap();
                let none = Vec::new();
                value(&metrics::golden(name, self.signals.get(name).unwrap_or(&none)))
            }
            prom::names::QUERY_RANGE => {
                let query = text("query");
                let empty = RangeResult {
                    query: query.clone(),
                    start: at(-1800),
                    end: at(0),
                    step_seconds: 15.0,
                    data: RangeData::Empty,
                    warnings: Vec::new(),
                };
                match &self.memory {
                    Some((pod, values)) if query.contains("memory_working_set") => {
                        value(&metrics::range(&query, &[("pod", pod)], values))
                    }
                    _ => value(&empty),
                }
            }
            prom::names::QUERY => {
                let data = match &self.instant {
                    None => InstantData::Empty,
                    Some((labels, v)) => InstantData::Vector {
                        samples: vec![Sample {
                            labels: labels.iter().cloned().collect(),
                            value: (*v).into(),
                        }],
                        histograms: Vec::new(),
                        truncated: false,
                    },
                };
                value(&QueryResult {
                    query: text("query"),
                    time: at(0),
                    data,
                    warnings: Vec::new(),
                })
            }
            other => panic!("unexpected tool {other}"),
        }
    }

    fn rules(&self) -> Vec<Rule> {
        self.rule
            .iter()
            .map(|(name, query)| Rule {
                alerts_truncated: false,
                kind: RuleKind::Alerting,
                group: "g".into(),
                name: name.clone(),
                query: query.clone(),
                for_seconds: Some(15.0),
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                state: Some(RuleState::Firing),
                health: RuleHealth::Ok,
                last_error: None,
                last_evaluation: None,
                alerts: Vec::new(),
            })
            .collect()
    }
}

/// What a dry run answers: the object with the uid that was expected.
fn written(undo: Option<(&str, Value)>, arguments: &Value) -> WriteResult {
    let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
    WriteResult {
        applied: false,
        dry_run: true,
        already_applied: false,
        object: WrittenObject {
            kind: text("kind"),
            namespace: text("namespace"),
            name: text("name"),
            uid: text("expectedUid"),
            generation_before: arguments["expectedGeneration"].as_i64(),
            generation_after: arguments["expectedGeneration"].as_i64().map(|n| n + 1),
            resource_version_before: "77".into(),
            resource_version_after: Some("78".into()),
        },
        diff: format!("--- a\n+++ b\n@@\n-x\n+{arguments}\n"),
        diff_truncated: false,
        undo: match undo {
            Some((tool, Value::Object(arguments))) => Undo::Call { tool: tool.into(), arguments },
            _ => Undo::None { reason: "it cannot be taken back".into() },
        },
    }
}

pub fn failure(code: &str, message: &str) -> ToolFailure {
    ToolFailure { code: code.into(), message: message.into(), next: None, retry_after_s: None }
}

fn value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}
