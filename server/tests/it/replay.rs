//! Incidents as files and as they were: export, import, replay, the past.

use std::{ops::Deref, path::PathBuf, time::Duration};

use evenkeel_domain::{IncidentState, access::Role, id::IncidentId};
use evenkeel_engine::chain;
use evenkeel_services::{ServiceError, case_file};
use serde_json::{Value, json};

use crate::harness::{Person, TestApp, alerts, binary::Environment, within};

const ROUNDS: u8 = 3;

/// An incident that ended by itself: its cluster has no connections, and its alert tells secrets.
struct Ended {
    app: TestApp,
    responder: Person,
    id: IncidentId,
}

impl Deref for Ended {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

impl Ended {
    async fn incident() -> Self {
        let mut app = TestApp::start().await;
        let responder = app.person(Role::Responder).await;
        let cluster = app.cluster("shop").await;
        let mut alert = alerts::alert("Leaky", "p", "firing", alerts::FIRST);
        alert["annotations"]["description"] =
            json!("db refused password=hunter2, ask ann@ours.test");
        let body = alerts::group("Leaky", "firing", vec![alert]);
        let id = app.alert(&cluster.token, body).await[0];
        app.work();
        within(Duration::from_secs(90), "the incident to end", async || {
            (responder.incident(id).await["phase"] == "closed").then_some(())
        })
        .await;
        Self { app, responder, id }
    }

