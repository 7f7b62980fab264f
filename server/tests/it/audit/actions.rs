//! Every action there is, and where it is made.

use std::{collections::BTreeSet, path::Path};

use evenkeel_domain::{
    access::Role,
    audit::AuditAction,
    connection::{OfferedTool, ToolForm},
};
use evenkeel_services::Sealer;
use http::Method;
use serde_json::{Value, json};

use super::waiting;
use crate::harness::{Person, TestApp};

/// Where each is made: a file of the services.
const MADE: [(AuditAction, &str); 29] = [
    (AuditAction::PlanApproved, "approvals.rs"),
    (AuditAction::PlanRejected, "approvals.rs"),
    (AuditAction::StopThrown, "emergency_stop.rs"),
    (AuditAction::StopLifted, "emergency_stop.rs"),
    (AuditAction::ClusterConnected, "clusters.rs"),
    (AuditAction::ClusterTokenRenewed, "clusters.rs"),
    (AuditAction::QuarantineReread, "intake/quarantine.rs"),
    (AuditAction::InvestigationStarted, "investigations.rs"),
    (AuditAction::DrillStarted, "investigations.rs"),
    (AuditAction::ProposalMade, "proposals.rs"),
    (AuditAction::IncidentExported, "export.rs"),
    (AuditAction::IncidentImported, "import.rs"),
    (AuditAction::UserCreated, "people.rs"),
    (AuditAction::UserRoleChanged, "people.rs"),
    (AuditAction::PasswordChanged, "people.rs"),
    (AuditAction::SessionStarted, "sign_in.rs"),
    (AuditAction::SessionRefused, "sign_in.rs"),
    (AuditAction::SessionThrottled, "sign_in.rs"),
    (AuditAction::TokenCreated, "tokens.rs"),
    (AuditAction::TokenRevoked, "tokens.rs"),
    (AuditAction::PolicyChanged, "audit_checks.rs"),
    (AuditAction::AuditExported, "audit_export.rs"),
    (AuditAction::JournalsAnchored, "audit_checks.rs"),
    (AuditAction::ConnectionAdded, "integrations/add.rs"),
    (AuditAction::ConnectionChanged, "integrations/change.rs"),
    (AuditAction::ConnectionRemoved, "integrations/remove.rs"),
    (AuditAction::ToolApproved, "integrations/tools.rs"),
    (AuditAction::ToolWithdrawn, "integrations/tools.rs"),
    (AuditAction::SecretsRotated, "rotate.rs"),
];

#[test]
fn every_action_is_made_where_the_table_says() {
    let listed: BTreeSet<_> = MADE.iter().map(|(action, _)| action.as_str()).collect();
    let all: BTreeSet<_> = AuditAction::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(listed, all, "an action stands in one of the two only");
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/services/src");
    for (action, file) in MADE {
        let source = std::fs::read_to_string(services.join(file)).unwrap();
        let made = format!("AuditAction::{action:?}");
        assert!(source.contains(&made), "{file} does not make {action}");
    }
}

