//! What a query means.

use std::collections::BTreeMap;

use regex::Regex;

use super::parse::{ParseError, anywhere, whole};
use super::tree::{
    Aggregate, Comparison, Function, Grouping, LabelFilter, LabelValue, LineOperator, Log,
    MatchOperator, Matcher, Metric, Operation, Stage,
};
use crate::loki::Labels;

/// Matchers, with their regular expressions made.
pub struct Filter(Vec<(Matcher, Option<Regex>)>);

impl Filter {
    /// Of matchers that were parsed, so their expressions are right.
    pub fn new(matchers: Vec<Matcher>) -> Self {
        let of = |matcher: Matcher| {
            let regular =
                matches!(matcher.operator, MatchOperator::Matches | MatchOperator::NotMatches);
            let regex = regular.then(|| whole(&matcher.value).ok()).flatten();
            (matcher, regex)
        };
        Self(matchers.into_iter().map(of).collect())
    }

    /// Whether a stream is meant. An absent label is an empty one.
    pub fn chooses(&self, labels: &Labels) -> bool {
        self.0.iter().all(|(matcher, regex)| {
            let value = labels.get(&matcher.label).map(String::as_str).unwrap_or_default();
            matches(matcher.operator, value, &matcher.value, regex.as_ref())
        })
    }
}

fn matches(operator: MatchOperator, value: &str, with: &str, regex: Option<&Regex>) -> bool {
    let fits = || regex.is_some_and(|regex| regex.is_match(value));
    match operator {
        MatchOperator::Equal => value == with,
        MatchOperator::NotEqual => value != with,
        MatchOperator::Matches => fits(),
        MatchOperator::NotMatches => !fits(),
    }
}

/// A selector and its stages, ready to be used.
pub struct Pipeline {
    filter: Filter,
    stages: Vec<(Stage, Option<Regex>)>,
}

impl Pipeline {
    /// Of a log query.
    pub fn new(log: &Log) -> Result<Self, ParseError> {
        let regex = |stage: &Stage| match stage {
            Stage::Line(LineOperator::Matches | LineOperator::NotMatches, text) => {
                anywhere(text).map(Some)
            }
            Stage::Label(LabelFilter {
                comparison: Comparison::Match(MatchOperator::Matches | MatchOperator::NotMatches),
                value: LabelValue::Text(text),
                ..
            }) => whole(text).map(Some),
            _ => Ok(None),
        };
        let stages = log.stages.iter().map(|stage| Ok((stage.clone(), regex(stage)?)));
        Ok(Self {
            filter: Filter::new(log.matchers.clone()),
            stages: stages.collect::<Result<_, ParseError>>()?,
        })
    }

    /// Whether a stream is meant.
    pub fn chooses(&self, labels: &Labels) -> bool {
        self.filter.chooses(labels)
    }

    /// The labels parsed out of a line that stays, `None` for one that goes.
    pub fn line(&self, labels: &Labels, metadata: &Labels, line: &str) -> Option<Labels> {
        let mut parsed = Labels::new();
        for (stage, regex) in &self.stages {
            let fits = || regex.as_ref().is_some_and(|regex| regex.is_match(line));
            let stays = match stage {
                Stage::Line(LineOperator::Contains, text) => line.contains(text.as_str()),
                Stage::Line(LineOperator::NotContains, text) => !line.contains(text.as_str()),
                Stage::Line(LineOperator::Matches, _) => fits(),
                Stage::Line(LineOperator::NotMatches, _) => !fits(),
                Stage::Json => {
                    parse_json(line, &mut parsed);
                    true
                }
                Stage::Logfmt => {
                    parse_logfmt(line, &mut parsed);
                    true
                }
                Stage::Label(filter) => {
                    let known = [&parsed, metadata, labels];
                    let value = known.iter().find_map(|all| all.get(&filter.label));
                    compare(filter, value.map(String::as_str).unwrap_or_default(), regex.as_ref())
                }
            };
            if !stays {
                return None;
            }
        }
        Some(parsed)
    }
}

fn compare(filter: &LabelFilter, value: &str, regex: Option<&Regex>) -> bool {
    match (&filter.value, filter.comparison) {
        (LabelValue::Text(with), Comparison::Match(operator)) => {
            matches(operator, value, with, regex)
        }
        (LabelValue::Number(with), comparison) => {
            let Ok(number) = value.parse::<f64>() else { return false };
            let order = number.total_cmp(with);
            match comparison {
                Comparison::Same | Comparison::Match(MatchOperator::Equal) => order.is_eq(),
                Comparison::Match(MatchOperator::NotEqual) => order.is_ne(),
                Comparison::Above => order.is_gt(),
                Comparison::AtLeast => order.is_ge(),
                Comparison::Below => order.is_lt(),
                Comparison::AtMost => order.is_le(),
                Comparison::Match(_) => false,
            }
        }
        (LabelValue::Text(_), _) => false,
    }
}

