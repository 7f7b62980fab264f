//! The alert rules: what an ordinary cluster alerts on, with short times.

use serde_json::{Value, json};

struct Rule {
    alert: &'static str,
    expr: &'static str,
    wait: &'static str,
    severity: &'static str,
    summary: &'static str,
    description: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        alert: "HighErrorRatio",
        expr: r#"sum by (namespace, deployment, service) (rate(http_requests_total{status=~"5.."}[20s])) / sum by (namespace, deployment, service) (rate(http_requests_total[20s])) > 0.1"#,
        wait: "5s",
        severity: "critical",
        summary: "{{ $labels.service }} answers too many requests with errors",
        description: "{{ $value | humanizePercentage }} of the requests to {{ $labels.namespace }}/{{ $labels.service }} fail with a 5xx status.",
    },
    Rule {
        alert: "HighRequestLatency",
        expr: r"histogram_quantile(0.95, sum by (le, namespace, deployment, service) (rate(http_request_duration_seconds_bucket[20s]))) > 0.75",
        wait: "8s",
        severity: "warning",
        summary: "{{ $labels.service }} is slow",
        description: "The 95th percentile of the latency of {{ $labels.namespace }}/{{ $labels.service }} is {{ $value | humanizeDuration }}.",
    },
    Rule {
        alert: "RequestQueueSaturated",
        expr: r"sum by (namespace, deployment, service) (avg_over_time(http_requests_in_flight[10s])) / sum by (namespace, deployment, service) (http_workers) > 0.95",
        wait: "8s",
        severity: "warning",
        summary: "All workers of {{ $labels.service }} are busy",
        description: "{{ $value | humanizePercentage }} of the workers of {{ $labels.namespace }}/{{ $labels.service }} are busy; requests queue.",
    },
    Rule {
        alert: "KubePodCrashLooping",
        expr: r#"max by (namespace, pod, container) (max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[30s])) >= 1 unless on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1"#,
        wait: "5s",
        severity: "critical",
        summary: "Pod {{ $labels.pod }} is crash looping",
        description: "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} is in CrashLoopBackOff.",
    },
    Rule {
        alert: "KubeContainerOOMKilled",
        expr: r#"max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[2m]) > 0 and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1)"#,
        wait: "0s",
        severity: "critical",
        summary: "A container of pod {{ $labels.pod }} was killed for its memory",
        description: "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} was OOMKilled and restarted.",
    },
    Rule {
        alert: "KubeContainerWaiting",
        expr: r#"max by (namespace, pod, container) (max_over_time(kube_pod_container_status_waiting_reason{reason=~"ErrImagePull|ImagePullBackOff|InvalidImageName"}[15s])) >= 1"#,
        wait: "5s",
        severity: "critical",
        summary: "Pod {{ $labels.pod }} cannot get its image",
        description: "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} waits for its image.",
    },
    Rule {
        alert: "KubeContainerConfigError",
        expr: r#"max by (namespace, pod, container) (max_over_time(kube_pod_container_status_waiting_reason{reason=~"CreateContainerConfigError|CreateContainerError|RunContainerError"}[15s])) >= 1"#,
        wait: "5s",
        severity: "critical",
        summary: "Pod {{ $labels.pod }} cannot be configured",
        description: "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} cannot be created from its configuration.",
    },
    Rule {
        alert: "KubePodNotReady",
        expr: r#"max by (namespace, pod) (kube_pod_status_ready{condition="true"} == 0 and on (namespace, pod) min by (namespace, pod) (kube_pod_container_status_running) == 1 unless on (namespace, pod) kube_pod_deletion_timestamp)"#,
        wait: "10s",
        severity: "warning",
        summary: "Pod {{ $labels.pod }} runs but is not ready",
        description: "Pod {{ $labels.namespace }}/{{ $labels.pod }} has been running without becoming ready.",
    },
    Rule {
        alert: "KubeDeploymentRolloutStuck",
        expr: r#"max by (namespace, deployment) (kube_deployment_status_condition{condition="Progressing", status="false"}) == 1"#,
        wait: "5s",
        severity: "warning",
        summary: "The rollout of {{ $labels.deployment }} is stuck",
        description: "Deployment {{ $labels.namespace }}/{{ $labels.deployment }} has exceeded its progress deadline.",
    },
    Rule {
        alert: "KubeDeploymentReplicasMismatch",
        expr: r"max by (namespace, deployment) (kube_deployment_spec_replicas > kube_deployment_status_replicas_available)",
        wait: "45s",
        severity: "warning",
        summary: "{{ $labels.deployment }} has fewer pods than it should",
        description: "Deployment {{ $labels.namespace }}/{{ $labels.deployment }} has not had the wanted number of available replicas.",
    },
];

/// The rule file's content (JSON is YAML).
pub fn document() -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "alert": rule.alert, "expr": rule.expr, "for": rule.wait,
                "labels": {"severity": rule.severity},
                "annotations": {"summary": rule.summary, "description": rule.description},
            })
        })
        .collect();
    json!({"groups": [{"name": "practice-range", "rules": rules}]})
}
