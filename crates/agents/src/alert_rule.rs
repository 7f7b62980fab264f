//! What an alerting rule's expression says: `measure > threshold`.
//!
//! The measure is what is charted, searched for the onset, and what must be back below its
//! threshold after the fix. Expressions that are not a comparison with a number (`absent(x)`,
//! `a > b`, `x == 1`) have no such measure.

use std::collections::BTreeMap;

use evenkeel_domain::{finding::FindingKind, predicate::Comparison};
use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{self, BinaryExpr, Expr, token},
};

/// Characters of an expression that is still read; the parser recurses.
const MAX: usize = 4096;

/// A comparison with a number that makes an alert fire.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is measured, in `PromQL`.
    pub measure: String,
    /// Fires while the measure compares so …
    pub fires: Comparison,
    /// … with this.
    pub threshold: f64,
    /// Unit by form and metrics' names: `s`, `B`, `B/s`, `ratio`, `%` or nothing.
    pub unit: &'static str,
    /// What kind of trouble the measure shows, where its form tells.
    pub shows: Option<FindingKind>,
}

/// Reads an expression.
pub fn condition(expression: &str) -> Option<Condition> {
    from_expr(&parse(expression)?)
}

fn parse(expression: &str) -> Option<Expr> {
    (expression.len() <= MAX).then(|| parser::parse(expression).ok()).flatten()
}

fn from_expr(expr: &Expr) -> Option<Condition> {
    match expr {
        Expr::Paren(inner) => from_expr(&inner.expr),
        // `a > 1 and b > 2`: what is before `and` is what the alert's value is.
        Expr::Binary(b) if matches!(b.op.id(), token::T_LAND | token::T_LUNLESS) => {
            from_expr(&b.lhs)
        }
        Expr::Binary(b) if !b.return_bool() => {
            let sign = comparison(b.op.id())?;
            let (measured, fires, threshold) = match (number(&b.lhs), number(&b.rhs)) {
                (None, Some(threshold)) => (&b.lhs, sign, threshold),
                (Some(threshold), None) => (&b.rhs, mirrored(sign), threshold),
                _ => return None,
            };
            threshold.is_finite().then(|| Condition {
                measure: completed(bare(measured), fires),
                fires,
                threshold,
                unit: unit(measured),
                shows: shows(measured, fires, threshold),
            })
        }
        _ => None,
    }
}

fn comparison(op: token::TokenId) -> Option<Comparison> {
    match op {
        token::T_GTR => Some(Comparison::Above),
        token::T_GTE => Some(Comparison::AtLeast),
        token::T_LSS => Some(Comparison::Below),
        token::T_LTE => Some(Comparison::AtMost),
        _ => None,
    }
}

/// `0.05 < x` says of x what `x > 0.05` says.
fn mirrored(sign: Comparison) -> Comparison {
    match sign {
        Comparison::Below => Comparison::Above,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Above => Comparison::Below,
        Comparison::AtLeast => Comparison::AtMost,
    }
}

