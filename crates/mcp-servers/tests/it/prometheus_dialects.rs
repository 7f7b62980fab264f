//! Doubles of what else speaks Prometheus' API, each answering in the way that its project documents: Mimir, Thanos,
//! `VictoriaMetrics`.

use evenkeel_mcp_servers::http::Auth;
use evenkeel_mcp_servers::prometheus;
use evenkeel_tools::prometheus::{
    ExemplarsArgs, InstantData, LabelValuesArgs, ListAlertsArgs, ListRulesArgs, ListTargetsArgs,
    MetricMetadataArgs, QueryArgs, QueryRangeArgs, RangeData, RuleKind, RuleState, SampleValue,
    SeriesArgs,
};
use serde_json::{Value, json};
use wiremock::matchers::{any, header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClient, short};

/// A server that answers these paths and, elsewhere, as `otherwise`.
async fn double(answers: &[(&str, Value)], otherwise: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    for (place, body) in answers {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(path(*place)).respond_with(answer).mount(&server).await;
    }
    Mock::given(any()).respond_with(otherwise).with_priority(250).mount(&server).await;
    server
}

async fn client(url: String, tenant: Option<&str>) -> TestClient {
    evenkeel_mcp_servers::install_tls_provider();
    let mut config = prometheus::PrometheusConfig::new(url);
    let access = config.prometheus.as_mut().unwrap();
    access.tenant = tenant.map(str::to_owned);
    access.auth = Auth::Basic("user".to_owned(), "hunter2".to_owned().into());
    TestClient::of(prometheus::server(prometheus::Prometheus::new(config, short()), short())).await
}

fn up() -> QueryArgs {
    QueryArgs { query: "up".to_owned(), time: None }
}

fn vector() -> Value {
    json!({ "status": "success", "data": { "resultType": "vector", "result": [
        { "metric": { "__name__": "up", "job": "api" }, "value": [1_767_225_600.5, "1"] },
    ] } })
}

/// Go's answer to a path that no handler is for, as Prometheus, Mimir and Thanos give it.
fn no_page() -> ResponseTemplate {
    ResponseTemplate::new(404).set_body_raw("404 page not found\n", "text/plain; charset=utf-8")
}

#[tokio::test]
async fn mimir_is_asked_below_its_prefix_for_its_tenant_and_serves_no_targets() {
    // https://grafana.com/docs/mimir/latest/references/http-api/
    let server = MockServer::start().await;
    let histogram =
        json!({ "count": "12", "sum": "30", "buckets": [[0, "1", "2", "5"], [0, "2", "4", "7"]] });
    let range = json!({ "status": "success", "data": { "resultType": "matrix", "result": [
        { "metric": { "job": "api" }, "values": [[1_767_225_600, "1"]], "histograms": [[1_767_225_615, histogram]] },
    ] } });
    for (place, body) in
        [("/prometheus/api/v1/query", vector()), ("/prometheus/api/v1/query_range", range)]
    {
        Mock::given(path(place))
            .and(header("x-scope-orgid", "shop"))
            .and(header("authorization", "Basic dXNlcjpodW50ZXIy"))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&server)
            .await;
    }
    let no_tenant = ResponseTemplate::new(401).set_body_string("no org id");
    let asked = |place: &str| Mock::given(path(format!("/prometheus/api/v1/{place}")));
    asked("query").respond_with(no_tenant).with_priority(200).mount(&server).await;
    let crowded = ResponseTemplate::new(429)
        .insert_header("retry-after", "7")
        .set_body_json(json!({ "status": "error", "errorType": "too_many_requests", "error": "too many outstanding requests" }));
    asked("series").respond_with(crowded).mount(&server).await;
    Mock::given(any()).respond_with(no_page()).with_priority(250).mount(&server).await;

    let url = format!("{}/prometheus/", server.uri());
    let shop = client(url.clone(), Some("shop")).await;
    let found = shop.call(&up()).await.unwrap();
    assert_eq!(found.data.single(), Some(SampleValue::Number(1.0)));
    let range = QueryRangeArgs {
        query: "rate(x[1m])".to_owned(),
        start: "2026-01-01T00:00:00Z".parse().unwrap(),
        end: "2026-01-01T01:00:00Z".parse().unwrap(),
        step_seconds: None,
    };
    let RangeData::Matrix { series, .. } = shop.call(&range).await.unwrap().data else {
        panic!("no matrix")
    };
    assert_eq!((series[0].points.len(), series[0].histograms.len()), (1, 1));
    assert_eq!(series[0].histograms[0].h.mean, Some(2.5));
    assert_eq!(shop.code(&ListTargetsArgs::default()).await, "prometheus.not_served");
    let busy = SeriesArgs { selector: "{a=\"b\"}".to_owned(), ..SeriesArgs::default() };
    let busy = shop.call(&busy).await.unwrap_err();
    assert_eq!((busy.code.as_str(), busy.retry_after_s), ("prometheus.busy", Some(7)));

    let nobody = client(url, None).await;
    assert_eq!(nobody.code(&up()).await, "prometheus.unauthorized");
    // Without the prefix there is nothing: the address is wrong, which is said as such.
    let astray = client(server.uri(), Some("shop")).await;
    let failure = astray.call(&up()).await.unwrap_err();
    assert_eq!(failure.code, "prometheus.config");
    assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
}

