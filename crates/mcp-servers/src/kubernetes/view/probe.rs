//! Probes.

use evenkeel_tools::kubernetes::Probe;
use k8s_openapi::api::core::v1;

use super::{count, int_or_string};
use crate::text::safe;

/// A probe as far as it explains a failure, with Kubernetes' defaults filled in.
pub(in crate::kubernetes) fn probe(probe: Option<&v1::Probe>) -> Option<Probe> {
    let probe = probe?;
    let target = if let Some(get) = &probe.http_get {
        let path = get.path.as_deref().unwrap_or("/");
        format!(
            "{} GET :{}{path}",
            get.scheme.as_deref().unwrap_or("HTTP").to_lowercase(),
            int_or_string(&get.port)
        )
    } else if let Some(tcp) = &probe.tcp_socket {
        format!("tcp :{}", int_or_string(&tcp.port))
    } else if let Some(grpc) = &probe.grpc {
        format!("grpc :{}", grpc.port)
    } else if let Some(exec) = &probe.exec {
        format!("exec {}", exec.command.as_deref().unwrap_or_default().join(" "))
    } else {
        "unknown".to_owned()
    };
    Some(Probe {
        target: safe(&target, 200).0,
        initial_delay_seconds: count(probe.initial_delay_seconds),
        period_seconds: count(probe.period_seconds.or(Some(10))),
        timeout_seconds: count(probe.timeout_seconds.or(Some(1))),
        failure_threshold: count(probe.failure_threshold.or(Some(3))),
    })
}
