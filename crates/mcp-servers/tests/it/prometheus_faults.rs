//! Prometheus absent, slow, hostile.

use std::time::Duration;

use evenkeel_mcp_servers::http::Auth;
use evenkeel_mcp_servers::{Limits, prometheus};
use evenkeel_tools::prometheus::{
    InstantData, LabelValuesArgs, ListAlertsArgs, ListRulesArgs, QueryArgs, QueryRangeArgs,
    SampleValue,
};
use serde_json::json;
use wiremock::matchers::{any, header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClient, short};

async fn client(url: &str, limits: Limits) -> TestClient {
    evenkeel_mcp_servers::install_tls_provider();
    let config = prometheus::PrometheusConfig::new(url);
    TestClient::of(prometheus::server(prometheus::Prometheus::new(config, limits), limits)).await
}

async fn answering(template: ResponseTemplate) -> (MockServer, TestClient) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    let client = client(&server.uri(), short()).await;
    (server, client)
}

fn up() -> QueryArgs {
    QueryArgs { query: "up".to_owned(), time: None }
}

#[tokio::test]
async fn unreachable_is_an_error_and_not_empty() {
    // A port that was free a moment ago and isn't listened on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = client(&format!("http://127.0.0.1:{port}"), short()).await;
    assert_eq!(client.code(&up()).await, "prometheus.unreachable");
}

#[tokio::test]
async fn empty_nan_and_zero_are_three_answers() {
    for (result, expected) in [
        ("[]", InstantData::Empty),
        (r#"[{"metric":{},"value":[1,"NaN"]}]"#, single(SampleValue::from(f64::NAN))),
        (r#"[{"metric":{},"value":[1,"+Inf"]}]"#, single(SampleValue::from(f64::INFINITY))),
        (r#"[{"metric":{},"value":[1,"0"]}]"#, single(SampleValue::Number(0.0))),
    ] {
        let body =
            format!(r#"{{"status":"success","data":{{"resultType":"vector","result":{result}}}}}"#);
        let (_server, client) = answering(ResponseTemplate::new(200).set_body_string(body)).await;
        assert_eq!(client.call(&up()).await.unwrap().data, expected);
    }
}

fn single(value: SampleValue) -> InstantData {
    let sample = evenkeel_tools::prometheus::Sample {
        labels: evenkeel_tools::prometheus::Labels::default(),
        value,
    };
    InstantData::Vector { samples: vec![sample], histograms: Vec::new(), truncated: false }
}

#[tokio::test]
async fn slowness_ends_at_the_time_limit() {
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    let (_server, client) = answering(slow).await;
    let started = std::time::Instant::now();
    assert_eq!(client.code(&up()).await, "prometheus.timeout");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn garbage_is_called_garbage() {
    for body in [
        "<html>log in</html>",
        "{}",
        r#"{"status":"success","data":{"resultType":"vector","result":7}}"#,
        "",
    ] {
        let (_server, client) = answering(ResponseTemplate::new(200).set_body_string(body)).await;
        assert_eq!(client.code(&up()).await, "prometheus.garbage", "{body}");
    }
    let nonsense = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"many"]}]}}"#;
    let (_server, client) = answering(ResponseTemplate::new(200).set_body_string(nonsense)).await;
    assert_eq!(client.code(&up()).await, "prometheus.garbage");
}

#[tokio::test]
async fn ten_megabytes_are_refused() {
    let flood = ResponseTemplate::new(200).set_body_bytes(vec![b'['; 10 * 1024 * 1024]);
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(flood).mount(&server).await;
    let client = client(&server.uri(), Limits::default()).await;
    assert_eq!(client.code(&up()).await, "prometheus.too_large");
    assert_eq!(client.code(&ListAlertsArgs::default()).await, "prometheus.too_large");
}

#[tokio::test]
async fn refusals_have_their_codes() {
    let said = r#"{"status":"error","errorType":"bad_data","error":"parse error at char 3"}"#;
    for (status, code) in [
        (400, "prometheus.bad_query"),
        (401, "prometheus.unauthorized"),
        (403, "prometheus.unauthorized"),
        (404, "prometheus.config"),
        (422, "prometheus.failed"),
        (503, "prometheus.failed"),
        (302, "prometheus.failed"),
    ] {
        let (_server, client) =
            answering(ResponseTemplate::new(status).set_body_string(said)).await;
        assert_eq!(client.code(&up()).await, code, "{status}");
    }
}

#[tokio::test]
async fn credentials_and_path_prefix_are_used() {
    evenkeel_mcp_servers::install_tls_provider();
    let server = MockServer::start().await;
    let body = r#"{"status":"success","data":["a"]}"#;
    Mock::given(path("/prometheus/api/v1/label/job/values"))
        .and(header("authorization", "Bearer t0ken"))
        .and(header("x-scope-orgid", "shop"))
        .respond_with(ResponseTemplate::new(200).set_body_string(body))
        .mount(&server)
        .await;
    let mut config = prometheus::PrometheusConfig::new(format!("{}/prometheus", server.uri()));
    let access = config.prometheus.as_mut().unwrap();
    access.auth = Auth::Bearer("t0ken".to_owned().into());
    access.tenant = Some("shop".to_owned());
    let server = prometheus::server(prometheus::Prometheus::new(config, short()), short());
    let client = TestClient::of(server).await;
    let args = LabelValuesArgs { label: "job".to_owned(), ..LabelValuesArgs::default() };
    assert_eq!(client.call(&args).await.unwrap().values, ["a"]);
}

#[tokio::test]
async fn impossible_arguments_are_refused_before_asking() {
    let client = client("http://127.0.0.1:1", short()).await;
    assert_eq!(client.code(&QueryArgs::default()).await, "tool.bad_arguments");
    let label = LabelValuesArgs { label: "../admin".to_owned(), ..LabelValuesArgs::default() };
    assert_eq!(client.code(&label).await, "tool.bad_arguments");
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let backwards =
        QueryRangeArgs { query: "up".to_owned(), start: now, end: now, step_seconds: None };
    assert_eq!(client.code(&backwards).await, "tool.bad_arguments");
}

#[tokio::test]
async fn rules_beyond_the_first_page_are_reached_by_page_and_by_name() {
    let rules: Vec<_> = (0..250)
        .map(|n| json!({"name": format!("Rule{n:03}"), "query": "up == 0", "type": "alerting", "health": "ok"}))
        .collect();
    let body = json!({"status": "success", "data": {"groups": [{"name": "all", "rules": rules}]}});
    let (_server, client) = answering(ResponseTemplate::new(200).set_body_json(body)).await;
    let first = client.call(&ListRulesArgs::default()).await.unwrap();
    assert_eq!((first.rules.len(), first.truncated), (200, true));
    let args = ListRulesArgs { after: first.next, ..ListRulesArgs::default() };
    let last = client.call(&args).await.unwrap();
    assert_eq!((last.rules[0].name.as_str(), last.rules.len()), ("Rule200", 50));
    assert_eq!((last.truncated, last.next), (false, None));
    let names = vec!["Rule249".to_owned(), "Absent".to_owned()];
    let found = client.call(&ListRulesArgs { names, ..ListRulesArgs::default() }).await.unwrap();
    assert_eq!(found.rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["Rule249"]);
    let bad = ListRulesArgs { after: Some("first".to_owned()), ..ListRulesArgs::default() };
    assert_eq!(client.code(&bad).await, "tool.bad_arguments");
}