#[tokio::test]
async fn thanos_says_that_an_answer_is_partial() {
    // https://thanos.io/tip/components/query.md/#partial-response
    let warning = "No StoreAPIs matched for this query";
    let mut partial = vector();
    partial["warnings"] = json!([warning]);
    // What its own engine adds.
    partial["data"]["analysis"] = json!({});
    let rules = json!({ "status": "success", "warnings": [warning], "data": { "groups": [{
        "name": "g", "file": "f", "interval": 30, "partialResponseStrategy": "ABORT", "limit": 0,
        "rules": [{ "state": "firing", "name": "A", "query": "up == 0", "duration": 60, "labels": {},
            "annotations": {}, "alerts": [{ "labels": { "alertname": "A" }, "annotations": {}, "state": "firing",
                "activeAt": "2026-01-01T00:00:00.5Z", "value": "1e+00", "partialResponseStrategy": "ABORT" }],
            "health": "ok", "evaluationTime": 0.01, "lastEvaluation": "2026-01-01T00:00:00Z", "type": "alerting" }],
    }] } });
    let labels = json!({ "status": "success", "data": ["api"], "warnings": [warning] });
    let series = json!({ "status": "success", "data": [{ "job": "api" }], "warnings": [warning] });
    let server = double(
        &[
            ("/thanos/api/v1/query", partial),
            ("/thanos/api/v1/rules", rules),
            ("/thanos/api/v1/label/job/values", labels),
            ("/thanos/api/v1/series", series),
        ],
        no_page(),
    )
    .await;
    let client = client(format!("{}/thanos", server.uri()), None).await;
    assert_eq!(client.call(&up()).await.unwrap().warnings, [warning]);
    let rules = client.call(&ListRulesArgs::default()).await.unwrap();
    assert_eq!(rules.warnings, [warning]);
    let only = &rules.rules[0];
    assert_eq!((only.kind, only.state), (RuleKind::Alerting, Some(RuleState::Firing)));
    assert_eq!((only.for_seconds, only.alerts.len()), (Some(60.0), 1));
    let args = LabelValuesArgs { label: "job".to_owned(), ..LabelValuesArgs::default() };
    let values = client.call(&args).await.unwrap();
    assert_eq!(
        (values.values, values.warnings),
        (vec!["api".to_owned()], vec![warning.to_owned()])
    );
    let args = SeriesArgs { selector: "up".to_owned(), ..SeriesArgs::default() };
    let found = client.call(&args).await.unwrap();
    assert_eq!(found.warnings, [warning]);
    assert_eq!(found.end.unwrap().duration_since(found.start.unwrap()).as_secs(), 3600);
}

