//! Writing the Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Samples grouped by metric.
#[derive(Default)]
pub struct Exposition(BTreeMap<&'static str, Vec<String>>);

impl Exposition {
    /// Adds a sample.
    pub fn add(
        &mut self,
        metric: &'static str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        let mut line = String::from(metric);
        for (index, (key, text)) in labels.iter().enumerate() {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(line, "{}{key}=\"{escaped}\"", if index == 0 { '{' } else { ',' });
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = write!(line, "{end} {value}");
        self.0.entry(metric).or_default().push(line);
    }

    /// The whole text.
    pub fn render(self) -> String {
        let mut out = String::new();
        for (metric, lines) in self.0 {
            let kind = if metric.ends_with("_total") { "counter" } else { "gauge" };
            let _ = writeln!(out, "# TYPE {metric} {kind}");
            for line in lines {
                let _ = writeln!(out, "{line}");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Exposition::default();
        text.add("m_total", &[("a", "x\"y\\")], 1);
        assert_eq!(text.render(), "# TYPE m_total counter\nm_total{a=\"x\\\"y\\\\\"} 1\n");
    }
}
