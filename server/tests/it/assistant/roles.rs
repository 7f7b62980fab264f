//! Each role sees and may do what it may on pages and over the API; another organisation's ids are not found.

use evenkeel_domain::access::Role;
use serde_json::{Value, json};

use super::call;
use crate::{
    audit::waiting,
    harness::{Person, TestApp, alerts},
};

/// A call of every tool about one incident.
fn calls(cluster: &str, incident: &str) -> Vec<(&'static str, Value)> {
    let of = || json!({ "incident": incident });
    vec![
        ("list_clusters", json!({})),
        ("list_incidents", json!({ "cluster": cluster, "open": true })),
        ("list_waiting", json!({})),
        ("get_incident", of()),
        ("list_findings", of()),
        ("list_plans", of()),
        ("read_journal", of()),
        ("similar_incidents", of()),
        ("search_runbooks", json!({ "cluster": cluster, "query": "a pod crashes and restarts" })),
        ("get_runbook", json!({ "cluster": cluster, "id": "shipped/crash-loop" })),
        ("start_investigation", json!({ "cluster": cluster, "reason": "it is slow" })),
        ("propose", json!({ "incident": incident, "text": "wait for the cache to fill" })),
    ]
}

struct World {
    app: TestApp,
    cluster: String,
    webhook: String,
    incident: String,
}

async fn world() -> World {
    let app = TestApp::start().await;
    let cluster = app.cluster("walked").await;
    let firing = alerts::firing("Walked", "p");
    let incident = app.alert(&cluster.token, firing).await[0].to_string();
    World { cluster: cluster.cluster.id.to_string(), webhook: cluster.token, incident, app }
}

async fn assistant(app: &TestApp, role: Role, scope: &str) -> Person {
    app.person(role).await.make_token("assistant", scope).await.0
}

