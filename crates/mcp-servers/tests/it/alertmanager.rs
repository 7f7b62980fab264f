//! Alertmanager asked through the Prometheus server: what it holds, page by page, and every way it can
//! fail.

use std::collections::BTreeMap;
use std::time::Duration;

use evenkeel_mcp_servers::http::Access;
use evenkeel_mcp_servers::{Limits, prometheus};
use evenkeel_tools::prometheus::{AlertmanagerAlerts, ListAlertmanagerAlertsArgs, QueryArgs};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClient, short};

async fn client(alertmanager: Option<String>, limits: Limits) -> TestClient {
    evenkeel_mcp_servers::install_tls_provider();
    let mut config = prometheus::PrometheusConfig::new("");
    config.alertmanager = alertmanager.map(Access::new);
    TestClient::of(prometheus::server(prometheus::Prometheus::new(config, limits), limits)).await
}

fn alert(n: usize, receiver: &str) -> Value {
    json!({
        "fingerprint": format!("{n:016x}"), "startsAt": "2026-01-01T00:00:00.000Z",
        "endsAt": "2026-01-01T00:04:00.000Z", "updatedAt": "2026-01-01T00:01:00.000Z",
        "labels": { "alertname": "A", "pod": format!("p-{n}") },
        "annotations": { "summary": "x".repeat(500) },
        "generatorURL": "http://prometheus.test/graph", "receivers": [{ "name": receiver }],
        "status": { "state": "suppressed", "silencedBy": ["s"], "inhibitedBy": [], "mutedBy": [] },
    })
}

async fn answering(alerts: ResponseTemplate, status: Value) -> MockServer {
    let server = MockServer::start().await;
    let get = |place: &str| Mock::given(method("GET")).and(path(place));
    get("/am/api/v2/alerts").respond_with(alerts).mount(&server).await;
    let status = ResponseTemplate::new(200).set_body_json(status);
    get("/am/api/v2/status").respond_with(status).mount(&server).await;
    server
}

fn up() -> Value {
    json!({ "uptime": "2026-01-01T00:00:00.000Z", "cluster": { "status": "ready", "peers": [] } })
}

fn asked() -> ListAlertmanagerAlertsArgs {
    ListAlertmanagerAlertsArgs::default()
}

async fn all(client: &TestClient, mut args: ListAlertmanagerAlertsArgs) -> (usize, Vec<String>) {
    let mut pages = 0;
    let mut fingerprints = Vec::new();
    loop {
        let page: AlertmanagerAlerts = client.call(&args).await.unwrap();
        pages += 1;
        fingerprints.extend(page.alerts.into_iter().map(|alert| alert.fingerprint));
        match page.next {
            Some(next) => args.after = Some(next),
            None => return (pages, fingerprints),
        }
    }
}