/// What must be true when the alert must not fire.
pub fn inverted(fires: Comparison) -> Comparison {
    match fires {
        Comparison::Below => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Above,
        Comparison::Above => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Below,
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::NumberLiteral(n) => Some(n.val),
        Expr::Paren(inner) => number(&inner.expr),
        Expr::Unary(inner) => number(&inner.expr).map(|n| -n),
        Expr::Binary(b) => {
            let (left, right) = (number(&b.lhs)?, number(&b.rhs)?);
            match b.op.id() {
                token::T_ADD => Some(left + right),
                token::T_SUB => Some(left - right),
                token::T_MUL => Some(left * right),
                token::T_DIV => Some(left / right),
                _ => None,
            }
        }
        _ => None,
    }
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

fn ratio(expr: &Expr) -> Option<(&BinaryExpr, bool)> {
    match bare(expr) {
        Expr::Binary(b) if b.op.id() == token::T_DIV && number(&b.rhs).is_none() => {
            let (above, below) = (metrics(&b.lhs), metrics(&b.rhs));
            Some((b, !above.is_empty() && above.iter().any(|name| below.contains(name))))
        }
        Expr::Binary(b) if b.op.id() == token::T_MUL && number(&b.rhs).is_some() => ratio(&b.lhs),
        _ => None,
    }
}

/// `errors / all` has no value when there is not one error any more, because a counter with that
/// label no longer exists. Where both sides count the same metric, no such series beside existing
/// ones means zero of them, not unknown: the denominator times 0 stands in. Without a denominator
/// there still is no value.
fn completed(measured: &Expr, fires: Comparison) -> String {
    let measure = measured.to_string();
    let rising = matches!(fires, Comparison::Above | Comparison::AtLeast);
    match measured {
        Expr::Binary(b) if rising && b.op.id() == token::T_DIV => match ratio(measured) {
            Some((_, true)) if b.modifier.as_ref().is_none_or(|m| m.matching.is_none()) => {
                format!("({measure}) or ({} * 0)", b.rhs)
            }
            _ => measure,
        },
        _ => measure,
    }
}

/// Unit of what an expression gives, where its form and its metrics' names tell (the naming
/// practices of Prometheus: base units as suffixes). A guess is worse than none: people would
/// read 300 ms as 30 %.
fn unit(expr: &Expr) -> &'static str {
    match bare(expr) {
        Expr::Binary(b) if b.op.id() == token::T_MUL => {
            let (of, by) = match number(&b.lhs) {
                Some(by) => (&b.rhs, Some(by)),
                None => (&b.lhs, number(&b.rhs)),
            };
            if unit(of) == "ratio" && by == Some(100.0) { "%" } else { "" }
        }
        Expr::Binary(b) if b.op.id() == token::T_DIV => quotient(b),
        expr if counts(expr) => "",
        expr => unit_by_name(&metrics(expr), expr.to_string().contains("rate(")),
    }
}

fn quotient(division: &BinaryExpr) -> &'static str {
    let (above, below) = (metrics(&division.lhs), metrics(&division.rhs));
    let all = |names: &[String], suffix: &str| {
        !names.is_empty() && names.iter().all(|name| name.ends_with(suffix))
    };
    if all(&above, "_sum") && all(&below, "_count") {
        // A mean of what is observed.
        return unit_by_name(&above, false);
    }
    let (over, under) = (unit(&division.lhs), unit(&division.rhs));
    let shared = above.iter().any(|name| below.contains(name));
    let counters = all(&above, "_total") && all(&below, "_total");
    if shared || (over == under && (counters || !over.is_empty())) { "ratio" } else { "" }
}

fn unit_by_name(names: &[String], rate: bool) -> &'static str {
    let any = |part: &str| names.iter().any(|name| name.contains(part));
    match (any("_seconds"), any("_bytes")) {
        // Seconds a second: of a processor, for one.
        (true, _) if rate && any("_seconds_total") => "",
        (true, _) => "s",
        (_, true) if rate && any("_bytes_total") => "B/s",
        (_, true) => "B",
        _ => "",
    }
}

/// `count(…)` and `rate(…_count)` count things whatever the unit of the metric.
fn counts(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Aggregate(a) => a.op.id() == token::T_COUNT || counts(&a.expr),
        _ => false,
    }
}

/// What kind of trouble the form of the measure shows. Only forms that mean one thing: a quantile
/// or a duration is latency, a part of the same counter by status is errors, one thing divided by
/// another with an alarm between half and all of it is use against a limit.
fn shows(expr: &Expr, fires: Comparison, threshold: f64) -> Option<FindingKind> {
    if !matches!(fires, Comparison::Above | Comparison::AtLeast) {
        return None;
    }
    let names = metrics(expr);
    let text = expr.to_string();
    if text.contains("histogram_quantile")
        || names.iter().any(|n| n.contains("duration") || n.contains("latency"))
    {
        return Some(FindingKind::LatencyUp);
    }
    let by_status = ["status", "code", "grpc_code", "response_code", "status_code"]
        .iter()
        .any(|label| matchers(expr).iter().any(|m| m.name == *label));
    match ratio(expr) {
        Some((_, true)) if by_status => Some(FindingKind::ErrorsUp),
        Some((_, false)) if (0.5..=1.0).contains(&threshold) => Some(FindingKind::Saturation),
        _ => None,
    }
}

