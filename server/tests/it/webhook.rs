//! Intake: Alertmanager's door.

use std::collections::BTreeSet;

use evenkeel_domain::{access::Role, id::NotificationId};
use evenkeel_storage::intake::{IntakePlan, IntakeView, Received};
use serde_json::{Value, json};

use crate::harness::{
    Person, TestApp,
    alerts::{FIRST, alert, firing, group, resolved},
    eventually,
};

const LATER: &str = "2026-01-01T01:00:00Z";

struct Door {
    app: TestApp,
    admin: Person,
    token: String,
    cluster: String,
}

async fn door() -> Door {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let connected = app.cluster("shop").await;
    let (token, cluster) = (connected.token, connected.cluster.id.to_string());
    Door { app, admin, token, cluster }
}

impl Door {
    async fn incidents(&self) -> Vec<Value> {
        let page = self.admin.get("/api/v1/incidents").await.expect(200).json();
        page["incidents"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn only_a_clusters_token_opens_the_door() {
    let door = door().await;
    let body = firing("A", "p").to_string();
    for token in ["", "wrong", "evk_api_x"] {
        door.app.notify(token, body.clone()).await.refused(401, "webhook.bad_token");
    }
    // A person's token is no cluster's.
    let (program, _) = door.admin.make_token("t", "full").await;
    program.post("/webhook/alert", firing("A", "p")).await.refused(401, "webhook.bad_token");
    // A renewed token is the only one from then on.
    let path = format!("/api/v1/clusters/{}/token", door.cluster);
    let renewed = door.admin.post(&path, Value::Null).await.expect(200).json();
    door.app.notify(&door.token, body.clone()).await.refused(401, "webhook.bad_token");
    door.app.notify(renewed["token"].as_str().unwrap(), body).await.expect(202);
    assert_eq!(door.incidents().await.len(), 1);
}

#[tokio::test]
async fn an_alert_is_taken_at_both_addresses_and_said_which_incident_it_is() {
    let door = door().await;
    let answer =
        door.app.notify(&door.token, firing("A", "p").to_string()).await.expect(202).json();
    let incidents = door.incidents().await;
    assert_eq!(answer, json!({ "received": 1, "incidents": [incidents[0]["id"]] }));
    assert_eq!(incidents[0]["title"], "A: p is in trouble");
    assert_eq!(incidents[0]["severity"], "critical");
    let cluster = door.app.nobody.with_token(&door.token);
    let again = cluster.post("/api/v1/alerts/webhook", firing("A", "p")).await.expect(202).json();
    assert_eq!(again, answer, "a repeat joins");
    assert_eq!(door.incidents().await.len(), 1);
}

#[tokio::test]
async fn a_repeat_adds_nothing_to_the_journal_and_news_do() {
    let door = door().await;
    let id = door.app.alert(&door.token, firing("A", "p")).await[0];
    door.app.alert(&door.token, firing("A", "p")).await;
    assert_eq!(door.admin.incident(id).await["seq"], 1);
    let two = vec![alert("A", "p", "firing", FIRST), alert("A", "q", "firing", FIRST)];
    assert_eq!(door.app.alert(&door.token, group("A", "firing", two)).await, [id]);
    let incident = door.admin.incident(id).await;
    assert_eq!(incident["seq"], 2);
    assert_eq!(incident["alerts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn several_alerts_of_a_group_are_one_incident_and_groups_are_apart() {
    let door = door().await;
    let many = (0..20).map(|n| alert("A", &format!("p{n}"), "firing", FIRST)).collect();
    let answer = door.app.notify(&door.token, group("A", "firing", many).to_string()).await;
    let answer = answer.expect(202).json();
    assert_eq!(answer["received"], 20);
    assert_eq!(answer["incidents"].as_array().unwrap().len(), 1);
    let other = door.app.alert(&door.token, about("B", "cart")).await;
    assert_ne!(json!(other), answer["incidents"]);
    assert_eq!(door.incidents().await.len(), 2);
}

/// A group of one alert that speaks of this deployment.
fn about(name: &str, deployment: &str) -> Value {
    let mut body = firing(name, "p");
    body["alerts"][0]["labels"]["deployment"] = json!(deployment);
    body
}

#[tokio::test]
async fn groups_that_speak_of_one_object_are_one_incident_and_stay_together() {
    let door = door().await;
    let first = door.app.alert(&door.token, about("Slow", "checkout")).await;
    let second = door.app.alert(&door.token, about("Errors", "checkout")).await;
    assert_eq!(second, first);
    // By one of its pods, as another rule names it.
    let mut by_pod = group("Crash", "firing", vec![alert("Crash", "p", "firing", FIRST)]);
    let labels = by_pod["alerts"][0]["labels"].as_object_mut().unwrap();
    labels.remove("deployment");
    labels.insert("pod".into(), json!("checkout-7d9f8b6c5d-x2x7k"));
    assert_eq!(door.app.alert(&door.token, by_pod).await, first);
    assert_ne!(door.app.alert(&door.token, about("Errors2", "cart")).await, first);

    // What a group says later goes where it belongs, and its end is heard there.
    let more = vec![alert("Errors", "q", "firing", FIRST), alert("Errors", "p", "resolved", FIRST)];
    assert_eq!(door.app.alert(&door.token, group("Errors", "firing", more)).await, first);
    let incident = door.admin.incident(first[0]).await;
    let alerts = incident["alerts"].as_array().unwrap();
    assert_eq!(alerts.len(), 4);
    let ended = alerts.iter().filter(|alert| alert["status"] == "resolved").count();
    assert_eq!(ended, 1);
    let listed = door.incidents().await;
    assert_eq!(listed.len(), 2);
    let summary = listed.iter().find(|i| i["id"] == json!(first[0])).unwrap();
    assert_eq!(summary["alerts"], 4, "the list counts them all");

    // What a person asks for is its own, and nothing joins it.
    let path = format!("/api/v1/clusters/{}/investigations", door.cluster);
    let wanted = json!({ "reason": "r", "namespace": "shop", "workload": "payment" });
    let asked = door.admin.post(&path, wanted).await.expect(201).json();
    let payment = door.app.alert(&door.token, about("Slow2", "payment")).await;
    assert_ne!(json!(payment[0]), asked["incident"]);
}

#[tokio::test]
async fn who_comes_when_too_many_are_being_taken_in_is_told_at_once() {
    let app = TestApp::start_with(|config| config.intake.concurrency = 1).await;
    let token = app.cluster("shop").await.token;
    // One whose body does not come to an end holds the only place.
    let endless = futures::stream::pending::<Result<String, std::io::Error>>();
    let person = app.nobody.with_token(&token);
    let request = person.request(&http::Method::POST, "/webhook/alert");
    let request = request.body(axum::body::Body::from_stream(endless)).unwrap();
    let held = tokio::spawn(async move { person.send(request).await.status });
    let refused = eventually("the place to be taken", async || {
        let answer = app.notify(&token, firing("A", "p").to_string()).await;
        (answer.status == 503).then_some(answer)
    })
    .await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    let body = refused.refused(503, "webhook.crowded");
    assert_eq!(body["retry_after_s"], 1);
    // Nothing was lost: when there is room again, it is taken.
    held.abort();
    eventually("room again", async || {
        let answer = app.notify(&token, firing("A", "p").to_string()).await;
        (answer.status == 202).then_some(())
    })
    .await;
    let metrics = app.nobody.get("/metrics").await.expect(200).text();
    assert!(metrics.contains("evenkeel_notifications_total{outcome=\"crowded\"}"), "{metrics}");
}

#[tokio::test]
async fn resolved_never_starts_anything() {
    let door = door().await;
    let answer = door.app.notify(&door.token, resolved("A", "p").to_string()).await.expect(202);
    assert_eq!(answer.json(), json!({ "received": 1, "incidents": [] }));
    // A late repeat of the firing that has ended does not either.
    let late = door.app.notify(&door.token, firing("A", "p").to_string()).await.expect(202);
    assert_eq!(late.json()["incidents"], json!([]));
    assert!(door.incidents().await.is_empty());
}

#[tokio::test]
async fn resolved_closes_what_was_not_touched_and_a_new_firing_opens_anew() {
    let mut door = door().await;
    let first = door.app.alert(&door.token, firing("A", "p")).await[0];
    door.app.alert(&door.token, resolved("A", "p")).await;
    door.app.work();
    let closed = eventually("the incident to close", async || {
        let incident = door.admin.incident(first).await;
        (incident["phase"] == "closed").then_some(incident)
    });
    assert_eq!(closed.await["status"], "self_resolved");
    // The same firing again, late: it has ended.
    assert_eq!(door.app.alert(&door.token, firing("A", "p")).await, [first]);
    assert_eq!(door.incidents().await.len(), 1);
    // It begins anew.
    let anew = group("A", "firing", vec![alert("A", "p", "firing", LATER)]);
    let second = door.app.alert(&door.token, anew).await;
    assert_eq!(second.len(), 1);
    assert_ne!(second, [first]);
}

#[tokio::test]
async fn the_same_alert_of_two_clusters_is_two_incidents() {
    let door = door().await;
    let other = door.app.cluster("other").await;
    let ours = door.app.alert(&door.token, firing("A", "p")).await;
    let theirs = door.app.alert(&other.token, firing("A", "p")).await;
    assert_ne!(ours, theirs);
    // One that ends in one cluster goes on in the other.
    door.app.alert(&other.token, resolved("A", "p")).await;
    assert_eq!(door.admin.incident(ours[0]).await["alerts"][0]["status"], "firing");
    assert_eq!(door.admin.incident(theirs[0]).await["alerts"][0]["status"], "resolved");
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_acknowledged_and_shown() {
    let door = door().await;
    let nonsense: Vec<Vec<u8>> = vec![
        b"not json".to_vec(),
        b"".to_vec(),
        b"[]".to_vec(),
        b"{\"status\":\"sideways\",\"alerts\":[]}".to_vec(),
        vec![0xff, 0xfe, 0x00],
        "[".repeat(100_000).into_bytes(),
    ];
    for body in &nonsense {
        let answer = door.app.notify(&door.token, body.clone()).await.expect(202).json();
        assert_eq!((&answer["received"], &answer["incidents"]), (&json!(0), &json!([])));
        assert!(answer["quarantined"].as_str().is_some_and(|why| why.len() < 500), "{answer}");
    }
    let room =
        door.admin.get(&format!("/api/v1/clusters/{}", door.cluster)).await.expect(200).json();
    assert_eq!(room["quarantine"].as_array().unwrap().len(), nonsense.len());
    let page = door.admin.page(&format!("/clusters/{}", door.cluster)).await.expect(200).text();
    assert!(
        page.contains("not the body of an Alertmanager webhook"),
        "the War Room does not say so"
    );
    assert!(door.incidents().await.is_empty());
}

#[tokio::test]
async fn what_was_put_aside_can_be_read_again() {
    let door = door().await;
    let secret = "{\"password\": \"hunter2hunter2\", <script>alert(1)</script> \u{1b}[31m";
    door.app.notify(&door.token, secret).await.expect(202);
    let long = format!("{{\"alerts\": \"{}\"", "x".repeat(9_000));
    door.app.notify(&door.token, long).await.expect(202);
    let of_cluster = |verb: &str| format!("/api/v1/clusters/{}/quarantine{verb}", door.cluster);
    let listed = door.admin.get(&of_cluster("")).await.expect(200).json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2, "newest first");
    assert!(listed[0]["head"].as_str().unwrap().chars().count() <= 2_001);
    assert!(listed[0]["bytes"].as_u64().unwrap() > 9_000);
    let head = listed[1]["head"].as_str().unwrap();
    assert!(!head.contains("hunter2") && !head.contains('\u{1b}'), "{head}");
    let page = door.admin.page(&format!("/clusters/{}", door.cluster)).await.expect(200).text();
    assert!(page.contains("Read it again") && !page.contains("<script>alert(1)"));

    // Still not: it stays, and that somebody tried is on record.
    let id = listed[1]["id"].as_str().unwrap();
    let again = of_cluster(&format!("/{id}/reread"));
    door.admin.post(&again, Value::Null).await.refused(422, "quarantine.unreadable");
    let listed = door.admin.get(&of_cluster("")).await.expect(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(door.admin.audit_actions().await.contains(&"cluster.quarantine_reread".to_owned()));

    // One that an earlier version did not understand, and this one does.
    let readable = firing("Old", "p").to_string();
    let kept = NotificationId::from_parts(1, 7);
    let received = Received {
        id: kept,
        organisation: door.app.organisation,
        cluster: door.cluster.parse().unwrap(),
        at: door.app.platform.clock.now(),
        body: readable,
        group_key: String::new(),
        truncated_alerts: 0,
        quarantined: Some("a field that was not known then".into()),
        alerts: Vec::new(),
        beyond: None,
        reread: None,
    };
    let nothing = |_: &IntakeView| IntakePlan::default();
    door.app.platform.store.receive(&received, &nothing).await.unwrap();
    let path = of_cluster(&format!("/{kept}/reread"));
    let responder = door.app.person(Role::Responder).await;
    responder.post(&path, Value::Null).await.refused(403, "access.denied");
    // As the form of the page sends it, without JavaScript.
    let fields = format!("cluster={}&notification={kept}", door.cluster);
    let reread = "/api/ui/clusters/quarantine/reread";
    let read = door.admin.function(&http::Method::POST, reread, &fields).await.expect(200).json();
    assert_eq!(read["received"], 1);
    let incidents = door.incidents().await;
    assert_eq!(read["incidents"], json!([incidents[0]["id"]]));
    assert_eq!(incidents[0]["title"], "Old: p is in trouble");
    door.admin.post(&path, Value::Null).await.refused(404, "not_found");
    let listed = door.admin.get(&of_cluster("")).await.expect(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn too_large_a_body_is_refused() {
    let door = door().await;
    let huge = vec![b' '; 4 * 1024 * 1024 + 1];
    assert_eq!(door.app.notify(&door.token, huge).await.status, 413);
    let large = vec![b' '; 4 * 1024 * 1024];
    assert_eq!(door.app.notify(&door.token, large).await.status, 202);
}

#[tokio::test]
async fn other_senders_and_odd_alerts_are_understood() {
    let door = door().await;
    // Grafana: more fields, and no group key of Alertmanager's form.
    let grafana = json!({
        "receiver": "evenkeel", "status": "firing", "orgId": 1, "title": "[FIRING:1] A", "state": "alerting",
        "message": "**Firing**", "groupLabels": { "alertname": "A" }, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://grafana.test/", "version": "1", "groupKey": "{}/{}:{alertname=\"A\"}", "truncatedAlerts": 3,
        "alerts": [{ "status": "firing", "labels": { "alertname": "A", "grafana_folder": "shop" }, "annotations": {},
            "startsAt": "2026-01-01T00:00:00+01:00", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://grafana.test/a",
            "fingerprint": "f1", "silenceURL": "http://grafana.test/s", "dashboardURL": "", "panelURL": "",
            "values": { "B": 22, "C": null }, "valueString": "[ var='B' ]" }],
    });
    assert_eq!(door.app.alert(&door.token, grafana).await.len(), 1);

    // Neither group key nor fingerprint: the labels tell alerts apart, and join repeats.
    let mut bare = about("Bare", "bare");
    bare.as_object_mut().unwrap().remove("groupKey");
    bare["alerts"][0].as_object_mut().unwrap().remove("fingerprint");
    let once = door.app.alert(&door.token, bare.clone()).await;
    assert_eq!(once.len(), 1);
    assert_eq!(door.app.alert(&door.token, bare.clone()).await, once);
    bare["alerts"][0]["labels"]["pod"] = json!("q");
    assert_eq!(door.app.alert(&door.token, bare).await, once);
    assert_eq!(door.admin.incident(once[0]).await["alerts"].as_array().unwrap().len(), 2);

    // Every letter there is, and what a terminal or a page would obey.
    let mut odd = firing("Grüße ☃ 日本 \u{202e}<script>", "p\u{0}\u{1b}[31m");
    odd["alerts"][0]["labels"]["deployment"] = json!("odd");
    odd["alerts"][0]["annotations"]["summary"] =
        json!("línea\n\r\tdos </title><img src=x onerror=alert(1)>");
    let id = door.app.alert(&door.token, odd).await[0];
    let incident = door.admin.incident(id).await;
    assert!(!incident["title"].as_str().unwrap().chars().any(char::is_control));
    let page = door.admin.page(&format!("/incidents/{id}")).await.expect(200).text();
    for tag in ["</title><img", "<img src=x", "\u{202e}<script>"] {
        let around =
            page.find(tag).map(|at| page[..at].chars().rev().take(300).collect::<Vec<_>>());
        let around = around.map(|chars| chars.into_iter().rev().collect::<String>());
        assert_eq!(around, None, "the page obeys a label: {tag}");
    }

    // Labels of a size nobody meant.
    let mut huge = about("Huge", "huge");
    for n in 0..500 {
        huge["alerts"][0]["labels"][format!("label_{n}")] = json!("x".repeat(2_000));
    }
    let id = door.app.alert(&door.token, huge).await[0];
    door.admin.page(&format!("/incidents/{id}")).await.expect(200);
    let ids: BTreeSet<_> = door.incidents().await.iter().map(|i| i["id"].to_string()).collect();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn i1_what_was_acknowledged_is_in_the_database() {
    let door = door().await;
    let id = door.app.alert(&door.token, firing("A", "p")).await[0];
    // Another process on the same file sees it: nothing waits in this one's memory.
    let url = format!("sqlite://{}", door.app.dir().join("evenkeel.db").display());
    let other = evenkeel_storage_sqlite::SqliteStore::open(&url).await.unwrap();
    let read = evenkeel_engine::journal::read_all(&other, id, 0).await.unwrap();
    assert_eq!(read.len(), 1);
    evenkeel_engine::chain::verify(&read).unwrap();
}
