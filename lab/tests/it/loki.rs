//! The Loki double: fed by pods, and strict about what it is asked.

use evenkeel_lab::loki::LokiDouble;
use serde_json::{Value, json};

use crate::harness::{TestRange, deployment, eventually};

fn client() -> reqwest::Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn get(url: &str, path: &str, query: &[(&str, &str)]) -> (u16, String) {
    let answer = client().get(format!("{url}{path}")).query(query).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn what_pods_say_is_in_the_store_with_their_labels() {
    let range = TestRange::start().await;
    let url = format!("http://127.0.0.1:{}", range.base_port + 3);
    // Says why it can't start, on standard error.
    range.create(deployment("checkout", "1.5.1", 1)).await;
    let query = [("query", r#"{namespace="shop", app="checkout"} |= "PAYMENT_GATEWAY_URL""#)];
    let stream = eventually("the line of a crashing pod", || async {
        let (status, text) = get(&url, "/loki/api/v1/query_range", &query).await;
        assert_eq!(status, 200, "{text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["data"]["result"].as_array()?.first().cloned()
    })
    .await;
    let labels = &stream["stream"];
    assert_eq!((&labels["container"], &labels["stream"]), (&json!("checkout"), &json!("stderr")));
    assert!(labels["pod"].as_str().unwrap().starts_with("checkout-"), "{labels}");
    let (_, text) = get(&url, "/loki/api/v1/labels", &[]).await;
    let names: Value = serde_json::from_str(&text).unwrap();
    let expected = ["app", "container", "job", "namespace", "node_name", "pod", "stream"];
    assert_eq!(names["data"], json!(expected));
    range.stop().await;
}

#[tokio::test]
async fn what_the_documentation_does_not_name_is_refused() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

    let double = LokiDouble::start().await.unwrap();
    double.push(&[("app", "x")], 1_790_000_000_000_000_000, "hello");
    let selector = ("query", r#"{app="x"}"#);
    let span = [("start", "1789999999"), ("end", "1790000001.5")];
    let refused: &[Case<'_>] = &[
        ("query_range", &[], "\"query\" is required"),
        ("query_range", &[selector, ("tail", "1")], "unknown parameter"),
        ("query_range", &[selector, ("limit", "0")], "limit must be a positive value"),
        ("query_range", &[selector, ("limit", "5001")], "max entries limit per query exceeded"),
        ("query_range", &[selector, ("direction", "up")], "invalid direction"),
        ("query_range", &[selector, ("start", "yesterday")], "could not parse"),
        (
            "query_range",
            &[selector, ("start", "1790000001"), ("end", "1790000000")],
            "end timestamp",
        ),
        ("query_range", &[("query", "{app=x}")], "parse error at line 1, col 6"),
        ("query_range", &[("query", r#"rate({app="x"}[1m])"#), ("step", "0")], "zero or negative"),
        ("query", &[selector], "not supported as an instant query"),
        ("series", &[], "0 matcher groups"),
        ("series", &[("match[]", "{}")], "at least one"),
        ("index/stats", &[("query", r#"{app="x"} |= "a""#)], "unexpected |="),
        ("labels", &[("limit", "3")], "unknown parameter"),
    ];
    for (path, query, said) in refused {
        let (status, text) = get(&double.url(), &format!("/loki/api/v1/{path}"), query).await;
        assert_eq!(status, 400, "{path} {query:?}: {text}");
        assert!(text.contains(said), "{path} {query:?}: {text}");
    }
    let lines = [selector, span[0], span[1]];
    let (status, text) = get(&double.url(), "/loki/api/v1/query_range", &lines).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &answer["data"]["resultType"]), (200, &json!("streams")));
    let value = &answer["data"]["result"][0]["values"][0];
    assert_eq!(value, &json!(["1790000000000000000", "hello"]));
}

#[tokio::test]
async fn pushed_lines_come_back_with_their_metadata() {
    let double = LokiDouble::start().await.unwrap();
    let client = client();
    let push =
        |body: Value| client.post(format!("{}/loki/api/v1/push", double.url())).json(&body).send();
    let at = "1790000000000000000";
    let streams = json!([{"stream": {"app": "x"}, "values": [[at, "traced", {"trace_id": "a1"}]]}]);
    assert_eq!(push(json!({"streams": streams})).await.unwrap().status(), 204);
    for bad in [
        json!({"streams": [{"stream": {}, "values": [[at, "x"]]}]}),
        json!({"streams": [{"stream": {"app": "x"}, "values": [[1, "x"]]}]}),
        json!({"logs": []}),
    ] {
        assert_eq!(push(bad.clone()).await.unwrap().status(), 400, "{bad}");
    }
    let ask = |flags: &'static str| {
        client
            .get(format!("{}/loki/api/v1/query_range", double.url()))
            .header("X-Loki-Response-Encoding-Flags", flags)
            .query(&[("query", r#"{app="x"}"#), ("start", at), ("end", "1790000001")])
            .send()
    };
    let plain: Value = ask("").await.unwrap().json().await.unwrap();
    assert_eq!(plain["data"]["result"][0]["stream"], json!({"app": "x", "trace_id": "a1"}));
    let sorted: Value = ask("categorize-labels").await.unwrap().json().await.unwrap();
    assert_eq!(sorted["data"]["encodingFlags"], json!(["categorize-labels"]));
    let result = &sorted["data"]["result"][0];
    assert_eq!(result["stream"], json!({"app": "x"}));
    let metadata = &result["values"][0][2];
    assert_eq!(metadata, &json!({"structuredMetadata": {"trace_id": "a1"}}));
}
