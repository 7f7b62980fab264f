//! From a place to a selector: which labels there are, and which of them hold what is asked for.
//!
//! Collectors label as they like (promtail, Alloy, fluent-bit, OpenTelemetry), so nothing is assumed: the labels of the
//! time in question are listed, and where several could hold a part, the one that has its value is taken.

use std::collections::BTreeSet;

use evenkeel_tools::failure::{ToolFailure, codes};
use evenkeel_tools::loki::{DiscoveredLabel, LabelMatcher, MatchOperator, Place, PlacePart};
use jiff::Timestamp;

use super::http::Loki;
use super::logql::{Selector, regex_escape};
use super::show;
use super::time::nanos;
use crate::failure::{bad_arguments, failure};

/// Bytes of a part: Kubernetes' names have 253 at most.
const MAX_NAME: usize = 253;
/// Labels named in a failure.
const NAMED: usize = 20;

/// Labels that may hold a part, the likeliest first.
fn candidates(part: PlacePart) -> &'static [&'static str] {
    match part {
        PlacePart::Namespace => &[
            "namespace",
            "k8s_namespace_name",
            "kubernetes_namespace_name",
            "kubernetes_namespace",
            "namespace_name",
            "service_namespace",
        ],
        PlacePart::Workload => &[
            "deployment",
            "app",
            "app_kubernetes_io_name",
            "service_name",
            "k8s_deployment_name",
            "k8s_statefulset_name",
            "k8s_daemonset_name",
            "statefulset",
            "daemonset",
            "service",
            "component",
            "name",
        ],
        PlacePart::Pod => {
            &["pod", "k8s_pod_name", "kubernetes_pod_name", "pod_name", "instance", "host"]
        }
        PlacePart::Container => {
            &["container", "k8s_container_name", "kubernetes_container_name", "container_name"]
        }
        PlacePart::Job => &["job"],
    }
}

/// Whether a label's name says what it holds. What `instance` and `host` hold depends on who wrote the collector's
/// configuration: a pod, a node, an address.
fn says_what_it_holds(label: &str) -> bool {
    !matches!(label, "instance" | "host")
}

/// The selector for a place and further matchers, and what was found out.
pub(super) async fn selector(
    loki: &Loki,
    place: &Place,
    matchers: &[LabelMatcher],
    (start, end): (Timestamp, Timestamp),
) -> Result<(Selector, Vec<DiscoveredLabel>), ToolFailure> {
    let parts: Vec<(PlacePart, &str)> = place.parts().collect();
    for (part, value) in &parts {
        if value.trim().is_empty() || value.len() > MAX_NAME {
            return Err(bad_arguments(format!("{part:?} must have 1 to {MAX_NAME} bytes")));
        }
    }
    let span = [("start", nanos(start)), ("end", nanos(end))];
    let mut found: Vec<DiscoveredLabel> = Vec::new();
    if !parts.is_empty() {
        let reply = loki.get::<Option<Vec<String>>>("loki/api/v1/labels", &span).await?;
        let known: BTreeSet<String> = reply.data.unwrap_or_default().into_iter().collect();
        for (part, value) in parts {
            let search = Search { loki, span: &span, known: &known, found: &found, matchers };
            let label = search.part(part, value).await?;
            found.push(label);
        }
    }
    let discovered = found.iter().map(|found| LabelMatcher {
        label: found.label.clone(),
        operator: found.operator,
        value: found.value.clone(),
    });
    let selector = Selector::new(discovered.chain(matchers.iter().cloned()).collect())?;
    Ok((selector, found))
}

struct Search<'a> {
    loki: &'a Loki,
    span: &'a [(&'static str, String)],
    known: &'a BTreeSet<String>,
    found: &'a [DiscoveredLabel],
    matchers: &'a [LabelMatcher],
}

impl Search<'_> {
    async fn part(&self, part: PlacePart, value: &str) -> Result<DiscoveredLabel, ToolFailure> {
        let exact = |label: &str| DiscoveredLabel {
            part,
            label: label.to_owned(),
            operator: MatchOperator::Equal,
            value: value.to_owned(),
        };
        let present: Vec<&str> =
            candidates(part).iter().copied().filter(|label| self.known.contains(*label)).collect();
        if let ([only], true) = (present.as_slice(), part != PlacePart::Workload)
            && says_what_it_holds(only)
        {
            return Ok(exact(only));
        }
        for label in &present {
            if self.values(label).await?.iter().any(|known| known == value) {
                return Ok(exact(label));
            }
        }
        if part == PlacePart::Workload {
            return self.pods_of(value).await;
        }
        // None of them has the value: then no line will be found, which is the answer.
        let sure = present.into_iter().find(|label| says_what_it_holds(label));
        sure.map(exact).ok_or_else(|| self.none(part))
    }

    /// Pods that are named after a workload: a ReplicaSet's, a StatefulSet's or a DaemonSet's.
    async fn pods_of(&self, workload: &str) -> Result<DiscoveredLabel, ToolFailure> {
        let known = candidates(PlacePart::Pod).iter().filter(|label| self.known.contains(**label));
        let mut pods = None;
        for label in known {
            let named = |value: &String| {
                value
                    .strip_prefix(workload)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            };
            if says_what_it_holds(label) || self.values(label).await?.iter().any(named) {
                pods = Some(label);
                break;
            }
        }
        let label = pods.ok_or_else(|| self.none(PlacePart::Workload))?;
        Ok(DiscoveredLabel {
            part: PlacePart::Workload,
            label: (*label).to_owned(),
            operator: MatchOperator::Matches,
            value: format!(
                "{}(-[a-z0-9]{{5,10}}-[a-z0-9]{{5}}|-[a-z0-9]{{5}}|-[0-9]+)?",
                regex_escape(workload)
            ),
        })
    }

    async fn values(&self, label: &str) -> Result<Vec<String>, ToolFailure> {
        let mut query = self.span.to_vec();
        let so_far = self.found.iter().map(|found| LabelMatcher {
            label: found.label.clone(),
            operator: found.operator,
            value: found.value.clone(),
        });
        // Where nothing narrows yet, the values of all streams are listed.
        if let Ok(selector) = Selector::new(so_far.chain(self.matchers.iter().cloned()).collect()) {
            query.push(("query", selector.to_string()));
        }
        let path = format!("loki/api/v1/label/{label}/values");
        let reply = self.loki.get::<Option<Vec<String>>>(&path, &query).await?;
        Ok(reply.data.unwrap_or_default())
    }

    fn none(&self, part: PlacePart) -> ToolFailure {
        let known: Vec<String> =
            self.known.iter().take(NAMED).map(|label| show::text(label, 64)).collect();
        let known = if known.is_empty() { "none at all".to_owned() } else { known.join(", ") };
        let part = format!("{part:?}").to_lowercase();
        failure(
            codes::LOKI_NO_LABEL,
            format!("no label of the logs in that time holds a {part}; there are: {known}"),
            "Ask with `matchers` on one of these labels, or for another time.",
        )
    }
}
