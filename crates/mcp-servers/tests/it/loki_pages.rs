//! Lines page by page against the Loki double: none lost, none twice.

use std::collections::BTreeMap;

use evenkeel_lab::loki::LokiDouble;
use evenkeel_mcp_servers::{Limits, loki};
use evenkeel_tools::loki::{Direction, LogData, QueryRangeArgs};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::support::TestClient;

pub const BASE: i64 = 1_790_000_000_000_000_000;

pub fn at(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(BASE + nanos)).unwrap()
}

pub fn seconds(seconds: i64) -> i64 {
    BASE + seconds * 1_000_000_000
}

pub async fn client(double: &LokiDouble) -> TestClient {
    evenkeel_mcp_servers::install_tls_provider();
    let config = loki::LokiConfig::new(double.url());
    let loki = loki::Loki::new(&config, Limits::default());
    TestClient::of(loki::server(loki, Limits::default())).await
}

async fn all_pages(
    client: &TestClient,
    direction: Direction,
    limit: u32,
    (mut start, mut end): (Timestamp, Timestamp),
) -> Vec<(Timestamp, String)> {
    let mut all = Vec::new();
    for _ in 0..2000 {
        let args = QueryRangeArgs {
            query: r#"{app="x"}"#.to_owned(),
            start,
            end,
            limit: Some(limit),
            direction: Some(direction),
            step_seconds: None,
        };
        let LogData::Lines { page, .. } = client.call(&args).await.unwrap().data else {
            panic!("figures")
        };
        let ordered = page.entries.windows(2).all(|pair| match direction {
            Direction::Forward => pair[0].at <= pair[1].at,
            Direction::Backward => pair[0].at >= pair[1].at,
        });
        assert!(ordered && !page.truncated);
        all.extend(page.entries.into_iter().map(|entry| (entry.at, entry.line)));
        match (page.next, direction) {
            (None, _) => return all,
            (Some(next), Direction::Forward) => start = next,
            (Some(next), Direction::Backward) => end = next,
        }
    }
    panic!("the pages don't end")
}

#[tokio::test]
async fn no_line_is_lost_or_repeated_between_pages() {
    let mut random = StdRng::seed_from_u64(7);
    for round in 0..12 {
        let double = LokiDouble::start().await.unwrap();
        let client = client(&double).await;
        // Few moments, so that many lines share one; some moments have more lines than a page.
        let moments = random.random_range(1..20);
        let lines = random.random_range(1..150);
        let mut expected: Vec<(Timestamp, String)> = Vec::new();
        for number in 0..lines {
            let moment = random.random_range(0..moments);
            let pod = format!("p{}", random.random_range(0..4));
            let line = format!("line {number}");
            double.push(&[("app", "x"), ("pod", &pod)], BASE + moment, &line);
            expected.push((at(moment), line));
        }
        // Not before the start, not at the end.
        double.push(&[("app", "x")], BASE - 1, "too early");
        double.push(&[("app", "x")], BASE + moments, "too late");
        expected.sort();
        for direction in [Direction::Forward, Direction::Backward] {
            let limit = random.random_range(1..12);
            let mut found = all_pages(&client, direction, limit, (at(0), at(moments))).await;
            found.sort();
            assert_eq!(found, expected, "round {round}, {direction:?}, {limit} a page");
        }
    }
}

#[tokio::test]
async fn streams_are_merged_in_order_and_keep_their_labels() {
    let double = LokiDouble::start().await.unwrap();
    let client = client(&double).await;
    for second in 0..6 {
        let pod = if second % 2 == 0 { "even" } else { "odd" };
        double.push(&[("app", "x"), ("pod", pod)], seconds(second), &format!("line {second}"));
    }
    let args = QueryRangeArgs {
        query: r#"{app="x"}"#.to_owned(),
        start: at(0),
        end: at(60_000_000_000),
        limit: None,
        direction: Some(Direction::Forward),
        step_seconds: None,
    };
    let result = client.call(&args).await.unwrap();
    let LogData::Lines { page, .. } = result.data else { panic!("figures") };
    let mut pods: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in &page.entries {
        let labels = &page.streams[entry.stream as usize];
        pods.entry(labels["pod"].as_str()).or_default().push(&entry.line);
    }
    assert_eq!(pods["even"], ["line 0", "line 2", "line 4"]);
    assert_eq!(pods["odd"], ["line 1", "line 3", "line 5"]);
    let lines: Vec<_> = page.entries.iter().map(|entry| entry.line.as_str()).collect();
    assert_eq!(lines, ["line 0", "line 1", "line 2", "line 3", "line 4", "line 5"]);
    assert_eq!(result.estimate.unwrap().entries, 6);
}
