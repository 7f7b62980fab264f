//! The `PromQL` the metrics specialist asks by itself. Names come from labels and are spelt as
//! strings, never pasted.

use crate::alert_rule::string;

/// Memory of the pods of a namespace: what the kubelet measures, else what processes say.
pub fn memory(namespace: &str) -> String {
    let ns = string(namespace);
    format!(
        "max by (pod) (container_memory_working_set_bytes{{namespace={ns},container!=\"\",container!=\"POD\"}}) \
         or max by (pod) (process_resident_memory_bytes{{namespace={ns}}})"
    )
}

/// Share of CPU periods in which the pods of a namespace were throttled.
pub fn throttling(namespace: &str) -> String {
    let ns = string(namespace);
    format!(
        "max by (pod) (rate(container_cpu_cfs_throttled_periods_total{{namespace={ns}}}[2m]) \
         / rate(container_cpu_cfs_periods_total{{namespace={ns}}}[2m]))"
    )
}

/// Selects everything of a namespace.
pub fn namespace(namespace: &str) -> String {
    format!("{{namespace={}}}", string(namespace))
}
