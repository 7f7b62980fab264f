//! The tools that ask Notion itself, against a double that holds every request against Notion's own description.

use std::time::Duration;

use evenkeel_lab::notion::{NotionDouble, Page, block};
use evenkeel_mcp_servers::Limits;
use evenkeel_mcp_servers::runbooks::notion::NotionConfig;
use evenkeel_mcp_servers::runbooks::{Runbooks, Sources, server};
use evenkeel_tools::runbooks::{
    NotionFilter, NotionKind, NotionPageArgs, NotionProperty, NotionQueryArgs, NotionSearchArgs,
    SyncStateArgs,
};
use serde_json::json;

use crate::support::TestClient;

async fn double() -> NotionDouble {
    evenkeel_mcp_servers::install_tls_provider();
    NotionDouble::start("secret", 100).await.unwrap()
}

/// A server whose sync looks once and then no more before the test is over.
async fn client(double: &NotionDouble, database: Option<&str>, key: &str) -> TestClient {
    let config = NotionConfig {
        database: database.map(str::to_owned),
        every: Duration::from_hours(1),
        ..NotionConfig::new(double.url(), key)
    };
    let sources = Sources { notion: Some(config), ..Sources::default() };
    TestClient::of(server(Runbooks::new(sources, Limits::default()), Limits::default())).await
}

fn page(id: &str) -> NotionPageArgs {
    NotionPageArgs { page: id.to_owned(), after: None }
}

#[tokio::test]
async fn a_search_finds_pages_and_data_sources_page_by_page() {
    let double = double().await;
    double.database("db", &["source-a"]);
    for n in 0..5 {
        double.put(Page::new(&format!("p{n}"), &format!("Flux {n}"), vec![]));
    }
    double.put(Page::new("other", "password: hunter2hunter2 \u{1b}[2J", vec![]));
    double.put(Page { in_trash: true, ..Page::new("gone", "Flux gone", vec![]) });
    let client = client(&double, None, "secret").await;
    let mut args = NotionSearchArgs {
        query: "flux".into(),
        kind: Some(NotionKind::Page),
        limit: Some(2),
        after: None,
    };
    let mut titles = Vec::new();
    loop {
        let found = client.call(&args).await.unwrap();
        assert!(found.results.len() <= 2 && found.truncated == found.next.is_some());
        titles.extend(found.results.into_iter().map(|item| item.title));
        match found.next {
            Some(next) => args.after = Some(next),
            None => break,
        }
    }
    assert_eq!(titles, ["Flux 0", "Flux 1", "Flux 2", "Flux 3", "Flux 4"]);

    let all = client.call(&NotionSearchArgs::default()).await.unwrap();
    let text = format!("{all:?}");
    assert!(!text.contains("hunter2") && !text.contains("u{1b}"), "{text}");
    let table = all.results.iter().find(|item| item.kind == NotionKind::DataSource).unwrap();
    assert_eq!((table.id.as_str(), table.title.as_str()), ("source-a", "Table source-a"));
    assert_eq!(double.violations(), Vec::<String>::new());
}

/// Blocks of every depth, more than one call reads: 40 items that each have a list of their own.
fn long_page() -> Page {
    let item = |n: usize| {
        let inner = block("bulleted_list_item", &format!("inner {n}"), vec![]);
        block("numbered_list_item", &format!("item {n} {}", "x".repeat(500)), vec![inner])
    };
    let mut blocks = vec![block("heading_1", "Fix", vec![])];
    blocks.extend((0..40).map(item));
    blocks.push(block("paragraph", "api_key=sk-live-0123456789abcdef0123", vec![]));
    let properties = json!({
        "Team": { "type": "select", "select": { "name": "Payments" } },
        "Alerts": { "type": "multi_select", "multi_select": [{ "name": "A" }, { "name": "B" }] },
        "Checked": { "type": "checkbox", "checkbox": false },
        "Owner": { "type": "people", "people": [{ "name": "Somebody" }] },
        "When": { "type": "date", "date": { "start": "2026-01-01", "end": null } },
        "Empty": { "type": "select", "select": null },
    });
    Page { properties, ..Page::new("long", "A long page", blocks) }
}

