//! The table of metric families, built in or from the operator's file.

use evenkeel_tools::prometheus::SignalKind;
use serde::Deserialize;

use crate::prometheus::selector::is_label_name;

const BUILT_IN: &str = include_str!("table.toml");

/// Which metrics make which signal, and which labels say whose they are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Labels that carry the namespace.
    pub namespace_labels: Vec<String>,
    /// Labels that carry the service's name, likeliest first.
    pub service_labels: Vec<String>,
    /// Labels that carry the workload's name, likeliest first.
    pub workload_labels: Vec<String>,
    /// Labels that carry the pod's name.
    pub pod_labels: Vec<String>,
    /// The families, preferred ones first.
    #[serde(rename = "family")]
    pub families: Vec<Family>,
}

/// Metrics that together make one signal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// The signal.
    pub signal: SignalKind,
    /// Name for people.
    pub name: String,
    /// Metrics that must all exist for the service.
    pub metrics: Vec<String>,
    /// Labels of which the first metric must carry one, for `$STATUS`.
    #[serde(default)]
    pub status_labels: Vec<String>,
    /// The expression with its placeholders.
    pub query: String,
}

/// Why a table can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Not TOML of the right shape.
    #[error("the table of signals doesn't have the right shape")]
    Shape(#[source] toml::de::Error),
    /// A name that isn't a metric's or label's.
    #[error("{0:?} isn't the name of a metric or label")]
    Name(String),
    /// A family without metrics, or without `$MATCHERS` in its query.
    #[error("the family {0:?} needs metrics and a query with $MATCHERS")]
    Incomplete(String),
}

impl Table {
    /// The table that ships with the server.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN)
            .unwrap_or_else(|error| unreachable!("the built-in table is broken: {error}"))
    }

    /// Reads and checks a table.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let table: Self = toml::from_str(text).map_err(TableError::Shape)?;
        for family in &table.families {
            if family.metrics.is_empty() || !family.query.contains("$MATCHERS") {
                return Err(TableError::Incomplete(family.name.clone()));
            }
        }
        let labels = [
            &table.namespace_labels,
            &table.service_labels,
            &table.workload_labels,
            &table.pod_labels,
        ];
        let in_families =
            table.families.iter().flat_map(|f| f.metrics.iter().chain(&f.status_labels));
        let broken = labels
            .into_iter()
            .flatten()
            .chain(in_families)
            .find(|name| !is_label_name(name))
            .cloned();
        broken.map_or(Ok(table), |name| Err(TableError::Name(name)))
    }

    /// Every metric named, once.
    pub(super) fn metrics(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.families.iter().flat_map(|f| &f.metrics).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Every label a discovery has to keep, once.
    pub(super) fn labels(&self) -> Vec<&str> {
        let own =
            [&self.namespace_labels, &self.service_labels, &self.workload_labels, &self.pod_labels];
        let status = self.families.iter().flat_map(|f| &f.status_labels);
        let mut names: Vec<&str> =
            own.into_iter().flatten().chain(status).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, TableError};

    #[test]
    fn the_built_in_table_parses() {
        assert!(Table::built_in().families.len() > 10);
    }

    #[test]
    fn broken_tables_are_named() {
        let head = "namespace_labels=[]\nservice_labels=[]\nworkload_labels=[]\npod_labels=[]\n";
        let family =
            "[[family]]\nsignal='traffic'\nname='x'\nmetrics=['a-b']\nquery='sum(a{$MATCHERS})'";
        assert!(matches!(Table::parse(&format!("{head}{family}")), Err(TableError::Name(_))));
        let family = "[[family]]\nsignal='traffic'\nname='x'\nmetrics=['a']\nquery='sum(a)'";
        assert!(matches!(Table::parse(&format!("{head}{family}")), Err(TableError::Incomplete(_))));
        assert!(matches!(Table::parse("nonsense"), Err(TableError::Shape(_))));
    }
}
