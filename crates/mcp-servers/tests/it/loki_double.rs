//! The Loki tools against the Loki double.

use evenkeel_lab::loki::LokiDouble;
use evenkeel_mcp_servers::{Limits, loki};
use evenkeel_tools::loki::{
    CountsArgs, ErrorLogsArgs, IndexStatsArgs, LabelNamesArgs, LabelValuesArgs, LineFilter,
    LineOperator, LogData, MatchOperator, PatternChange, PatternsArgs, Place, PlacePart, QueryArgs,
    QueryRangeArgs, StreamsArgs, TailAroundArgs,
};
use evenkeel_tools::prometheus::{InstantData, RangeData};
use jiff::Timestamp;

use crate::loki_pages::{client, seconds};
use crate::support::TestClient;

fn at(second: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(seconds(second))).unwrap()
}

const POD: &str = "checkout-7d9f8b6c5d-x2x7k";

/// Two pods of a shop, labelled as promtail does; errors of one kind from second 600 on.
async fn shop() -> (LokiDouble, TestClient) {
    let double = LokiDouble::start().await.unwrap();
    let other = "inventory-6f5d8c9b7d-abcde";
    for second in 0..900 {
        for (pod, app) in [(POD, "checkout"), (other, "inventory")] {
            let labels = [("namespace", "shop"), ("pod", pod), ("app", app), ("container", app)];
            double.push(
                &labels,
                seconds(second),
                &format!("level=info msg=\"served request\" n={second}"),
            );
            if app == "checkout" && second % 100 == 0 {
                double.push(&labels, seconds(second), "level=info msg=\"0 errors so far\"");
            }
            if app == "checkout" && second >= 600 && second % 5 == 0 {
                double.push(
                    &labels,
                    seconds(second) + 1,
                    &format!(
                        "level=error msg=\"no price for article {second}\" password=hunter2hunter2"
                    ),
                );
            }
        }
    }
    let client = client(&double).await;
    (double, client)
}

fn errors(place: Place) -> ErrorLogsArgs {
    ErrorLogsArgs {
        place,
        matchers: Vec::new(),
        start: at(0),
        end: at(900),
        limit: Some(20),
        direction: None,
    }
}

fn checkout() -> Place {
    Place { workload: Some("checkout".to_owned()), ..Place::namespace("shop") }
}