#[tokio::test]
async fn a_page_is_read_with_its_nested_blocks_piece_by_piece_and_loses_none() {
    let double = double().await;
    double.page_size(7);
    double.put(long_page());
    let client = client(&double, None, "secret").await;
    let mut args = page("notion/long");
    let (mut text, mut pieces) = (String::new(), 0);
    loop {
        let read = client.call(&args).await.unwrap();
        assert_eq!(read.truncated, read.next.is_some());
        text.push_str(&read.text);
        pieces += 1;
        let shown: Vec<_> = read
            .row
            .properties
            .iter()
            .map(|p| (p.name.as_str(), p.kind.as_str(), p.value.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Team", "select", Some("Payments")),
                ("Alerts", "multi_select", Some("A, B")),
                ("Checked", "checkbox", Some("false")),
                ("Owner", "people", None),
                ("When", "date", Some("2026-01-01")),
                ("Empty", "select", None),
            ]
        );
        match read.next {
            Some(next) => args.after = Some(next),
            None => break,
        }
    }
    assert!(pieces > 2, "it was read in {pieces} pieces");
    let mut expected = Vec::new();
    for n in 0..40 {
        expected.push(format!("{}. item {n}", n + 1));
        expected.push(format!("  - inner {n}"));
    }
    let lines: Vec<String> = text
        .lines()
        .filter(|line| line.contains("item ") || line.contains("inner "))
        .map(|line| line.split(" xx").next().unwrap().to_owned())
        .collect();
    assert_eq!(lines, expected);
    assert!(!text.contains("sk-live-0123456789"), "a secret is shown");
    assert_eq!(double.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn rows_are_filtered_and_a_database_stands_for_its_data_source() {
    let double = double().await;
    double.database("db", &["source-a"]);
    double.database("two", &["source-b", "source-c"]);
    let row = |id: &str, team: &str, edited: &str| Page {
        data_source: Some("source-a".into()),
        edited: edited.to_owned(),
        properties: json!({
            "Team": { "type": "select", "select": { "name": team } },
            "Tags": { "type": "multi_select", "multi_select": [{ "name": id }] },
        }),
        ..Page::new(id, &format!("Runbook {id}"), vec![])
    };
    double.put(row("p1", "Payments", "2026-01-01T00:00:00.000Z"));
    double.put(row("p2", "Payments", "2026-01-02T00:00:00.000Z"));
    double.put(row("p3", "Orders", "2026-01-03T00:00:00.000Z"));
    double.put(Page::new("elsewhere", "Not in the database", vec![]));
    let client = client(&double, Some("db"), "secret").await;
    let filter = |property: &str, kind, value: &str| NotionFilter {
        property: property.into(),
        kind,
        value: value.into(),
    };
    let ids = async |args: NotionQueryArgs| -> Vec<String> {
        client.call(&args).await.unwrap().rows.into_iter().map(|row| row.id).collect()
    };
    let args = NotionQueryArgs::default;
    assert_eq!(ids(args()).await, ["p1", "p2", "p3"]);
    assert_eq!(ids(NotionQueryArgs { source: Some("source-a".into()), ..args() }).await.len(), 3);
    let payments = filter("Team", NotionProperty::Select, "Payments");
    let asked = NotionQueryArgs { filters: vec![payments.clone()], ..args() };
    assert_eq!(ids(asked.clone()).await, ["p1", "p2"]);
    let since = "2026-01-02T00:00:00Z".parse().ok();
    assert_eq!(ids(NotionQueryArgs { edited_since: since, ..asked }).await, ["p2"]);
    let both = vec![payments, filter("Name", NotionProperty::Title, "book p1")];
    assert_eq!(ids(NotionQueryArgs { filters: both, ..args() }).await, ["p1"]);
    let tagged = vec![filter("Tags", NotionProperty::MultiSelect, "p3")];
    assert_eq!(ids(NotionQueryArgs { filters: tagged, ..args() }).await, ["p3"]);

    let first = client.call(&NotionQueryArgs { limit: Some(2), ..args() }).await.unwrap();
    assert!(first.truncated && first.rows.len() == 2);
    let rest = client
        .call(&NotionQueryArgs { after: first.next, limit: Some(2), ..args() })
        .await
        .unwrap();
    assert_eq!((rest.rows[0].id.as_str(), rest.next), ("p3", None));

    let two = NotionQueryArgs { source: Some("two".into()), ..args() };
    let failure = client.call(&two).await.unwrap_err();
    assert_eq!(failure.code, "tool.bad_arguments");
    assert!(failure.message.contains("source-b, source-c"), "{failure:?}");
    let absent = NotionQueryArgs { source: Some("absent".into()), ..args() };
    assert_eq!(client.code(&absent).await, "notion.not_found");
    assert_eq!(double.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn each_way_to_fail_has_its_code() {
    let sources = Sources::default();
    let none = Runbooks::new(sources, Limits::default());
    let none = TestClient::of(server(none, Limits::default())).await;
    assert_eq!(none.code(&NotionSearchArgs::default()).await, "runbooks.not_configured");
    assert_eq!(none.code(&page("p1")).await, "runbooks.not_configured");
    assert_eq!(none.code(&NotionQueryArgs::default()).await, "runbooks.not_configured");

    let double = double().await;
    double.put(Page::new("p1", "One", vec![]));
    double.put(Page::new("p2", "Two", vec![]));
    let wrong = client(&double, None, "wrong").await;
    assert_eq!(wrong.code(&page("p1")).await, "notion.unauthorized");
    let client = client(&double, None, "secret").await;
    assert_eq!(client.code(&page("absent")).await, "notion.not_found");
    for id in ["", "../users", "p1/../../users", "p1?x=1", "notion/", &"x".repeat(65)] {
        assert_eq!(client.code(&page(id)).await, "tool.bad_arguments", "{id}");
    }
    // No source and no configured database.
    assert_eq!(client.code(&NotionQueryArgs::default()).await, "tool.bad_arguments");
    for cursor in ["", "nonsense", "e30", "bnVsbA", "W10", "ä", &"x".repeat(5_000)] {
        let args = NotionPageArgs { after: Some(cursor.to_owned()), ..page("p1") };
        assert_eq!(client.code(&args).await, "tool.bad_arguments", "{cursor}");
    }
    let limit = NotionSearchArgs { limit: Some(51), ..NotionSearchArgs::default() };
    assert_eq!(client.code(&limit).await, "tool.bad_arguments");
    let long = NotionSearchArgs { query: "x".repeat(301), ..NotionSearchArgs::default() };
    assert_eq!(client.code(&long).await, "tool.bad_arguments");

    // The sync has read everything and asks nothing more.
    let synced = async {
        loop {
            let state = client.call(&SyncStateArgs {}).await.unwrap();
            if state.sources.iter().any(|source| source.name == "notion" && source.complete) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), synced).await.unwrap();
    // Whoever waits is told when to come back, and so is everybody until then: nobody asks in that time.
    double.fail_next(429, Some(600));
    let failure = client.call(&page("p1")).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retry_after_s), ("notion.busy", Some(600)));
    let asked = double.requests().len();
    let again = client.call(&page("p2")).await.unwrap_err();
    assert_eq!(again.code, "notion.busy");
    assert!(again.retry_after_s.is_some_and(|s| (590..=600).contains(&s)), "{again:?}");
    assert_eq!(double.requests().len(), asked);
    assert_eq!(double.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_cursor_of_another_page_is_refused() {
    let double = double().await;
    double.page_size(3);
    double.put(long_page());
    double.put(Page::new("p1", "One", vec![]));
    let client = client(&double, None, "secret").await;
    let next = client.call(&page("long")).await.unwrap().next;
    assert!(next.is_some());
    let args = NotionPageArgs { after: next, ..page("p1") };
    assert_eq!(client.code(&args).await, "tool.bad_arguments");
}
