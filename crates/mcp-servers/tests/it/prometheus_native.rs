//! A real Prometheus that scrapes native histograms and exemplars, and remembers alerts.

use std::fmt::Write as _;

use evenkeel_tools::prometheus::{
    AlertHistoryArgs, AlertState, ExemplarsArgs, InstantData, Interpolation, MetricKind,
    MetricMetadataArgs, QueryArgs, QueryRangeArgs, RangeData, SampleValue,
};
use jiff::{SignedDuration, Timestamp};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::prometheus_process::{RealPrometheus, Start, eventually};

const CONFIG: &str = r"
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: native
    metrics_path: /native
    static_configs: [{targets: ['TARGET']}]
  - job_name: exemplars
    metrics_path: /exemplars
    static_configs: [{targets: ['TARGET']}]
";
const RULES: &str = r"
groups:
  - name: test
    rules:
      - {alert: AlwaysFiring, expr: vector(1), labels: {severity: page}}
      - {alert: Waiting, expr: vector(1), for: 1h}
";

/// An exposition in the classic way with one exemplar.
const EXEMPLARS: &str = "# TYPE took_seconds histogram
# UNIT took_seconds seconds
# HELP took_seconds How long it took.
took_seconds_bucket{le=\"0.5\"} 3
took_seconds_bucket{le=\"+Inf\"} 4 # {trace_id=\"abc\"} 0.9
took_seconds_count 4
took_seconds_sum 2
# EOF
";

/// Protocol buffers, as far as a native histogram needs them.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).unwrap());
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn signed(self, field: u64, value: i64) -> Self {
        self.number(field, u64::from_ne_bytes(((value << 1) ^ (value >> 63)).to_ne_bytes()))
    }

    fn double(mut self, field: u64, value: f64) -> Self {
        self.varint(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    fn delimited(self) -> Vec<u8> {
        let mut whole = Self::default();
        whole.varint(self.0.len() as u64);
        whole.0.extend(self.0);
        whole.0
    }
}

/// 50 observations up to 2, 30 up to 4, 20 up to 8, with buckets that double (schema 0).
fn native() -> Vec<u8> {
    let span = Message::default().signed(1, 1).number(2, 3);
    let histogram = Message::default()
        .number(1, 100)
        .double(2, 250.0)
        .signed(5, 0)
        .double(6, 0.001)
        .number(7, 0)
        .bytes(12, &span.0)
        // The first count, then differences.
        .signed(13, 50)
        .signed(13, -20)
        .signed(13, -10);
    let label = Message::default().bytes(1, b"path").bytes(2, b"/pay");
    let metric = Message::default().bytes(1, &label.0).bytes(7, &histogram.0);
    Message::default()
        .bytes(1, b"request_seconds")
        .bytes(2, b"How long requests take.")
        .number(3, 4)
        .bytes(4, &metric.0)
        .delimited()
}

/// What Prometheus scrapes.
async fn target() -> MockServer {
    let target = MockServer::start().await;
    let protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    for (place, kind, body) in
        [("/native", protobuf, native()), ("/exemplars", openmetrics, EXEMPLARS.into())]
    {
        let answer = ResponseTemplate::new(200).set_body_raw(body, kind);
        Mock::given(path(place)).respond_with(answer).mount(&target).await;
    }
    target
}

/// An alert that fired twice, an hour and a half before now, as rule evaluation would have left it.
fn alerts(end: Timestamp) -> String {
    let (mut states, mut begins) = (String::new(), String::new());
    let base = end.as_second() - 5400;
    for (from, pending, until) in [(0, 120, 600), (1800, 60, 1200)] {
        for at in (from..from + until).step_by(60) {
            let state = if at < from + pending { "pending" } else { "firing" };
            let labels = "alertname=\"Flapping\",pod=\"p\"";
            writeln!(states, "ALERTS{{{labels},alertstate=\"{state}\"}} 1 {}", base + at).unwrap();
            let begin = base + from - 5;
            writeln!(begins, "ALERTS_FOR_STATE{{{labels}}} {begin} {}", base + at).unwrap();
        }
    }
    format!("# TYPE ALERTS gauge\n{states}# TYPE ALERTS_FOR_STATE gauge\n{begins}# EOF\n")
}

#[expect(clippy::disallowed_methods, reason = "a real Prometheus lives in the present")]
fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap()
}

async fn start(target: &MockServer, history: &str) -> RealPrometheus {
    let config = CONFIG.replace("TARGET", &target.address().to_string());
    let features = "native-histograms,exemplar-storage";
    Start { config: &config, rules: RULES, history, features }.go().await
}

#[tokio::test]
async fn native_histograms_come_with_estimates_that_a_real_prometheus_confirms() {
    let target = target().await;
    let prometheus = start(&target, "").await;
    let client = prometheus.client().await;
    let query = |text: &str| QueryArgs { query: text.to_owned(), time: None };
    let found = eventually(async || {
        let answer = client.call(&query("request_seconds")).await.ok()?;
        matches!(answer.data, InstantData::Vector { .. }).then_some(answer)
    })
    .await;
    let InstantData::Vector { samples, histograms, truncated: false } = found.data else {
        panic!("no vector")
    };
    assert!(samples.is_empty() && histograms.len() == 1);
    assert_eq!(histograms[0].labels["path"], "/pay");
    let histogram = &histograms[0].histogram;
    assert_eq!((histogram.count, histogram.mean), (SampleValue::Number(100.0), Some(2.5)));
    assert_eq!((histogram.interpolation, histogram.bucket_count), (Interpolation::Exponential, 3));
    let counts: Vec<f64> = histogram.buckets.iter().map(|b| b.count.to_f64()).collect();
    assert_eq!(counts, [50.0, 30.0, 20.0]);

    for estimate in &histogram.estimated_quantiles {
        let text = format!("histogram_quantile({}, request_seconds)", estimate.q);
        let theirs = client.call(&query(&text)).await.unwrap().data.single().unwrap();
        let (theirs, ours) = (theirs.number().unwrap(), estimate.estimate.unwrap());
        let bounds = estimate.above.to_f64()..=estimate.up_to.to_f64();
        assert!(bounds.contains(&theirs) && bounds.contains(&ours), "{estimate:?}, {theirs}");
        // Before 3.0 Prometheus placed it evenly, since then exponentially as we do.
        assert!((theirs - ours).abs() < 0.1 * theirs, "{estimate:?}, {theirs}");
    }

    // The moment of the first scrape may still lie after the last whole second.
    let series = eventually(async || {
        let end = now();
        let range = QueryRangeArgs {
            query: "request_seconds".to_owned(),
            start: end.checked_sub(SignedDuration::from_mins(4)).unwrap(),
            end,
            step_seconds: Some(1.0),
        };
        match client.call(&range).await.ok()?.data {
            RangeData::Matrix { series, truncated: false } => Some(series),
            _ => None,
        }
    })
    .await;
    assert!(series[0].points.is_empty() && !series[0].histograms.is_empty());
    let point = &series[0].histograms[0].h;
    assert!(point.buckets.is_empty() && point.bucket_count == 3);
    assert_eq!(point.estimated_quantiles, histogram.estimated_quantiles);
}

#[tokio::test]
async fn exemplars_and_metadata_are_those_that_were_scraped() {
    let target = target().await;
    let prometheus = start(&target, "").await;
    let client = prometheus.client().await;
    let args = ExemplarsArgs { query: "took_seconds_bucket".to_owned(), ..Default::default() };
    let found = eventually(async || {
        let found = client.call(&args).await.ok()?;
        (!found.series.is_empty()).then_some(found)
    })
    .await;
    let series = &found.series[0];
    assert_eq!(
        (series.labels["le"].as_str(), series.labels["job"].as_str()),
        ("+Inf", "exemplars")
    );
    assert_eq!(series.exemplars[0].labels["trace_id"], "abc");
    assert_eq!(series.exemplars[0].value, SampleValue::Number(0.9));
    assert!(!found.truncated && found.start < found.end);
    let none = ExemplarsArgs { query: "up".to_owned(), ..Default::default() };
    assert!(client.call(&none).await.unwrap().series.is_empty());
    let broken = ExemplarsArgs { query: "sum(".to_owned(), ..Default::default() };
    assert_eq!(client.code(&broken).await, "prometheus.bad_query");

    let args = MetricMetadataArgs { metric: Some("took_seconds".to_owned()), ..Default::default() };
    let found = client.call(&args).await.unwrap();
    assert_eq!(found.metrics.len(), 1);
    let only = &found.metrics[0];
    assert_eq!((only.kind, only.unit.as_deref()), (MetricKind::Histogram, Some("seconds")));
    assert_eq!(only.help.as_deref(), Some("How long it took."));
    let args =
        MetricMetadataArgs { contains: Some("HOW LONG REQUESTS".to_owned()), ..Default::default() };
    let found = eventually(async || {
        let found = client.call(&args).await.ok()?;
        (!found.metrics.is_empty()).then_some(found)
    })
    .await;
    assert_eq!(found.metrics[0].name, "request_seconds");
}

#[tokio::test]
async fn alert_history_tells_episodes_from_what_evaluation_left_behind() {
    let target = target().await;
    let end = now();
    let prometheus = start(&target, &alerts(end)).await;
    let client = prometheus.client().await;
    let args = |name: &str| AlertHistoryArgs {
        name: Some(name.to_owned()),
        start: Some(end.checked_sub(SignedDuration::from_hours(2)).unwrap()),
        ..AlertHistoryArgs::default()
    };
    let found = eventually(async || {
        let found = client.call(&args("Flapping")).await.ok()?;
        (found.episodes.len() == 2).then_some(found)
    })
    .await;
    let base = end.as_second() - 5400;
    let late = found.precision_seconds + found.step_seconds;
    for (episode, from, pending, until) in
        [(&found.episodes[0], 1800, 60, 1200), (&found.episodes[1], 0, 120, 600)]
    {
        assert_eq!(episode.active_since.unwrap().as_second(), base + from - 5);
        assert_eq!(episode.labels["pod"], "p");
        assert!(!episode.at_start && !episode.at_end);
        let states: Vec<_> = episode.intervals.iter().map(|i| i.state).collect();
        assert_eq!(states, [AlertState::Pending, AlertState::Firing]);
        let near = |time: Timestamp, wanted: i64| {
            let off = time.as_duration().as_secs_f64()
                - std::time::Duration::from_secs(u64::try_from(base + wanted).unwrap())
                    .as_secs_f64();
            assert!((0.0..=late).contains(&off), "{time} is {off} s after {wanted}");
        };
        near(episode.intervals[0].first_seen, from);
        near(episode.intervals[1].first_seen, from + pending);
        near(episode.intervals[1].last_seen, from + until - 60);
    }
    for (name, state) in [("AlwaysFiring", AlertState::Firing), ("Waiting", AlertState::Pending)] {
        let found = eventually(async || {
            let found = client.call(&args(name)).await.ok()?;
            (!found.episodes.is_empty()).then_some(found)
        })
        .await;
        let [only] = found.episodes.as_slice() else { panic!("{found:?}") };
        assert!(only.at_end && only.active_since.is_some(), "{only:?}");
        assert_eq!(only.intervals.last().unwrap().state, state);
    }
    let none = AlertHistoryArgs { labels: [("a".into(), "b\"c".into())].into(), ..args("X") };
    assert!(client.call(&none).await.unwrap().episodes.is_empty());
    let bad = AlertHistoryArgs { labels: [("a-b".into(), "c".into())].into(), ..args("X") };
    assert_eq!(client.code(&bad).await, "tool.bad_arguments");
}
