//! Memory and CPU of the containers, under cAdvisor's names. CPU limits are not enforced by the
//! range, so there are no throttling figures.

use super::exposition::Exposition;
use crate::node::Node;
use crate::node::memory::{cpu_seconds, resident_bytes};

/// The exposition.
pub fn render(node: &Node) -> String {
    let mut out = Exposition::default();
    for ((namespace, pod, container), process) in node.running() {
        let labels = [
            ("namespace", namespace.as_str()),
            ("pod", &pod),
            ("container", &container),
            ("image", &process.image),
        ];
        if let Some(bytes) = resident_bytes(process.pid) {
            out.add("container_memory_working_set_bytes", &labels, bytes);
            out.add("container_memory_rss", &labels, bytes);
        }
        if let Some(seconds) = cpu_seconds(process.pid) {
            out.add("container_cpu_usage_seconds_total", &labels, seconds);
        }
    }
    out.render()
}