async fn trail(who: &Person) -> Vec<Value> {
    let page = who.get("/api/v1/audit?limit=100").await.expect(200).json();
    page["records"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_recorded_when_it_is_done() {
    let app = TestApp::start().await;
    let services = &app.platform.services;
    services.note_policies().await.unwrap();
    services.note_policies().await.unwrap();
    let admin = app.person(Role::Admin).await;
    let approver = app.person(Role::Approver).await;
    let responder = app.person(Role::Responder).await;

    // People and their ways in.
    let new = json!({ "email": "new@ours.test", "role": "viewer" });
    let made = admin.post("/api/v1/users", new).await.expect(201).json();
    let id = made["user"]["id"].as_str().unwrap().to_owned();
    let role = format!("/api/v1/users/{id}/role");
    admin.call(&Method::PUT, &role, &json!({ "role": "responder" })).await.expect(204);
    services.set_password("new@ours.test", "the test".into(), None).await.unwrap();
    for n in 0..7 {
        let (_, answer) = app.nobody.sign_in("new@ours.test", "wrong-password").await;
        assert_eq!(answer.status, if n < 5 { 401 } else { 429 });
    }
    let (_, answer) = app.nobody.sign_in("stranger@nowhere.test", "wrong-password").await;
    assert_eq!(answer.status, 401);
    let (_, token) = responder.make_token("pipeline", "read").await;
    let token = format!("/api/v1/tokens/{token}");
    responder.call(&Method::DELETE, &token, &Value::Null).await.expect(204);

    // Clusters and stops.
    let new = json!({ "name": "shop", "environment": "production" });
    let connected = admin.post("/api/v1/clusters", new).await.expect(201).json();
    let cluster = connected["cluster"]["id"].as_str().unwrap().to_owned();
    let of = |verb: &str| format!("/api/v1/clusters/{cluster}/{verb}");
    let renewed = admin.post(&of("token"), Value::Null).await.expect(200).json();
    let webhook = renewed["token"].as_str().unwrap().to_owned();
    responder.post(&of("stop"), json!({ "reason": "wait" })).await.expect(204);
    approver.post(&of("resume"), json!({ "reason": "go on" })).await.expect(204);

    // Connections and their tools. What the server offers is put beside it, as a test would find it.
    let loki = json!({ "kind": "loki", "fields": { "url": "http://127.0.0.1:9",
        "username": "u", "password": "a-secret" } });
    let added = admin.post("/api/v1/integrations", loki).await.expect(201).json();
    let source = added["connection"].as_str().unwrap().to_owned();
    let form = ToolForm {
        name: "look".into(),
        description: None,
        input_schema: json!({ "type": "object" }),
        output_schema: None,
    };
    let offered = [OfferedTool { form, hash: "h".into() }];
    let now = app.platform.clock.now();
    app.platform.store.offer_tools(app.organisation, &source, &offered, now).await.unwrap();
    let tool = json!({ "source": source, "tool": "look", "hash": "h" });
    for verb in ["approve", "withdraw"] {
        let path = format!("/api/v1/integrations/tools/{verb}");
        admin.post(&path, tool.clone()).await.expect(204);
    }
    let former = Sealer::new(&"0123456789abcdef0123456789abcdef".to_owned().into()).unwrap();
    services.rotate_secrets(&former, "the test").await.unwrap();
    let path = format!("/api/v1/integrations/{source}");
    let change = json!({ "fields": { "tenant": "ours", "password": "a-secret-too" } });
    admin.call(&Method::PATCH, &path, &change).await.expect(204);
    admin.call(&Method::DELETE, &path, &Value::Null).await.expect(204);

    // A body that cannot be read, and still cannot when it is read again: both are on record.
    app.notify(&webhook, "nonsense").await.expect(202);
    let kept = admin.get(&of("quarantine")).await.expect(200).json();
    let again = format!("quarantine/{}/reread", kept[0]["id"].as_str().unwrap());
    let unreadable = admin.post(&of(&again), Value::Null).await;
    assert!(unreadable.status.is_client_error(), "{}", unreadable.text());

    // Incidents and plans.
    responder.post(&of("investigations"), json!({ "reason": "slow" })).await.expect(201);
    responder.post(&of("drills"), Value::Null).await.expect(201);
    let (incident, plan) = waiting::incident(&app, &webhook, "One").await;
    approver.post(&format!("{plan}/approve"), Value::Null).await.expect(204);
    let (_, plan) = waiting::incident(&app, &webhook, "Two").await;
    approver.post(&format!("{plan}/reject"), json!({ "reason": "no" })).await.expect(204);

    let (incident_open, _) = waiting::incident(&app, &webhook, "Three").await;
    let proposals = format!("/api/v1/incidents/{incident_open}/proposals");
    responder.post(&proposals, json!({ "text": "wait for the cache to fill" })).await.expect(204);

    // Files.
    let export = format!("/api/v1/incidents/{incident}/export");
    let file = responder.get(&export).await.expect(200).text();
    services.import_incident(app.organisation, "the test".into(), file.as_bytes()).await.unwrap();
    admin.get("/api/v1/audit/export").await.expect(200);
    services.checkpoint(app.organisation).await.unwrap();

    let records = trail(&admin).await;
    let words: BTreeSet<_> =
        records.iter().map(|record| record["action"].as_str().unwrap().to_owned()).collect();
    let all: BTreeSet<_> =
        AuditAction::ALL.iter().map(|action| action.as_str().to_owned()).collect();
    assert_eq!(words, all, "each was done once above");
    let of = |action: AuditAction| -> Vec<&Value> {
        records.iter().filter(|record| record["action"] == action.as_str()).collect()
    };
    assert_eq!(of(AuditAction::PolicyChanged).len(), 1, "the same policies are no change");
    assert_eq!(of(AuditAction::SessionThrottled).len(), 1, "once in a window");
    assert_eq!(of(AuditAction::SessionRefused).len(), 6);
    assert_eq!(of(AuditAction::SessionRefused)[0]["subject"], "stranger@nowhere.test");
    assert_eq!(of(AuditAction::SessionRefused)[0]["detail"]["known"], false);
    assert_eq!(of(AuditAction::UserRoleChanged)[0]["subject"], "new@ours.test");
    assert_eq!(of(AuditAction::UserRoleChanged)[0]["detail"]["former"], "viewer");
    let added = of(AuditAction::ConnectionAdded)[0].to_string();
    assert!(added.contains("password") && !added.contains("a-secret"), "{added}");
    let changed = of(AuditAction::ConnectionChanged)[0].to_string();
    assert!(changed.contains("password") && !changed.contains("a-secret"), "{changed}");
    let found = services.verify_chains(app.organisation, &[]).await.unwrap();
    assert_eq!((found.broken, found.checkpoint), (None, Some(1)));
}