#[tokio::test]
async fn each_role_and_scope_may_do_what_the_api_lets_it() {
    let World { app, cluster, incident, .. } = world().await;
    for role in Role::ALL {
        let person = app.person(role).await;
        for scope in ["read", "operate", "full"] {
            let (asker, _) = person.make_token(&format!("{role:?} {scope}"), scope).await;
            for (tool, arguments) in calls(&cluster, &incident) {
                let did = call(&asker, tool, arguments).await;
                // The same over the API, with the same token.
                let api = match tool {
                    "start_investigation" => {
                        let path = format!("/api/v1/clusters/{cluster}/investigations");
                        Some(asker.post(&path, json!({ "reason": "it is slow" })).await)
                    }
                    "propose" => {
                        let path = format!("/api/v1/incidents/{incident}/proposals");
                        Some(asker.post(&path, json!({ "text": "wait" })).await)
                    }
                    _ => None,
                };
                let may = api.as_ref().is_none_or(|answer| answer.status.is_success());
                let should = role > Role::Viewer && scope != "read";
                assert!(api.is_none() || may == should, "{role:?} {scope} {tool} over the API");
                match did {
                    Ok(_) => assert!(may, "{role:?} {scope} must not {tool}"),
                    Err(code) => {
                        assert_eq!((may, code.as_str()), (false, "access.denied"), "{tool}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn another_organisations_ids_are_not_found() {
    let World { app, cluster, incident, .. } = world().await;
    let stranger = app.stranger().await.make_token("assistant", "full").await.0;
    for (tool, arguments) in calls(&cluster, &incident) {
        match (tool, call(&stranger, tool, arguments).await) {
            ("list_clusters", answer) => assert_eq!(answer.unwrap()["clusters"], json!([])),
            ("list_waiting", answer) => assert_eq!(answer.unwrap()["incidents"], json!([])),
            (_, answer) => assert_eq!(answer.unwrap_err(), "not_found", "{tool}"),
        }
    }
    // What everybody in the installation may read needs no cluster, and they have none.
    let search =
        json!({ "query": "a pod crashes and restarts", "alertNames": ["KubePodCrashLooping"] });
    let hits = call(&stranger, "search_runbooks", search).await.unwrap();
    assert_eq!(hits["runbooks"][0]["id"], "shipped/crash-loop", "{hits}");
    let one = json!({ "id": "shipped/crash-loop" });
    let one = call(&stranger, "get_runbook", one).await.unwrap();
    assert!(one["text"].as_str().unwrap().contains("## "), "{one}");
    let by_name = json!({ "cluster": "walked", "reason": "x" });
    assert_eq!(call(&stranger, "start_investigation", by_name).await.unwrap_err(), "not_found");
    let all = call(&stranger, "list_incidents", json!({})).await.unwrap();
    assert_eq!(all["incidents"], json!([]));
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_said_back_as_such() {
    let World { app, incident, .. } = world().await;
    let asker = assistant(&app, Role::Responder, "full").await;
    for (tool, arguments) in [
        ("get_incident", json!({})),
        ("get_incident", json!({ "incident": "nonsense" })),
        ("get_incident", json!({ "incident": incident, "organisation": "other" })),
        ("list_incidents", json!({ "severity": "terrible" })),
        ("list_incidents", json!({ "before": "' OR 1=1" })),
        ("read_evidence", json!({ "incident": incident, "evidence": "x" })),
        ("search_evidence", json!({ "incident": incident, "evidence": incident, "pattern": "(" })),
    ] {
        let refused = call(&asker, tool, arguments.clone()).await.unwrap_err();
        assert_eq!(refused, "tool.bad_arguments", "{tool} {arguments}");
    }
    for text in [String::new(), "x".repeat(2_001)] {
        let proposal = json!({ "incident": incident, "text": text });
        assert_eq!(call(&asker, "propose", proposal).await.unwrap_err(), "input.invalid");
    }
}

#[tokio::test]
async fn what_was_proposed_is_read_by_people_and_bounded() {
    let World { app, webhook, .. } = world().await;
    let (incident, _) = waiting::incident(&app, &webhook, "Proposed").await;
    let asker = assistant(&app, Role::Responder, "operate").await;
    let text = "roll back checkout; the password is password=hunter2-and-more\u{1b}[2J";
    let proposal = json!({ "incident": incident.to_string(), "text": text });
    let page = call(&asker, "propose", proposal).await.unwrap()["page"].clone();
    assert_eq!(page, format!("http://evenkeel.test/incidents/{incident}"));

    let read = call(&asker, "get_incident", json!({ "incident": incident.to_string() })).await;
    let proposals = read.unwrap()["proposals"].clone();
    let (by, kept) = (proposals[0]["by"].as_str().unwrap(), proposals[0]["text"].as_str().unwrap());
    assert!(by.starts_with("responder@ours.test (token "), "{by}");
    assert!(kept.starts_with("roll back checkout") && !kept.contains("hunter2"), "{kept}");
    assert!(!kept.contains('\u{1b}'), "{kept:?}");
    // On the incident's page, where people decide.
    let viewer = app.person(Role::Viewer).await;
    let html = viewer.page(&format!("/incidents/{incident}")).await.expect(200).text();
    assert!(html.contains("proposes: roll back checkout"), "the page does not show it");

    let another = || json!({ "incident": incident.to_string(), "text": "another" });
    for _ in 1..50 {
        call(&asker, "propose", another()).await.unwrap();
    }
    assert_eq!(call(&asker, "propose", another()).await.unwrap_err(), "input.invalid");
    let journal = json!({ "incident": incident.to_string(), "limit": 200 });
    let journal = call(&asker, "read_journal", journal).await.unwrap();
    let records = journal["records"].as_array().unwrap();
    assert_eq!(records.iter().filter(|record| record["event"] == "proposed").count(), 50);
}

#[tokio::test]
async fn lists_are_paged_and_lead_from_one_to_the_next() {
    let World { app, webhook, .. } = world().await;
    for n in 0..4 {
        waiting::incident(&app, &webhook, &format!("Paged{n}")).await;
    }
    let asker = assistant(&app, Role::Viewer, "read").await;
    let mut seen = Vec::new();
    let mut before = Value::Null;
    loop {
        let mut arguments = json!({ "limit": 2 });
        if before.is_string() {
            arguments["before"] = before;
        }
        let page = call(&asker, "list_incidents", arguments).await.unwrap();
        let incidents = page["incidents"].as_array().unwrap();
        assert!(incidents.len() <= 2, "{page}");
        seen.extend(incidents.iter().map(|line| line["id"].as_str().unwrap().to_owned()));
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|newer, older| newer > older), "newest first, none twice: {seen:?}");
    let waits = call(&asker, "list_waiting", json!({})).await.unwrap();
    assert_eq!(waits["incidents"].as_array().unwrap().len(), 4);

    let last = json!({ "incident": seen[0], "after": 2, "limit": 1 });
    let page = call(&asker, "read_journal", last).await.unwrap();
    assert_eq!((&page["records"][0]["seq"], &page["next"]), (&json!(3), &json!(3)));
}