#[tokio::test]
async fn error_logs_are_found_by_the_labels_there_are() {
    let (_double, client) = shop().await;
    let found = client.call(&errors(checkout())).await.unwrap();
    let labels: Vec<_> = found.labels.iter().map(|l| (l.part, l.label.as_str())).collect();
    assert_eq!(labels, [(PlacePart::Namespace, "namespace"), (PlacePart::Workload, "app")]);
    assert!(
        found.query.starts_with(r#"{namespace="shop", app="checkout"} |~ "#),
        "{}",
        found.query
    );
    assert!(found.page.next.is_some());
    let first = &found.page.entries[0];
    assert!(first.line.contains("no price for article 895"), "{}", first.line);
    assert!(!first.line.contains("hunter2"), "{}", first.line);
    // A line that says of itself that it is none.
    let mut quiet = errors(checkout());
    quiet.end = at(500);
    let found = client.call(&quiet).await.unwrap();
    assert_eq!((found.page.entries.len(), found.harmless), (0, 5));
}

#[tokio::test]
async fn other_collectors_label_otherwise() {
    let double = LokiDouble::start().await.unwrap();
    let client = client(&double).await;
    let labels = [("k8s_namespace_name", "shop"), ("k8s_pod_name", POD)];
    double.push(&labels, seconds(1), "ERROR no price");
    let named_alike =
        [("k8s_namespace_name", "shop"), ("k8s_pod_name", "checkout-api-7d9f8b6c5d-x2x7k")];
    double.push(&named_alike, seconds(2), "ERROR somebody else's");
    let found = client.call(&errors(checkout())).await.unwrap();
    assert_eq!(found.labels[1].operator, MatchOperator::Matches);
    assert_eq!(found.labels[1].label, "k8s_pod_name");
    let lines: Vec<_> = found.page.entries.iter().map(|entry| entry.line.as_str()).collect();
    assert_eq!(lines, ["ERROR no price"]);
    let container = Place { container: Some("main".to_owned()), ..Place::namespace("shop") };
    let failed = client.call(&errors(container)).await.unwrap_err();
    assert_eq!(failed.code, "loki.no_label");
    assert!(failed.message.contains("k8s_pod_name"), "{}", failed.message);
}

#[tokio::test]
async fn a_hostile_name_is_a_value_and_nothing_else() {
    let (_double, client) = shop().await;
    let hostile = Place {
        workload: Some("x\"} or {namespace=~\".+\"} |= \"".to_owned()),
        ..Place::namespace("shop\\")
    };
    let found = client.call(&errors(hostile)).await.unwrap();
    assert_eq!(found.page.entries.len(), 0, "{}", found.query);
    let nowhere = client.code(&errors(Place::default())).await;
    assert_eq!(nowhere, "tool.bad_arguments");
}

#[tokio::test]
async fn lines_before_and_after_a_moment_come_in_order() {
    let (_double, client) = shop().await;
    let args = TailAroundArgs {
        place: Place::namespace("shop"),
        matchers: Vec::new(),
        filters: vec![LineFilter { operator: LineOperator::NotContains, text: "0 errors".into() }],
        at: at(600),
        before: Some(3),
        after: Some(4),
        within_seconds: Some(60),
    };
    let found = client.call(&args).await.unwrap();
    assert_eq!((found.before.len(), found.after.len()), (3, 4));
    assert!(found.more_before && found.more_after && !found.truncated);
    let all: Vec<_> = found.before.iter().chain(&found.after).collect();
    assert!(all.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert!(found.before.iter().all(|entry| entry.at < at(600)));
    assert!(found.after.iter().all(|entry| entry.at >= at(600)));
    assert!(found.after[2].line.contains("no price for article 600"), "{:?}", found.after);
    assert_eq!(found.streams.len(), 2);
    let pod = |entry: usize| found.streams[found.after[entry].stream as usize]["pod"].as_str();
    assert_eq!(pod(2), POD);
}

#[tokio::test]
async fn counts_count_each_line_once() {
    let (_double, client) = shop().await;
    let args = CountsArgs {
        place: Place::namespace("shop"),
        matchers: Vec::new(),
        filters: vec![LineFilter { operator: LineOperator::Contains, text: "no price".into() }],
        by: vec!["app".to_owned()],
        start: at(0),
        end: at(900),
        step_seconds: Some(60),
    };
    let found = client.call(&args).await.unwrap();
    let RangeData::Matrix { series, .. } = found.range else { panic!("empty") };
    assert_eq!(series.len(), 1);
    assert_eq!(series[0].labels["app"], "checkout");
    let sum: f64 = series[0].points.iter().filter_map(|point| point.v.number()).sum();
    assert!((sum - 60.0).abs() < f64::EPSILON, "{sum}");
    assert_eq!(series[0].points.len(), 5, "steps without a line are absent");
}

#[tokio::test]
async fn patterns_tell_what_began() {
    let (double, client) = shop().await;
    let labels =
        [("namespace", "shop"), ("pod", POD), ("app", "checkout"), ("container", "checkout")];
    for (index, line) in [
        "2026-09-21 10:20:30 ERROR shop.Order - cannot reserve",
        "java.lang.IllegalStateException: stock",
        "\tat shop.Order.reserve(Order.java:7)",
        "Caused by: java.net.ConnectException: refused",
    ]
    .iter()
    .enumerate()
    {
        for n in 0..3 {
            double.push(&labels, seconds(700 + n) + 10 + i64::try_from(index).unwrap(), line);
        }
    }
    for second in 0..590 {
        double.push(&labels, seconds(second) + 2, "level=debug msg=\"cache refreshed\"");
    }
    let args = PatternsArgs {
        place: checkout(),
        matchers: Vec::new(),
        start: at(595),
        end: at(900),
        baseline_start: Some(at(0)),
        errors_only: false,
    };
    let found = client.call(&args).await.unwrap();
    assert!(!found.baseline.shortened && !found.current.shortened);
    let told: Vec<_> = found.changes.iter().map(|c| (c.change, c.template.as_str())).collect();
    let price = &found.changes[0];
    assert_eq!(price.change, PatternChange::New, "{told:?}");
    assert!(price.template.starts_with("no price for article <*>"), "{told:?}");
    assert_eq!(price.level.as_deref(), Some("error"));
    assert_eq!((price.baseline_lines, price.current_lines), (0, 60));
    assert_eq!(price.first_at.unwrap().as_second(), at(600).as_second());
    assert!(price.first_line.as_ref().unwrap().contains("no price for article 600"));
    assert!(!price.first_line.as_ref().unwrap().contains("hunter2"));
    assert_eq!(price.streams[0]["pod"], POD);
    let trace = found.changes.iter().find(|c| c.template == "cannot reserve").unwrap();
    assert_eq!(trace.cause.as_deref(), Some("Caused by: java.net.ConnectException: refused"));
    assert_eq!(trace.current_lines, 3);
    let gone = found.changes.iter().find(|c| c.template == "cache refreshed").unwrap();
    assert_eq!(gone.change, PatternChange::Vanished);
}

#[tokio::test]
async fn errors_alone_are_compared_with_a_time_that_had_none() {
    let (_double, client) = shop().await;
    let mut args = PatternsArgs {
        place: Place { workload: Some("checkout".to_owned()), ..Place::namespace("shop") },
        matchers: Vec::new(),
        start: at(595),
        end: at(900),
        baseline_start: Some(at(510)),
        errors_only: true,
    };
    let found = client.call(&args).await.unwrap();
    assert_eq!((found.baseline.lines, found.baseline.silent), (0, false), "calm, not silent");
    assert_eq!(found.changes[0].change, PatternChange::New);
    assert!(found.query.contains("|~"), "{}", found.query);
    args.start = at(0);
    args.baseline_start = Some(at(-600));
    let found = client.call(&args).await.unwrap();
    assert_eq!((found.baseline.lines, found.baseline.silent), (0, true));
}

#[tokio::test]
async fn labels_values_streams_and_sizes() {
    let (_double, client) = shop().await;
    let span = (Some(at(0)), Some(at(900)));
    let names = LabelNamesArgs { start: span.0, end: span.1, ..LabelNamesArgs::default() };
    let names = client.call(&names).await.unwrap();
    assert_eq!(names.labels, ["app", "container", "namespace", "pod"]);
    let values = LabelValuesArgs {
        label: "pod".to_owned(),
        selector: Some(r#"{app="checkout"}"#.to_owned()),
        start: span.0,
        end: span.1,
        after: None,
    };
    assert_eq!(client.call(&values).await.unwrap().values, [POD]);
    // Nothing there: Loki leaves the data out.
    let before = LabelNamesArgs { start: Some(at(-900)), end: Some(at(-1)), ..Default::default() };
    assert!(client.call(&before).await.unwrap().labels.is_empty());
    let streams = StreamsArgs {
        selector: r#"{namespace="shop"}"#.to_owned(),
        start: span.0,
        end: span.1,
        after: None,
    };
    assert_eq!(client.call(&streams).await.unwrap().streams.len(), 2);
    let stats =
        IndexStatsArgs { selector: r#"{app="inventory"}"#.to_owned(), start: at(0), end: at(900) };
    let stats = client.call(&stats).await.unwrap();
    assert_eq!((stats.estimate.streams, stats.estimate.entries, stats.too_heavy), (1, 900, false));
}

#[tokio::test]
async fn written_queries_give_lines_and_figures() {
    let (_double, client) = shop().await;
    let instant = QueryArgs {
        query: r#"sum by (app) (count_over_time({namespace="shop"} |= "no price" [15m]))"#.into(),
        time: Some(at(900)),
    };
    let InstantData::Vector { samples, .. } = client.call(&instant).await.unwrap().data else {
        panic!("empty")
    };
    assert_eq!(samples[0].value.number(), Some(60.0));
    let range = QueryRangeArgs {
        query: r#"{namespace="shop"} | logfmt | level="error""#.into(),
        start: at(0),
        end: at(900),
        limit: Some(5),
        direction: None,
        step_seconds: None,
    };
    let LogData::Lines { page, .. } = client.call(&range).await.unwrap().data else {
        panic!("figures")
    };
    assert_eq!(page.entries.len(), 5);
    assert_eq!(page.streams.len(), 1, "parsed labels don't divide a stream");
    assert_eq!(page.entries[0].metadata["level"], "error");
    let figures = QueryRangeArgs {
        query: r#"rate({app="checkout"} |= "no price" [1m])"#.into(),
        step_seconds: Some(60.0),
        ..range.clone()
    };
    let LogData::Figures { range: RangeData::Matrix { series, .. }, .. } =
        client.call(&figures).await.unwrap().data
    else {
        panic!("lines")
    };
    assert_eq!(series.len(), 1);
    let broken = QueryRangeArgs { query: "{app=".into(), ..range.clone() };
    let failed = client.call(&broken).await.unwrap_err();
    assert_eq!(failed.code, "loki.bad_query");
    assert!(failed.message.contains("col 6"), "{}", failed.message);
    let log = QueryArgs { query: r#"{app="checkout"}"#.into(), time: Some(at(900)) };
    assert_eq!(client.code(&log).await, "loki.bad_query");
}

#[tokio::test]
async fn what_would_read_too_much_is_refused_with_what_to_narrow() {
    let (double, _) = shop().await;
    let mut config = loki::LokiConfig::new(double.url());
    config.max_query_bytes = 10_000;
    let loki = loki::Loki::new(&config, Limits::default());
    let client = TestClient::of(loki::server(loki, Limits::default())).await;
    let failed = client.call(&errors(Place::namespace("shop"))).await.unwrap_err();
    assert_eq!(failed.code, "loki.too_heavy");
    assert!(failed.next.contains("pod") && failed.next.contains("container"), "{}", failed.next);
    let mut short = errors(checkout());
    short.start = at(890);
    client.call(&short).await.unwrap();
    let long = QueryRangeArgs {
        query: r#"{namespace="shop"}"#.into(),
        start: at(0),
        end: at(900),
        limit: None,
        direction: None,
        step_seconds: None,
    };
    assert_eq!(client.code(&long).await, "loki.too_heavy");
}
