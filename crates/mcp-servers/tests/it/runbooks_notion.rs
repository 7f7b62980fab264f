//! Notion through the `runbooks` server, against a double that holds every request against Notion's own description.

use std::path::Path;
use std::time::Duration;

use evenkeel_lab::notion::{NotionDouble, Page, block};
use evenkeel_mcp_servers::runbooks::notion::NotionConfig;
use evenkeel_mcp_servers::{Limits, runbooks};
use evenkeel_tools::runbooks::{
    GetRunbookArgs, ListRunbooksArgs, SearchRunbooksArgs, SourceState, SyncStateArgs,
};
use serde_json::json;

use crate::support::TestClient;

async fn double() -> NotionDouble {
    evenkeel_mcp_servers::install_tls_provider();
    NotionDouble::start("secret", 2).await.unwrap()
}

fn connected(config: NotionConfig) -> runbooks::Sources {
    runbooks::Sources { notion: Some(config), ..runbooks::Sources::default() }
}

async fn client(double: &NotionDouble, database: Option<&str>, key: &str) -> TestClient {
    kept(double, database, key, None).await
}

/// The same, keeping what it reads in a folder.
async fn kept(
    double: &NotionDouble,
    database: Option<&str>,
    key: &str,
    cache: Option<&Path>,
) -> TestClient {
    let config = NotionConfig {
        database: database.map(str::to_owned),
        every: Duration::from_millis(50),
        whole_every: 2,
        ..NotionConfig::new(double.url(), key)
    };
    let sources = runbooks::Sources { cache: cache.map(Path::to_owned), ..connected(config) };
    let runbooks = runbooks::Runbooks::new(sources, Limits::default());
    TestClient::of(runbooks::server(runbooks, Limits::default())).await
}

/// Waits until Notion's state is as wanted.
async fn until(client: &TestClient, wanted: impl Fn(&SourceState) -> bool) -> SourceState {
    let reached = async {
        loop {
            let synced = client.call(&SyncStateArgs {}).await.unwrap();
            let found = synced.sources.into_iter().find(|source| source.name == "notion").unwrap();
            if wanted(&found) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), reached)
        .await
        .expect("Notion's state never came to that")
}

async fn ids(client: &TestClient) -> Vec<String> {
    let args =
        ListRunbooksArgs { source: Some("notion".to_owned()), ..ListRunbooksArgs::default() };
    client.call(&args).await.unwrap().runbooks.into_iter().map(|entry| entry.id).collect()
}

fn nested(id: &str) -> Page {
    let code = json!({ "type": "code", "code": { "language": "shell", "rich_text": [{ "plain_text": "coolctl --now" }] } });
    let row = json!({ "type": "table_row", "table_row": { "cells": [[{ "plain_text": "Doc" }], [{ "plain_text": "1955" }]] } });
    let deep = block(
        "bulleted_list_item",
        "third level",
        vec![block("paragraph", "fourth level", vec![])],
    );
    Page {
        properties: json!({ "Alerts": { "type": "multi_select", "multi_select": [{ "name": "FluxHot" }] } }),
        ..Page::new(
            id,
            "The flux capacitor is hot",
            vec![
                block("paragraph", "It gets hot when it is used.", vec![]),
                block("heading_1", "Fix", vec![]),
                block(
                    "numbered_list_item",
                    "first",
                    vec![block("bulleted_list_item", "second level", vec![deep])],
                ),
                block("numbered_list_item", "next", vec![]),
                code,
                json!({ "type": "table", "table": { "table_width": 2 }, "children": [row] }),
                json!({ "type": "something_new", "something_new": {} }),
            ],
        )
    }
}