/// What `VictoriaMetrics` answers, all of which carry its header.
async fn victoria(answers: &[(&str, Value)]) -> MockServer {
    let server = MockServer::start().await;
    let signed =
        |status: u16| ResponseTemplate::new(status).insert_header("x-server-hostname", "vm-0");
    for (place, body) in answers {
        let answer = signed(200).set_body_json(body);
        Mock::given(path(*place)).respond_with(answer).mount(&server).await;
    }
    let unknown = signed(400).set_body_raw(
        "remoteAddr: \"127.0.0.1:1\"; requestURI: /x; unsupported path requested: \"/x\"",
        "text/plain; charset=utf-8",
    );
    Mock::given(any()).respond_with(unknown).with_priority(250).mount(&server).await;
    server
}

#[tokio::test]
async fn victoria_metrics_placeholders_are_not_taken_for_nothing() {
    // https://docs.victoriametrics.com/victoriametrics/url-examples/ and its placeholders for Grafana
    let base = "/select/0/prometheus";
    let at = |path: &str| format!("{base}/api/v1/{path}");
    let mut partial = vector();
    partial["isPartial"] = json!(true);
    partial["stats"] = json!({ "seriesFetched": "1", "executionTimeMsec": 2 });
    let answers = [
        (at("query"), partial),
        (at("rules"), json!({ "status": "success", "data": { "groups": [] } })),
        (at("alerts"), json!({ "status": "success", "data": { "alerts": [] } })),
        (at("query_exemplars"), json!({ "status": "success", "data": [] })),
        (at("metadata"), json!({ "status": "success", "data": {} })),
    ];
    let answers: Vec<_> =
        answers.iter().map(|(path, body)| (path.as_str(), body.clone())).collect();
    let server = victoria(&answers).await;
    let client = client(format!("{}{base}", server.uri()), None).await;
    let found = client.call(&up()).await.unwrap();
    assert!(found.warnings[0].contains("partial"), "{:?}", found.warnings);
    assert!(matches!(found.data, InstantData::Vector { .. }));
    let rules = client.call(&ListRulesArgs::default()).await.unwrap();
    assert!(rules.rules.is_empty() && rules.warnings[0].contains("vmalert"));
    let alerts = client.call(&ListAlertsArgs::default()).await.unwrap();
    assert!(alerts.alerts.is_empty() && alerts.warnings[0].contains("vmalert"));
    let args = ExemplarsArgs { query: "up".to_owned(), ..ExemplarsArgs::default() };
    let exemplars = client.call(&args).await.unwrap();
    assert!(exemplars.series.is_empty() && exemplars.warnings.len() == 1);
    assert!(client.call(&MetricMetadataArgs::default()).await.unwrap().metrics.is_empty());
    assert_eq!(client.code(&ListTargetsArgs::default()).await, "prometheus.not_served");

    let no_tenant = self::client(server.uri(), None).await;
    assert_eq!(no_tenant.code(&up()).await, "prometheus.config");
}

#[tokio::test]
async fn what_prometheus_remarks_on_is_shown_and_bounded() {
    let mut remarked = vector();
    remarked["infos"] = json!(["metric might not be a counter: \u{1b}[31m"]);
    remarked["warnings"] = json!(vec!["w"; 50]);
    let server = double(&[("/api/v1/query", remarked)], no_page()).await;
    let client = client(server.uri(), None).await;
    assert_eq!(client.call(&up()).await.unwrap().warnings.len(), 10);
    let requests = server.received_requests().await.unwrap();
    let form = String::from_utf8_lossy(&requests[0].body).into_owned();
    // It gives up when we do, and stops at one series more than is shown.
    assert!(form.contains("timeout=0.3") && form.contains("limit=201"), "{form}");
}
