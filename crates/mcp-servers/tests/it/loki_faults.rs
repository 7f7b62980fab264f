//! Loki absent, busy, old, hostile.

use std::io::Write as _;

use evenkeel_mcp_servers::http::Auth;
use evenkeel_mcp_servers::{Limits, loki};
use evenkeel_tools::loki::{LabelNamesArgs, LogData, QueryArgs, QueryRangeArgs};
use wiremock::matchers::{any, header, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClient, short};

async fn client(config: loki::LokiConfig, limits: Limits) -> TestClient {
    evenkeel_mcp_servers::install_tls_provider();
    TestClient::of(loki::server(loki::Loki::new(&config, limits), limits)).await
}

async fn answering(template: ResponseTemplate) -> (MockServer, TestClient) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    let client = client(loki::LokiConfig::new(server.uri()), short()).await;
    (server, client)
}

fn labels() -> LabelNamesArgs {
    LabelNamesArgs::default()
}

fn lines() -> QueryRangeArgs {
    QueryRangeArgs {
        query: r#"{app="x"}"#.to_owned(),
        start: "2026-11-22T12:00:00Z".parse().unwrap(),
        end: "2026-11-22T13:00:00Z".parse().unwrap(),
        limit: None,
        direction: None,
        step_seconds: None,
    }
}

#[tokio::test]
async fn refusals_have_their_codes() {
    for (status, said, code) in [
        (401, "no org id", "loki.unauthorized"),
        (400, "parse error at line 1, col 2", "loki.bad_query"),
        (404, "404 page not found", "loki.config"),
        (429, "too many outstanding requests", "loki.busy"),
        (500, "context deadline exceeded", "loki.timeout"),
        (503, "Ingester not ready", "loki.failed"),
        (302, "", "loki.failed"),
        (200, "<html>log in</html>", "loki.garbage"),
        (200, r#"{"status":"success","data":7}"#, "loki.garbage"),
        (
            200,
            r#"{"status":"error","errorType":"x","error":"maximum of series (500) reached"}"#,
            "loki.too_many_series",
        ),
    ] {
        let template = ResponseTemplate::new(status).set_body_string(said);
        let (_server, client) = answering(template).await;
        assert_eq!(client.code(&labels()).await, code, "{status} {said}");
    }
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "9");
    let (_server, client) = answering(busy).await;
    assert_eq!(client.call(&labels()).await.unwrap_err().retry_after_s, Some(9));
}

#[tokio::test]
async fn absence_and_slowness_are_errors_and_not_empty() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = loki::LokiConfig::new(format!("http://127.0.0.1:{port}"));
    let client = client(config, short()).await;
    assert_eq!(client.code(&labels()).await, "loki.unreachable");
    let slow = ResponseTemplate::new(200).set_delay(std::time::Duration::from_secs(30));
    let (_server, client) = answering(slow).await;
    assert_eq!(client.code(&labels()).await, "loki.timeout");
}

#[tokio::test]
async fn tenant_sign_in_and_path_prefix_are_used() {
    let server = MockServer::start().await;
    Mock::given(path("/logs/loki/api/v1/labels"))
        .and(header("authorization", "Basic dTpw"))
        .and(header("x-scope-orgid", "shop|bank"))
        .respond_with(
            ResponseTemplate::new(200).set_body_string(r#"{"status":"success","data":["a"]}"#),
        )
        .mount(&server)
        .await;
    let mut config = loki::LokiConfig::new(format!("{}/logs", server.uri()));
    config.access.auth = Auth::Basic("u".to_owned(), "p".into());
    config.access.tenant = Some("shop|bank".to_owned());
    let client = client(config, short()).await;
    assert_eq!(client.call(&labels()).await.unwrap().labels, ["a"]);
}

fn gzipped(body: &[u8]) -> ResponseTemplate {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_bytes(encoder.finish().unwrap())
}

#[tokio::test]
async fn compressed_answers_are_read_and_bounded_by_what_they_become() {
    let (_server, client) = answering(gzipped(br#"{"status":"success","data":["zipped"]}"#)).await;
    assert_eq!(client.call(&labels()).await.unwrap().labels, ["zipped"]);
    // 100 MB that were sent as 100 KB.
    let (_server, client) = answering(gzipped(&vec![b' '; 100 << 20])).await;
    assert_eq!(client.code(&labels()).await, "loki.too_large");
}

#[tokio::test]
async fn a_loki_without_index_statistics_is_read_all_the_same() {
    let server = MockServer::start().await;
    let body = r#"{"status":"success","data":{"resultType":"streams","result":[
        {"stream":{"app":"x"},"values":[["1795348800000000000","hello",{"trace_id":"a1"}]]}],"stats":{}}}"#;
    Mock::given(path("/loki/api/v1/query_range"))
        .and(query_param("limit", "201"))
        .and(query_param("direction", "backward"))
        .and(query_param("start", "1795348800000000000"))
        .and(header("x-loki-response-encoding-flags", "categorize-labels"))
        .respond_with(ResponseTemplate::new(200).set_body_string(body))
        .mount(&server)
        .await;
    let client = client(loki::LokiConfig::new(server.uri()), short()).await;
    let found = client.call(&lines()).await.unwrap();
    assert_eq!(found.estimate, None);
    let LogData::Lines { page, .. } = found.data else { panic!("figures") };
    assert_eq!(page.entries[0].line, "hello");
    assert_eq!(page.entries[0].metadata["trace_id"], "a1");
}

#[tokio::test]
async fn impossible_arguments_are_refused_before_asking() {
    let client = client(loki::LokiConfig::new("http://127.0.0.1:1"), short()).await;
    assert_eq!(client.code(&QueryArgs::default()).await, "tool.bad_arguments");
    let backwards = QueryRangeArgs { end: lines().start, ..lines() };
    assert_eq!(client.code(&backwards).await, "tool.bad_arguments");
    let many = QueryRangeArgs { limit: Some(5000), ..lines() };
    assert_eq!(client.code(&many).await, "tool.bad_arguments");
}