fn matchers(expr: &Expr) -> Vec<Matcher> {
    let mut all = Vec::new();
    let mut copy = expr.clone();
    visit(&mut copy, &mut |name, matchers| {
        let _ = name;
        all.extend(matchers.iter().cloned());
    });
    all
}

/// Names of the metrics an expression reads.
fn metrics(expr: &Expr) -> Vec<String> {
    let mut all = Vec::new();
    let mut copy = expr.clone();
    visit(&mut copy, &mut |name, _| all.extend(name.map(str::to_owned)));
    all
}

/// The same measure for one alert only: every selector gets the alert's identifying labels. The
/// caller tries whether that still gives a value: a label may come from elsewhere.
pub fn narrowed(measure: &str, labels: &BTreeMap<String, String>) -> Option<String> {
    let mut expr = parse(measure)?;
    visit(&mut expr, &mut |_, matchers| {
        for (name, value) in labels {
            if matchers.iter().all(|m| m.name != *name) {
                matchers.push(Matcher::new(MatchOp::Equal, name, value));
            }
        }
    });
    Some(expr.to_string())
}

fn visit(expr: &mut Expr, see: &mut dyn FnMut(Option<&str>, &mut Vec<Matcher>)) {
    match expr {
        Expr::Aggregate(a) => visit(&mut a.expr, see),
        Expr::Unary(u) => visit(&mut u.expr, see),
        Expr::Binary(b) => {
            visit(&mut b.lhs, see);
            visit(&mut b.rhs, see);
        }
        Expr::Paren(p) => visit(&mut p.expr, see),
        Expr::Subquery(s) => visit(&mut s.expr, see),
        Expr::VectorSelector(v) => see(v.name.as_deref(), &mut v.matchers.matchers),
        Expr::MatrixSelector(m) => see(m.vs.name.as_deref(), &mut m.vs.matchers.matchers),
        Expr::Call(call) => {
            for argument in &mut call.args.args {
                visit(argument, see);
            }
        }
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

/// The expression in a rule's link: the `g0.expr` parameter.
pub fn from_link(url: &str) -> Option<String> {
    let query = url.split_once('?')?.1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix("g0.expr="))?;
    decode(value).filter(|text| !text.is_empty() && text.len() <= MAX)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        bytes.push(match b {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Spells `text` as a `PromQL` string.
pub fn string(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len() + 2);
    spelt.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                spelt.push('\\');
                spelt.push(c);
            }
            '\n' => spelt.push_str("\\n"),
            c if c.is_control() => {}
            c => spelt.push(c),
        }
    }
    spelt.push('"');
    spelt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_with_a_number_is_split() {
        use Comparison::{Above, AtLeast, Below};
        let table = [
            ("up < 1", Some(("up", Below, 1.0))),
            ("(rate(x[1m])) >= 2 * 3", Some(("rate(x[1m])", AtLeast, 6.0))),
            ("0.5 < avg(y)", Some(("avg(y)", Above, 0.5))),
            ("a > 1 and b > 2", Some(("a", Above, 1.0))),
            ("(a > 1) unless b", Some(("a", Above, 1.0))),
            ("x > -1", Some(("x", Above, -1.0))),
            ("absent(x)", None),
            ("a > b", None),
            ("x == 1", None),
            ("x > bool 1", None),
            ("x > Inf", None),
            ("not promql ((", None),
        ];
        for (expression, expected) in table {
            let got = condition(expression);
            let got = got.as_ref().map(|c| (c.measure.as_str(), c.fires, c.threshold));
            assert_eq!(got, expected, "{expression}");
        }
        assert_eq!(condition(&format!("{}x > 1{}", "(".repeat(5000), ")".repeat(5000))), None);
    }

    #[test]
    fn no_errors_left_counts_as_zero_only_beside_requests() {
        let ratio = "sum(rate(r{code=~\"5..\"}[1m])) / sum(rate(r[1m])) > 0.05";
        let condition = condition(ratio).unwrap();
        assert_eq!(
            condition.measure,
            "(sum(rate(r{code=~\"5..\"}[1m])) / sum(rate(r[1m]))) or (sum(rate(r[1m])) * 0)"
        );
        assert_eq!(condition.shows, Some(FindingKind::ErrorsUp));
        let other = super::condition("used / available > 0.9").unwrap();
        assert_eq!(other.measure, "used / available");
        assert_eq!(other.shows, Some(FindingKind::Saturation));
        assert_eq!(super::condition("a / b > 3").unwrap().shows, None);
    }

    #[test]
    fn units_and_kinds_come_from_the_form() {
        let table = [
            (
                "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[1m]))) > 0.5",
                "s",
                Some(FindingKind::LatencyUp),
            ),
            (
                "sum(rate(http_requests_total{code=~\"5..\"}[1m])) / sum(rate(http_requests_total[1m])) > 0.05",
                "ratio",
                Some(FindingKind::ErrorsUp),
            ),
            ("100 * 1 < x_total", "", None),
            (
                "sum(rate(http_requests_total{code=\"500\"}[1m])) / sum(rate(http_requests_total[1m])) * 100 > 5",
                "%",
                Some(FindingKind::ErrorsUp),
            ),
            ("sum(rate(failures_total[1m])) / sum(rate(calls_total[1m])) > 0.1", "ratio", None),
            (
                "rate(request_duration_seconds_sum[1m]) / rate(request_duration_seconds_count[1m]) > 0.3",
                "s",
                Some(FindingKind::LatencyUp),
            ),
            (
                "container_memory_working_set_bytes / container_spec_memory_limit_bytes > 0.9",
                "ratio",
                Some(FindingKind::Saturation),
            ),
            ("queue_length / workers > 0.7", "", Some(FindingKind::Saturation)),
            ("sum(rate(container_cpu_usage_seconds_total[1m])) > 0.9", "", None),
            ("rate(node_network_receive_bytes_total[1m]) > 1e8", "B/s", None),
            ("process_resident_memory_bytes > 1e8", "B", None),
            ("kube_deployment_status_replicas_unavailable > 0", "", None),
        ];
        for (expression, unit, shows) in table {
            let got = condition(expression).unwrap();
            assert_eq!((got.unit, got.shows), (unit, shows), "{expression}");
        }
    }

    #[test]
    fn narrowing_adds_labels_to_every_selector_and_escapes_them() {
        let labels = BTreeMap::from([("namespace".to_owned(), "a\"b".to_owned())]);
        let narrow = narrowed("sum(rate(x[1m])) / sum(y{namespace=\"z\"})", &labels).unwrap();
        assert_eq!(narrow, "sum(rate(x{namespace=\"a\\\"b\"}[1m])) / sum(y{namespace=\"z\"})");
        assert!(parse(&narrow).is_some());
    }

    #[test]
    fn the_link_carries_the_expression() {
        let url = "http://p:9090/graph?g0.expr=up%7Ba%3D%22b%22%7D+%3C+1&g0.tab=1";
        assert_eq!(from_link(url).as_deref(), Some("up{a=\"b\"} < 1"));
        assert_eq!(from_link("http://p/graph?x=%zz&g0.expr=%zz"), None);
        assert_eq!(from_link("nonsense"), None);
    }

    #[test]
    fn strings_are_spelt_safely() {
        assert_eq!(string("a\"} or up{b=\"\\"), "\"a\\\"} or up{b=\\\"\\\\\"");
    }
}
