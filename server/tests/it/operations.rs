//! Emergency Stop, drills, investigations, and the audit trail of all of it.

use evenkeel_domain::access::Role;
use http::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

#[tokio::test]
async fn i11_the_stop_is_thrown_and_lifted_and_says_by_whom() {
    let app = TestApp::start().await;
    let responder = app.person(Role::Responder).await;
    let approver = app.person(Role::Approver).await;
    let cluster = app.cluster("shop").await;
    let path = |verb: &str| format!("/api/v1/clusters/{}/{verb}", cluster.cluster.id);
    let stop = async |reason: &str| {
        responder.post(&path("stop"), json!({ "reason": reason })).await.expect(204);
    };
    approver.post(&path("resume"), json!({})).await.refused(409, "stop.off");
    stop("it writes nonsense").await;
    stop("again").await;
    let room = responder.get(&path("")[..path("").len() - 1]).await.expect(200).json();
    let thrown = &room["tile"]["cluster"]["stop"];
    assert_eq!(
        (&thrown["by"], &thrown["reason"]),
        (&json!("responder@ours.test"), &json!("it writes nonsense"))
    );
    assert_eq!(responder.get("/api/v1/me").await.expect(200).json()["stopped"], json!(["shop"]));
    assert!(responder.page("/").await.expect(200).text().contains("Emergency Stop"));

    // To stop must be quick; to go on again is for those who may approve.
    responder.post(&path("resume"), json!({})).await.refused(403, "access.denied");
    approver.post(&path("resume"), json!({ "reason": "mended" })).await.expect(204);
    let room = responder.get(&path("")[..path("").len() - 1]).await.expect(200).json();
    assert_eq!(room["tile"]["cluster"]["stop"], Value::Null);
}

#[tokio::test]
async fn investigations_and_drills_come_through_the_same_door_and_say_what_they_are() {
    let app = TestApp::start().await;
    let responder = app.person(Role::Responder).await;
    let cluster = app.cluster("shop").await;
    let path = |verb: &str| format!("/api/v1/clusters/{}/{verb}", cluster.cluster.id);
    let wanted =
        json!({ "reason": "checkout feels slow", "namespace": "shop", "workload": "checkout" });
    let opened = responder.post(&path("investigations"), wanted).await.expect(201).json();
    let drill = responder.post(&path("drills"), json!(null)).await.expect(201).json();
    assert_ne!(opened["incident"], drill["incident"]);
    let of = async |opened: &Value| {
        let id = opened["incident"].as_str().unwrap();
        responder.get(&format!("/api/v1/incidents/{id}")).await.expect(200).json()
    };
    let manual = of(&opened).await;
    let trigger =
        json!({ "kind": "manual", "by": "responder@ours.test", "reason": "checkout feels slow" });
    assert_eq!(manual["trigger"], trigger);
    assert_eq!(manual["alerts"][0]["labels"]["deployment"], "checkout");
    assert_eq!(of(&drill).await["trigger"]["kind"], "drill");
    responder
        .post(&path("investigations"), json!({ "reason": " " }))
        .await
        .refused(422, "input.invalid");
}

#[tokio::test]
async fn the_audit_trail_names_who_did_what() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let new = json!({ "name": "audited", "environment": "staging" });
    let connected = admin.post("/api/v1/clusters", new).await.expect(201).json();
    let cluster = connected["cluster"]["id"].as_str().unwrap();
    let path = |verb: &str| format!("/api/v1/clusters/{cluster}/{verb}");
    for verb in ["stop", "resume", "drills", "token"] {
        let answer = admin.post(&path(verb), json!({ "reason": "to be seen" })).await;
        assert!(answer.status.is_success(), "{verb}: {}", answer.text());
    }
    let (_, token) = admin.make_token("audited", "read").await;
    admin.call(&Method::DELETE, &format!("/api/v1/tokens/{token}"), &json!(null)).await.expect(204);
    let added = json!({ "email": "new@ours.test", "role": "viewer" });
    let added = admin.post("/api/v1/users", added).await.expect(201).json();
    assert!(added["password"].as_str().is_some_and(|p| p.len() >= 20));
    let role = format!("/api/v1/users/{}/role", added["user"]["id"].as_str().unwrap());
    admin.call(&Method::PUT, &role, &json!({ "role": "responder" })).await.expect(204);

    let kept = admin.audit_actions().await;
    for action in [
        "session.started",
        "cluster.connected",
        "stop.thrown",
        "stop.lifted",
        "incident.drill_started",
        "cluster.token_renewed",
        "token.created",
        "token.revoked",
        "user.created",
        "user.role_changed",
    ] {
        assert!(kept.iter().any(|k| k == action), "{action} is not in {kept:?}");
    }
    let page = admin.get("/api/v1/audit?action=stop.thrown").await.expect(200);
    let text = page.text();
    let record = &page.json()["records"][0];
    assert_eq!(
        (&record["actor"], &record["detail"]["reason"]),
        (&json!("admin@ours.test"), &json!("to be seen"))
    );
    assert_eq!(record["cluster"], cluster);
    // No secret stands in it.
    let whole = admin.get("/api/v1/audit").await.expect(200).text();
    for secret in [connected["token"].as_str().unwrap(), added["password"].as_str().unwrap()] {
        assert!(!whole.contains(secret) && !text.contains(secret));
    }
}