#[tokio::test]
async fn pages_are_read_with_all_their_blocks() {
    let double = double().await;
    double.put(nested("page-1"));
    let client = client(&double, None, "secret").await;
    let state = until(&client, |notion| notion.complete).await;
    assert_eq!((state.runbooks, state.failure), (1, None));
    let whole = GetRunbookArgs { id: "notion/page-1".to_owned(), ..GetRunbookArgs::default() };
    let page = client.call(&whole).await.unwrap();
    assert_eq!(page.title, "The flux capacitor is hot");
    assert_eq!(page.alerts, ["FluxHot"]);
    assert_eq!(page.url.as_deref(), Some("https://www.notion.so/page-1"));
    for line in [
        "1. first",
        "  - second level",
        "    - third level",
        "      fourth level",
        "2. next",
        "```shell\ncoolctl --now\n```",
        "| Doc | 1955 |",
    ] {
        assert!(page.text.contains(line), "{line:?} is missing in\n{}", page.text);
    }
    let args = SearchRunbooksArgs {
        query: "hot".into(),
        alert_names: vec!["FluxHot".into()],
        limit: None,
    };
    assert_eq!(client.call(&args).await.unwrap().runbooks[0].id, "notion/page-1");
    assert_eq!(double.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_read_keeps_nothing_else_from_being_read() {
    let double = double().await;
    let mut synced = block("synced_block", "", Vec::new());
    synced["children"] = "unshared".into();
    let words = |words: &str| block("paragraph", words, Vec::new());
    double.put(Page::new("page-1", "First", vec![words("before"), synced, words("behind")]));
    double.put(Page::new("page-2", "Second", vec![words("whole")]));
    let client = client(&double, None, "secret").await;
    let state = until(&client, |notion| notion.runbooks == 2).await;
    assert!(!state.complete, "a part is missing, and said to be");
    let first = GetRunbookArgs { id: "notion/page-1".to_owned(), ..GetRunbookArgs::default() };
    let text = client.call(&first).await.unwrap().text;
    assert!(text.contains("before") && text.contains("behind"), "{text}");
}

#[tokio::test]
async fn a_database_is_followed_as_it_changes() {
    let double = double().await;
    double.database("db", &["source-a", "source-b"]);
    let row = |id: &str, source: &str, edited: &str, words: &str| Page {
        data_source: Some(source.to_owned()),
        edited: edited.to_owned(),
        ..Page::new(id, &format!("Runbook {id}"), vec![block("paragraph", words, vec![])])
    };
    for (id, source) in
        [("p1", "source-a"), ("p2", "source-a"), ("p3", "source-a"), ("p4", "source-b")]
    {
        double.put(row(id, source, "2026-01-01T00:00:00.000Z", "old words"));
    }
    double.put(Page::new("elsewhere", "Not in the database", vec![]));
    let client = client(&double, Some("db"), "secret").await;
    until(&client, |notion| notion.complete && notion.runbooks == 4).await;
    let first = double.requests().len();
    assert_eq!(ids(&client).await, ["notion/p1", "notion/p2", "notion/p3", "notion/p4"]);

    // One is edited: its blocks alone are read again.
    double.put(row("p2", "source-a", "2026-01-02T00:00:00.000Z", "new words"));
    let whole = GetRunbookArgs { id: "notion/p2".to_owned(), ..GetRunbookArgs::default() };
    let waited = async {
        while !client.call(&whole).await.unwrap().text.contains("new words") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waited).await.unwrap();
    let later: Vec<_> =
        double.requests()[first..].iter().filter(|r| r.contains("/blocks/")).cloned().collect();
    assert_eq!(later, ["GET /v1/blocks/p2/children"]);

    // One goes to the trash and one is gone altogether: both leave.
    double.put(Page { in_trash: true, ..row("p3", "source-a", "2026-01-03T00:00:00.000Z", "x") });
    double.delete("p4");
    until(&client, |notion| notion.runbooks == 2).await;
    assert_eq!(ids(&client).await, ["notion/p1", "notion/p2"]);
    assert_eq!(double.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_request_to_wait_is_waited_out() {
    let double = double().await;
    double.put(nested("page-1"));
    double.fail_next(429, Some(1));
    double.fail_next(503, None);
    let client = client(&double, None, "secret").await;
    let state = until(&client, |notion| notion.complete).await;
    assert_eq!((state.runbooks, state.failure), (1, None));
    assert_eq!(double.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn each_failure_has_its_code_and_takes_nothing_out() {
    let double = double().await;
    double.put(nested("page-1"));
    let wrong = client(&double, None, "wrong").await;
    let state = until(&wrong, |notion| notion.failure.is_some()).await;
    assert_eq!(state.failure.unwrap().code, "notion.unauthorized");
    let args = SearchRunbooksArgs { query: "pod crashes".into(), ..SearchRunbooksArgs::default() };
    let hits = wrong.call(&args).await.unwrap();
    assert!(hits.unseen.iter().any(|line| line.starts_with("notion: ")), "{hits:?}");
    assert!(!hits.runbooks.is_empty(), "shipped ones still answer");

    let nowhere = client(&double, Some("absent"), "secret").await;
    let state = until(&nowhere, |notion| notion.failure.is_some()).await;
    assert_eq!(state.failure.unwrap().code, "notion.not_found");

    // Another one, whose failures nobody else takes.
    let double = self::double().await;
    double.put(nested("page-1"));
    let good = client(&double, None, "secret").await;
    until(&good, |notion| notion.complete).await;
    double.fail_next(400, None);
    let state = until(&good, |notion| notion.failure.is_some()).await;
    assert_eq!((state.failure.unwrap().code.as_str(), state.runbooks), ("notion.refused", 1));
    until(&good, |notion| notion.failure.is_none() && notion.complete).await;

    let config = NotionConfig::new("ftp://x", "secret");
    let runbooks = runbooks::Runbooks::new(connected(config), Limits::default());
    let nonsense = TestClient::of(runbooks::server(runbooks, Limits::default())).await;
    let state = until(&nonsense, |notion| notion.failure.is_some()).await;
    assert_eq!(state.failure.unwrap().code, "notion.config");
}

#[tokio::test]
async fn a_restart_reads_only_what_was_edited_since() {
    let (double, cache) = (double().await, tempfile::tempdir().unwrap());
    double.page_size(100);
    let page = |id: &str, edited: &str, words: &str| Page {
        edited: edited.to_owned(),
        ..Page::new(id, &format!("Runbook {id}"), vec![block("paragraph", words, vec![])])
    };
    for id in ["p1", "p2", "p3"] {
        double.put(page(id, "2026-01-01T00:00:00.000Z", "old words, password: hunter2hunter2"));
    }
    let before = kept(&double, None, "secret", Some(cache.path())).await;
    until(&before, |notion| notion.complete && notion.runbooks == 3).await;
    // It is written after the state is told; the next look is.
    let file = || {
        let mut files = std::fs::read_dir(cache.path()).unwrap().map(|file| file.unwrap().path());
        files.find(|path| path.extension().is_some_and(|end| end == "json"))
    };
    let written = async {
        while file().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), written).await.expect("nothing is kept");
    drop(before);
    let text = std::fs::read_to_string(file().unwrap()).unwrap();
    assert!(text.contains("old words") && !text.contains("hunter2"), "{text}");

    // While nobody looks, one is edited and one is gone.
    double.put(page("p2", "2026-01-02T00:00:00.000Z", "new words"));
    double.delete("p3");
    let first = double.requests().len();
    let after = kept(&double, None, "secret", Some(cache.path())).await;
    until(&after, |notion| notion.complete && notion.runbooks == 2).await;
    assert_eq!(ids(&after).await, ["notion/p1", "notion/p2"]);
    let whole = |id: &str| GetRunbookArgs { id: id.to_owned(), ..GetRunbookArgs::default() };
    assert!(after.call(&whole("notion/p2")).await.unwrap().text.contains("new words"));
    assert!(after.call(&whole("notion/p1")).await.unwrap().text.contains("old words"));
    let read = |from: usize| -> Vec<String> {
        double.requests()[from..].iter().filter(|r| r.contains("/blocks/")).cloned().collect()
    };
    assert_eq!(read(first), ["GET /v1/blocks/p2/children"]);
    // What has gone is gone on disk, too, and then nothing is written any more.
    let written = async {
        while std::fs::read_to_string(file().unwrap()).unwrap().contains("\"p3\"") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), written).await.expect("p3 is still kept");
    drop(after);

    // What is kept is nonsense: everything is read anew, and kept again.
    std::fs::write(file().unwrap(), "nonsense").unwrap();
    let second = double.requests().len();
    let anew = kept(&double, None, "secret", Some(cache.path())).await;
    until(&anew, |notion| notion.complete && notion.runbooks == 2).await;
    let mut again = read(second);
    again.sort();
    assert_eq!(again, ["GET /v1/blocks/p1/children", "GET /v1/blocks/p2/children"]);
    drop(anew);

    // Another key may see other pages: it begins with nothing.
    let other = kept(&double, None, "wrong", Some(cache.path())).await;
    let state = until(&other, |notion| notion.failure.is_some()).await;
    assert_eq!(state.runbooks, 0);
    assert_eq!(double.violations(), Vec::<String>::new());
}
