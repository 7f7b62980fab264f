//! Finding out which metrics exist for a service, and by which labels they name it.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{GoldenSignalsArgs, Labels};
use jiff::Timestamp;

use super::table::{Family, Table};
use crate::failure::bad_arguments;
use crate::prometheus::http::{Prometheus, garbage};
use crate::prometheus::selector::{Compare, Matcher, is_label_name, render};
use crate::prometheus::wire::{QueryData, seconds};

/// Longest look back for metrics: an hour finds those of a service that died minutes ago.
const MAX_LOOK_BACK_SECONDS: u32 = 3600;

/// Metrics found, one row per metric and combination of labels.
pub(super) struct Found {
    /// What Prometheus warned of.
    pub warnings: Vec<String>,
    rows: Vec<Labels>,
    /// Ways to name the service, likeliest first; each is one more matcher or none.
    identities: Vec<Option<Matcher>>,
    explicit: Vec<Matcher>,
    namespace: Option<String>,
    namespace_labels: Vec<String>,
}

/// A family that exists for the service, with the matchers that name it.
pub(super) struct Match {
    pub matchers: Vec<Matcher>,
    pub status_label: Option<String>,
}

/// Asks once for all metrics of the table.
pub(super) async fn discover(
    prometheus: &Prometheus,
    table: &Table,
    args: &GoldenSignalsArgs,
    at: Timestamp,
    window_seconds: u32,
) -> Result<Found, ToolFailure> {
    if let Some(name) = args.labels.keys().find(|name| !is_label_name(name)) {
        return Err(bad_arguments(format!("{name:?} isn't a label name")));
    }
    let explicit: Vec<Matcher> =
        args.labels.iter().map(|(key, value)| Matcher::equals(key, value)).collect();
    let identities = identities(table, args);
    let range = window_seconds.clamp(300, MAX_LOOK_BACK_SECONDS);
    let names = Matcher {
        label: "__name__".to_owned(),
        compare: Compare::Matches,
        value: table.metrics().join("|"),
    };
    let selectors: Vec<String> = identities
        .iter()
        .map(|identity| {
            let mut matchers = vec![names.clone()];
            matchers.extend(explicit.iter().cloned());
            matchers.extend(identity.iter().cloned());
            format!("last_over_time({{{}}}[{range}s])", render(&matchers))
        })
        .collect();
    let query =
        format!("count by (__name__, {}) ({})", table.labels().join(", "), selectors.join(" or "));
    let path = "api/v1/query";
    let reply =
        prometheus.post::<QueryData>(path, &[("query", query), ("time", seconds(at))]).await?;
    let QueryData::Vector(series) = reply.data else {
        return Err(garbage(path, "a result that isn't a vector"));
    };
    Ok(Found {
        warnings: reply.warnings,
        rows: series.into_iter().map(|s| s.metric).collect(),
        identities,
        explicit,
        namespace: args.namespace.clone(),
        namespace_labels: table.namespace_labels.clone(),
    })
}

fn identities(table: &Table, args: &GoldenSignalsArgs) -> Vec<Option<Matcher>> {
    let mut identities = Vec::new();
    if let Some(workload) = &args.workload {
        identities.extend(
            table.workload_labels.iter().map(|label| Some(Matcher::equals(label, workload))),
        );
        identities
            .extend(table.pod_labels.iter().map(|label| Some(Matcher::pods_of(label, workload))));
    }
    if let Some(service) = &args.service {
        identities
            .extend(table.service_labels.iter().map(|label| Some(Matcher::equals(label, service))));
    }
    if identities.is_empty() {
        if let Some(namespace) = &args.namespace {
            identities.extend(
                table.namespace_labels.iter().map(|label| Some(Matcher::equals(label, namespace))),
            );
        } else {
            // By labels alone, or everything this Prometheus sees.
            identities.push(None);
        }
    }
    let mut seen = Vec::new();
    identities.retain(|identity| {
        let new = !seen.contains(identity);
        if new {
            seen.push(identity.clone());
        }
        new
    });
    identities
}

impl Found {
    /// How `family` names the service, `None` when its metrics don't exist for it.
    pub(super) fn family(&self, family: &Family) -> Option<Match> {
        self.identities.iter().find_map(|identity| self.by(family, identity.as_ref()))
    }

    fn by(&self, family: &Family, identity: Option<&Matcher>) -> Option<Match> {
        let mut namespace = None;
        let mut status_label = None;
        for (index, metric) in family.metrics.iter().enumerate() {
            let row = self.rows.iter().find(|row| {
                row.get("__name__") == Some(metric)
                    && identity.is_none_or(|identity| satisfies(row, identity))
                    && self.namespace_fits(row)
            })?;
            if index == 0 {
                namespace = self.namespace_of(row);
                if !family.status_labels.is_empty() {
                    status_label = Some(self.status(family, identity)?);
                }
            }
        }
        let mut matchers = self.explicit.clone();
        matchers.extend(namespace.filter(|matcher| Some(matcher) != identity));
        matchers.extend(identity.cloned());
        Some(Match { matchers, status_label })
    }

    /// The first status label that any row of the family's metric carries.
    fn status(&self, family: &Family, identity: Option<&Matcher>) -> Option<String> {
        let metric = family.metrics.first()?;
        let carries = |label: &&String| {
            self.rows.iter().any(|row| {
                row.get("__name__") == Some(metric)
                    && row.contains_key(label.as_str())
                    && identity.is_none_or(|identity| satisfies(row, identity))
            })
        };
        family.status_labels.iter().find(carries).cloned()
    }

    /// A row fits when a namespace label has the right value, or when it has none at all: then this Prometheus
    /// doesn't label namespaces and the service's name has to do.
    fn namespace_fits(&self, row: &Labels) -> bool {
        let Some(namespace) = &self.namespace else { return true };
        let mut present =
            self.namespace_labels.iter().filter_map(|label| row.get(label)).peekable();
        present.peek().is_none() || present.any(|value| value == namespace)
    }

    fn namespace_of(&self, row: &Labels) -> Option<Matcher> {
        let namespace = self.namespace.as_ref()?;
        let label =
            self.namespace_labels.iter().find(|label| row.get(*label) == Some(namespace))?;
        Some(Matcher::equals(label, namespace))
    }
}

fn satisfies(row: &Labels, matcher: &Matcher) -> bool {
    let Some(value) = row.get(&matcher.label) else { return false };
    match matcher.compare {
        Compare::Equals => *value == matcher.value,
        // The only pattern is that of a workload's pods: its escaped name, a dash, and `.+`.
        Compare::Matches => {
            let prefix = matcher.value.trim_end_matches(".+").replace('\\', "");
            value.len() > prefix.len() && value.starts_with(&prefix)
        }
    }
}