#[tokio::test]
async fn all_alerts_come_page_by_page_once_each() {
    // In no order, as Alertmanager gives them, of two receivers.
    let alerts: Vec<_> =
        (0..3_000).rev().map(|n| alert(n, if n % 3 == 0 { "other" } else { "evenkeel" })).collect();
    let server = answering(ResponseTemplate::new(200).set_body_json(alerts), up()).await;
    let client = client(Some(format!("{}/am/", server.uri())), Limits::default()).await;
    let (pages, whole) = all(&client, asked()).await;
    assert!(pages > 3, "{pages}");
    let expected: Vec<_> = (0..3_000).map(|n| format!("{n:016x}")).collect();
    assert_eq!(whole, expected);
    let (brief_pages, brief) =
        all(&client, ListAlertmanagerAlertsArgs { brief: true, ..asked() }).await;
    assert!(brief_pages < pages);
    assert_eq!(brief, expected);
    let of_one = ListAlertmanagerAlertsArgs { receiver: Some("other".into()), ..asked() };
    assert_eq!(all(&client, of_one).await.1.len(), 1_000);

    let page = client.call(&asked()).await.unwrap();
    assert!(page.settled);
    assert_eq!(page.started_at.unwrap().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(page.alerts[0].labels["pod"], "p-0");
    let brief = client.call(&ListAlertmanagerAlertsArgs { brief: true, ..asked() }).await.unwrap();
    assert!(brief.alerts[0].labels.is_empty() && brief.alerts[0].annotations.is_empty());
}

#[tokio::test]
async fn labels_become_matchers_that_cannot_mean_anything_else() {
    let server = answering(ResponseTemplate::new(200).set_body_json(json!([])), up()).await;
    let client = client(Some(format!("{}/am", server.uri())), Limits::default()).await;
    let labels = |name: &str, value: &str| ListAlertmanagerAlertsArgs {
        labels: BTreeMap::from([(name.to_owned(), value.to_owned())]),
        ..asked()
    };
    let page = client.call(&labels("alertname", "a\" or x=~\".*\n")).await.unwrap();
    assert!(page.alerts.is_empty() && page.next.is_none());
    let requests = server.received_requests().await.unwrap();
    let asked = requests.iter().find(|r| r.url.path().ends_with("/alerts")).unwrap();
    let filter = asked.url.query_pairs().find(|(name, _)| name == "filter").unwrap().1;
    assert_eq!(filter, "alertname=\"a\\\" or x=~\\\".*\\n\"");
    for bad in ["", "a-b", "1a", "a=\"b\",c", "ü"] {
        assert_eq!(client.code(&labels(bad, "x")).await, "tool.bad_arguments", "{bad}");
    }
    let many = (0..33).map(|n| (format!("l{n}"), "x".to_owned())).collect();
    let many = ListAlertmanagerAlertsArgs { labels: many, ..ListAlertmanagerAlertsArgs::default() };
    assert_eq!(client.code(&many).await, "tool.bad_arguments");
}

#[tokio::test]
async fn each_failure_has_its_code_and_none_is_an_empty_list() {
    let args = asked();
    let none = client(None, short()).await;
    assert_eq!(none.code(&args).await, "alertmanager.config");
    // A port that was free a moment ago and isn't listened on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let absent = client(Some(format!("http://127.0.0.1:{port}")), short()).await;
    assert_eq!(absent.code(&args).await, "alertmanager.unreachable");
    let nonsense = client(Some("ftp://x".into()), short()).await;
    assert_eq!(nonsense.code(&args).await, "alertmanager.config");

    let text = |status: u16, body: &str| ResponseTemplate::new(status).set_body_string(body);
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    let flood = ResponseTemplate::new(200).set_body_bytes(vec![b'['; 33 * 1024 * 1024]);
    for (answer, limits, code) in [
        (text(200, "<html>log in</html>"), short(), "alertmanager.garbage"),
        (text(200, "{}"), short(), "alertmanager.garbage"),
        (text(200, "[{\"labels\":{}}]"), short(), "alertmanager.garbage"),
        (text(200, ""), short(), "alertmanager.garbage"),
        (text(401, "no"), short(), "alertmanager.unauthorized"),
        (text(404, "no"), short(), "alertmanager.config"),
        (text(503, "starting"), short(), "alertmanager.failed"),
        (text(302, ""), short(), "alertmanager.failed"),
        (slow, short(), "alertmanager.timeout"),
        (flood, Limits::default(), "alertmanager.too_large"),
    ] {
        let server = answering(answer, up()).await;
        let client = client(Some(format!("{}/am", server.uri())), limits).await;
        assert_eq!(client.code(&args).await, code);
    }
}

#[tokio::test]
async fn an_alertmanager_that_has_not_settled_says_so_and_prometheus_is_another_matter() {
    let settling = json!({ "uptime": null, "cluster": { "status": "settling" } });
    let server = answering(ResponseTemplate::new(200).set_body_json(json!([])), settling).await;
    let client = client(Some(format!("{}/am", server.uri())), short()).await;
    let page = client.call(&asked()).await.unwrap();
    assert!(!page.settled && page.started_at.is_none());
    let up = QueryArgs { query: "up".to_owned(), time: None };
    assert_eq!(client.code(&up).await, "prometheus.config");
}