    async fn download(&self) -> String {
        let answer = self.responder.get(&format!("/api/v1/incidents/{}/export", self.id)).await;
        let answer = answer.expect(200);
        let disposition = answer.header(http::header::CONTENT_DISPOSITION).unwrap().to_owned();
        assert!(disposition.contains(&format!("incident-{}.jsonl", self.id)), "{disposition}");
        answer.text().clone()
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.app.dir().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_taken_away_and_brought_in_again() {
    let ended = Ended::incident().await;
    let file = ended.download().await;
    assert!(!file.contains("hunter2") && !file.contains("ann@ours.test"), "it is redacted");
    let report = case_file::check(file.as_bytes(), ROUNDS).unwrap();
    assert_eq!((report.differences.len(), report.unchecked.first()), (0, Some(&1)));
    assert!(report.decisions >= 3, "{report:?}");

    let services = &ended.platform.services;
    let by = || "somebody".to_owned();
    let imported =
        services.import_incident(ended.organisation, by(), file.as_bytes()).await.unwrap();
    assert_eq!((imported.from, imported.records), (ended.id, report.records));
    assert!(!imported.was_open);
    let view = ended.responder.incident(imported.incident).await;
    assert_eq!(
        (&view["phase"], &view["cluster_name"]),
        (&json!("closed"), &json!("imported: shop"))
    );
    assert_eq!(view["trigger"]["from"], json!(ended.id));
    let caller = ended.caller("responder@ours.test").await;
    let journal = services.entries_after(&caller, imported.incident, 0).await.unwrap();
    chain::verify(&journal).unwrap();
    assert_eq!(journal.len() as u64, report.records);
    for evidence in view["evidence"].as_array().unwrap() {
        if evidence["outcome"]["kind"] == "answered" {
            let path = format!(
                "/api/v1/incidents/{}/evidence/{}",
                imported.incident,
                evidence["id"].as_str().unwrap()
            );
            ended.responder.get(&path).await.expect(200);
        }
    }
    let trail = ended.responder.audit_actions().await;
    assert_eq!(trail[..1], ["incident.imported"]);
    assert!(trail.contains(&"incident.exported".to_owned()), "{trail:?}");

    // What was imported can be taken away again.
    let again = format!("/api/v1/incidents/{}/export", imported.incident);
    let again = ended.responder.get(&again).await.expect(200);
    let again = case_file::check(again.text().as_bytes(), ROUNDS).unwrap();
    assert!(again.unchecked.is_empty(), "what is redacted is redacted: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_a_file_that_was_tampered_with_is_not_brought_in() {
    let ended = Ended::incident().await;
    let file = ended.download().await;
    let before = ended.responder.get("/api/v1/incidents").await.json();
    for (from, to, named) in [
        ("\"seq\":3,", "\"seq\":9,", "record 3 is not what was recorded"),
        ("\"round\":1", "\"round\":2", "record 2 is not what was recorded"),
        ("\"line\":\"end\"", "\"line\":\"END\"", "is out of place"),
    ] {
        let changed = file.replacen(from, to, 1);
        assert_ne!(changed, file, "{from} is in the file");
        let refused = ended
            .platform
            .services
            .import_incident(ended.organisation, "x".into(), changed.as_bytes())
            .await
            .unwrap_err();
        let ServiceError::Invalid { field: "file", why } = &refused else { panic!("{refused:?}") };
        assert!(why.contains(named), "{from}: {why}");
    }
    assert_eq!(ended.responder.get("/api/v1/incidents").await.json(), before, "nothing came in");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_that_is_open_can_be_taken_away_and_is_closed_where_it_is_brought_in() {
    let app = TestApp::start().await;
    let responder = app.person(Role::Responder).await;
    let cluster = app.cluster("shop").await;
    let id = app.alert(&cluster.token, alerts::firing("Open", "p")).await[0];
    let file = responder.get(&format!("/api/v1/incidents/{id}/export")).await.expect(200);
    let report = case_file::check(file.text().as_bytes(), ROUNDS).unwrap();
    assert_eq!((report.status.as_str(), report.records), ("investigating", 1));
    let services = &app.platform.services;
    let imported = services
        .import_incident(app.organisation, "x".into(), file.text().as_bytes())
        .await
        .unwrap();
    assert!(imported.was_open);
    let view = responder.incident(imported.incident).await;
    assert_eq!((&view["phase"], &view["status"]), (&json!("closed"), &json!("escalated")));
    assert_eq!(responder.incident(id).await["phase"], "observe", "the other one is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_seen_by_those_who_may_and_cannot_be_answered() {
    let ended = Ended::incident().await;
    let services = &ended.platform.services;
    let caller = ended.caller("responder@ours.test").await;
    let last = services.incident_state(&caller, ended.id).await.unwrap().seq;
    for seq in [1, 2, last - 1] {
        let room = services.incident_as_of(&caller, ended.id, seq).await.unwrap();
        let state = IncidentState::fold(&room.entries).unwrap().unwrap();
        assert_eq!(state.seq, seq);
        assert!(state.closed_at.is_none());
        assert!(room.approve_refused.unwrap().contains("as of record"));
        assert!(room.reject_refused.unwrap().contains("as of record"));
    }
    let now = services.incident_as_of(&caller, ended.id, last).await.unwrap();
    assert_eq!(now, services.incident_room(&caller, ended.id).await.unwrap());
    for seq in [0, last + 1] {
        let refused = services.incident_as_of(&caller, ended.id, seq).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { field: "seq", .. }), "{refused:?}");
    }
    ended.stranger().await;
    let stranger = ended.caller("admin@theirs.test").await;
    let refused = services.incident_as_of(&stranger, ended.id, 1).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotFound { .. }), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_replays_exports_and_imports() {
    let ended = Ended::incident().await;
    let env = Environment::new(ended.dir());
    let id = ended.id.to_string();
    let path = ended.dir().join("case.jsonl");
    let place = path.display().to_string();
    env.ok(&["incident", "export", &id, "--out", &place]);

    // The database and the file tell the same.
    let of_database = env.ok(&["replay", &id]);
    assert!(of_database.contains("decided: supervise, round 1; so it would be today"));
    assert!(of_database.contains("next: done"), "{of_database}");
    let of_file = env.ok(&["replay", &place]);
    let records = |text: &str| text.lines().filter(|l| l.contains("decided")).count();
    assert_eq!(records(&of_database), records(&of_file));
    let some = env.ok(&["replay", &place, "--to", "2", "--json"]);
    let lines: Vec<Value> = some.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((lines.len(), &lines[1]["seq"]), (3, &json!(2)));
    assert_eq!(lines[1]["decision"]["agrees"], true);
    assert!(env.ok(&["replay", "--check", &place, &id]).contains("0 would be others today"));

    // Another decision in it, with a chain that holds, is shown and fails.
    let other =
        ended.file("other.jsonl", &decided_otherwise(&std::fs::read_to_string(&path).unwrap()));
    let output = env.run(&["replay", "--check", other.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("decided: close: resolved"), "{said}");
    assert!(said.contains("| stage: "), "{said}");

    let imported = env.json(&["--json", "incident", "import", &place]);
    assert_eq!(imported["from"], json!(id));
    let broken = ended.file("broken.jsonl", &std::fs::read_to_string(&path).unwrap()[..5_000]);
    for command in [&["incident", "import"][..], &["replay", "--check"]] {
        let output = env.run(&[command, &[broken.to_str().unwrap()]].concat());
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("line"), "{said}");
    }
}

/// The file with another end: its last record, the decision to hand over, becomes one of success.
fn decided_otherwise(file: &str) -> String {
    let mut lines: Vec<Value> = file.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let incident: IncidentId = serde_json::from_value(lines[0]["incident"].clone()).unwrap();
    let last = lines.iter().rposition(|line| line["line"] == "record").unwrap();
    let record = &mut lines[last];
    assert_eq!(record["event"]["event"], "closed");
    record["event"]["resolution"] = json!("resolved");
    let text = |name: &str| record[name].as_str().unwrap().to_owned();
    let hash = chain::link(
        &text("prev"),
        incident,
        record["seq"].as_u64().unwrap(),
        text("at").parse().unwrap(),
        &record["event"].to_string(),
    );
    record["hash"] = json!(hash);
    lines[0]["head"]["hash"] = json!(hash);
    lines.pop();
    let mut text = lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n");
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&text));
    let end = json!({ "line": "end", "lines": lines.len(), "sha256": digest });
    text.push_str(&end.to_string());
    text.push('\n');
    text
}
