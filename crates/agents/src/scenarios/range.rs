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
use serde_json::{Map, Value, json};

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
        if tool != k8s::names::LIST_NODES && text("namespace") != ns.name {
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
            k8s::names::LIST_NODES => value(&NodeList {
                nodes: vec![world::node("n1", Some(true), None)],
                truncated: false,
            }),
            k8s::names::GET_DEPLOYMENT => value(found()?),
            k8s::names::POD_LOGS => match ns.logs.iter().find(|l| l.value.pod == text("pod")) {
                Some(log) => value(&log.value),
                None => value(&PodLogs {
                    pod: text("pod"),
                    container: None,
                    previous: false,
                    lines: Vec::new(),
                    truncated: false,
                }),
            },
            write if k8s::names::WRITES.contains(&write) => {
                assert_eq!(arguments["dryRun"], true, "only dry runs before approval");
                let target = found()?;
                let undo = match write {
                    k8s::names::ROLLOUT_UNDO => {
                        ("rollout_undo", json!({"toRevision": target.revision}))
                    }
                    k8s::names::SCALE => ("scale", json!({"replicas": target.replicas.desired})),
                    other => (other, json!({"container": "main", "limits": {"memory": "64Mi"}})),
                };
                let Value::Object(undo_arguments) = undo.1 else { unreachable!() };
                value(&written(target, undo.0, undo_arguments, arguments))
            }
            other => panic!("unexpected tool {other}"),
        })
    }

    fn prometheus(&self, tool: &str, arguments: &Value) -> Value {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
        match tool {
            prom::names::LIST_TARGETS => {
                value(&TargetList { targets: Vec::new(), truncated: false })
            }
            prom::names::LABEL_VALUES => {
                let values = match text("label").as_str() {
                    "deployment" => self.signals.keys().cloned().collect(),
                    "namespace" => self.places.iter().map(|p| (*p).to_owned()).collect(),
                    _ => Vec::new(),
                };
                value(&LabelValues { label: text("label"), values, truncated: false })
            }
            prom::names::LIST_RULES => value(&RuleList { rules: self.rules(), truncated: false }),
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

fn written(
    target: &k8s::Deployment,
    undo: &str,
    undo_arguments: Map<String, Value>,
    arguments: &Value,
) -> WriteResult {
    WriteResult {
        applied: false,
        dry_run: true,
        already_applied: false,
        object: WrittenObject {
            kind: "Deployment".into(),
            namespace: target.namespace.clone(),
            name: target.name.clone(),
            uid: target.uid.clone(),
            generation_before: Some(target.generation),
            generation_after: Some(target.generation + 1),
            resource_version_before: "77".into(),
            resource_version_after: Some("78".into()),
        },
        diff: format!("--- a\n+++ b\n@@\n-x\n+{arguments}\n"),
        diff_truncated: false,
        undo: Undo::Call { tool: undo.into(), arguments: undo_arguments },
    }
}

pub fn failure(code: &str, message: &str) -> ToolFailure {
    ToolFailure { code: code.into(), message: message.into(), next: None, retry_after_s: None }
}

fn value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}
