//! Live events: a reader misses nothing and sees nothing twice.

use evenkeel_domain::access::Role;
use http::Method;
use serde_json::json;

use crate::harness::{
    Person, TestApp,
    alerts::{FIRST, alert, firing, group},
    stream::EventStream,
};

async fn grow(app: &TestApp, token: &str, pods: std::ops::Range<u32>) {
    for pod in pods {
        let alerts = vec![alert("A", &format!("p{pod}"), "firing", FIRST)];
        app.alert(token, group("A", "firing", alerts)).await;
    }
}

async fn ids(stream: &mut EventStream, count: usize) -> Vec<u64> {
    let mut ids = Vec::new();
    while ids.len() < count {
        let event = stream.next().await.unwrap();
        assert_eq!((event.name.as_str(), event.data["seq"].as_u64()), ("entry", event.id));
        ids.push(event.id.unwrap());
    }
    ids
}

#[tokio::test]
async fn a_stream_resumes_after_what_was_seen_without_gaps_or_repeats() {
    const RECORDS: usize = 60;
    let app = TestApp::start().await;
    let viewer = app.person(Role::Viewer).await;
    let cluster = app.cluster("shop").await;
    let incident = app.alert(&cluster.token, firing("A", "p0")).await[0];
    let path = format!("/api/v1/incidents/{incident}/events");
    let reading = async {
        // A connection that breaks every few records, while others are being written.
        let mut seen: Vec<u64> = Vec::new();
        while seen.len() < RECORDS {
            let mut stream = EventStream::open(&viewer, &path, seen.last().copied()).await;
            let count = 7.min(RECORDS - seen.len());
            seen.extend(ids(&mut stream, count).await);
        }
        seen
    };
    let writing = grow(&app, &cluster.token, 1..u32::try_from(RECORDS).unwrap());
    let (seen, ()) = tokio::join!(reading, writing);
    assert_eq!(seen, (1..=RECORDS as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn where_to_begin_can_be_asked_and_the_header_counts_more() {
    let app = TestApp::start().await;
    let viewer = app.person(Role::Viewer).await;
    let cluster = app.cluster("shop").await;
    let incident = app.alert(&cluster.token, firing("A", "p0")).await[0];
    grow(&app, &cluster.token, 1..5).await;
    let path = format!("/api/v1/incidents/{incident}/events?after=3");
    assert_eq!(ids(&mut EventStream::open(&viewer, &path, None).await, 2).await, [4, 5]);
    assert_eq!(ids(&mut EventStream::open(&viewer, &path, Some(1)).await, 4).await, [2, 3, 4, 5]);
    // The journal says the same, and its chain holds.
    let journal = viewer.get(&format!("/api/v1/incidents/{incident}/journal")).await.expect(200);
    let entries: Vec<evenkeel_domain::Entry> = journal.of();
    assert_eq!(entries.len(), 5);
    evenkeel_engine::chain::verify(&entries).unwrap();
}

/// Writes until the stream, which looks whom it serves before each record, has ended.
async fn must_end(app: &TestApp, token: &str, mut stream: EventStream, what: &str) {
    let ended = async { while stream.next().await.is_some() {} };
    let writing = async {
        for pod in 100.. {
            grow(app, token, pod..pod + 1).await;
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_secs(20);
    tokio::time::timeout(limit, async {
        tokio::select! { () = ended => {}, () = writing => {} }
    })
    .await
    .unwrap_or_else(|_| panic!("the stream of {what} goes on"));
}

#[tokio::test]
async fn i9_a_stream_ends_when_its_reader_loses_the_right_to_it() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let cluster = app.cluster("shop").await;
    let incident = app.alert(&cluster.token, firing("A", "p0")).await[0];
    let of_incident = format!("/api/v1/incidents/{incident}/events");
    for path in [of_incident.as_str(), "/api/v1/events"] {
        let (program, id) = admin.make_token(path, "read").await;
        let stream = EventStream::open(&program, path, None).await;
        admin
            .call(&Method::DELETE, &format!("/api/v1/tokens/{id}"), &json!(null))
            .await
            .expect(204);
        must_end(&app, &cluster.token, stream, path).await;
    }
}

#[tokio::test]
async fn the_organisations_stream_tells_of_every_change() {
    let app = TestApp::start().await;
    let viewer: Person = app.person(Role::Viewer).await;
    let cluster = app.cluster("shop").await;
    let mut stream = EventStream::open(&viewer, "/api/v1/events", None).await;
    let writing = async {
        app.alert(&cluster.token, firing("A", "p0")).await;
        grow(&app, &cluster.token, 1..40).await;
    };
    let reading = async {
        let event = stream.next().await.unwrap();
        assert_eq!(event.name, "incident");
        assert_eq!(event.data["status"], "investigating");
        assert!(event.data["alerts"].as_u64().unwrap() >= 1);
    };
    // It listens from its first poll on, which comes before the first record.
    tokio::join!(reading, writing);
}