fn parse_json(line: &str, parsed: &mut Labels) {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(line) else {
        parsed.insert("__error__".to_owned(), "JSONParserErr".to_owned());
        return;
    };
    for (name, value) in fields {
        let value = match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => continue,
            other => other.to_string(),
        };
        parsed.insert(sanitized(&name), value);
    }
}

fn parse_logfmt(line: &str, parsed: &mut Labels) {
    let mut rest = line.trim();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.rsplit(' ').next().unwrap_or(name);
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            let mut escaped = false;
            let end = quoted.find(|c: char| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let (value, after) = quoted.split_at(end.unwrap_or(quoted.len()));
            (value.replace("\\\"", "\""), after.get(1..).unwrap_or_default())
        } else {
            let (value, after) = after.split_at(after.find(' ').unwrap_or(after.len()));
            (value.to_owned(), after)
        };
        if !name.is_empty() {
            parsed.insert(sanitized(name), value);
        }
        rest = after.trim_start();
    }
}

/// A label's name out of a field's.
fn sanitized(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Figures by labels.
pub type Series = BTreeMap<Labels, f64>;

/// The figures of a metric at one moment, from the lines of its range by their labels: how many, and how many bytes.
pub fn vector(metric: &Metric, lines: &BTreeMap<Labels, (f64, f64)>) -> Series {
    match metric {
        Metric::Range { function, range, .. } => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a range of years is exact to the microsecond"
            )]
            let seconds = *range as f64 / 1e9;
            let of = |count: f64, bytes: f64| match function {
                Function::CountOverTime => count,
                Function::Rate => count / seconds,
                Function::BytesOverTime => bytes,
                Function::BytesRate => bytes / seconds,
            };
            lines
                .iter()
                .map(|(labels, (count, bytes))| (labels.clone(), of(*count, *bytes)))
                .collect()
        }
        Metric::Aggregate(aggregate) => {
            let mut groups: BTreeMap<Labels, Vec<f64>> = BTreeMap::new();
            for (labels, value) in vector(&aggregate.inner, lines) {
                groups.entry(group(aggregate, labels)).or_default().push(value);
            }
            groups
                .into_iter()
                .map(|(labels, values)| (labels, reduce(aggregate.operation, &values)))
                .collect()
        }
    }
}

fn group(aggregate: &Aggregate, mut labels: Labels) -> Labels {
    match &aggregate.grouping {
        None => labels.clear(),
        Some(Grouping::By(kept)) => labels.retain(|name, _| kept.contains(name)),
        Some(Grouping::Without(dropped)) => labels.retain(|name, _| !dropped.contains(name)),
    }
    labels
}

fn reduce(operation: Operation, values: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a number of series")]
    let count = values.len() as f64;
    match operation {
        Operation::Sum => values.iter().sum(),
        Operation::Count => count,
        Operation::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Operation::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Operation::Avg => values.iter().sum::<f64>() / count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loki::logql::{Expr, parse};

    fn kept(query: &str, line: &str) -> Option<Labels> {
        let Expr::Log(log) = parse(query).unwrap() else { panic!("{query}") };
        let labels = Labels::from([("app".to_owned(), "x".to_owned())]);
        let pipeline = Pipeline::new(&log).unwrap();
        assert!(pipeline.chooses(&labels));
        pipeline.line(&labels, &Labels::new(), line)
    }

    #[test]
    fn stages_keep_and_drop() {
        let json = r#"{"level":"error","status":502,"msg":"no"}"#;
        for (query, line, stays) in [
            (r#"{app="x"} |= "err""#, "an error", true),
            (r#"{app="x"} != "err""#, "an error", false),
            (r#"{app="x"} |~ "(?i)ERR""#, "an error", true),
            (r#"{app="x"} !~ "e.r""#, "an error", false),
            (r#"{app="x"} | json | level="error""#, json, true),
            (r#"{app="x"} | json | status >= 500"#, json, true),
            (r#"{app="x"} | json | status < 500"#, json, false),
            (r#"{app="x"} | json | absent=~"a.+""#, json, false),
            (r#"{app="x"} | logfmt | level!="info""#, r#"time=1 level=info msg="a b""#, false),
            (r#"{app="x"} | logfmt | msg="a \"b\"""#, r#"level=info msg="a \"b\"" n=1"#, true),
        ] {
            assert_eq!(kept(query, line).is_some(), stays, "{query}");
        }
        assert!(kept(r#"{app="x"} | json"#, "no json").unwrap().contains_key("__error__"));
    }
}
