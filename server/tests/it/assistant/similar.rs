//! What an assistant is told of incidents that were like one: by meaning, with what was tried, and no more than its person
//! may see.

use std::{io::BufReader, path::Path};

use evenkeel_domain::{
    access::Role,
    id::{IncidentId, OrganisationId},
};
use serde_json::{Value, json};

use super::call;
use crate::harness::{Person, TestApp, alerts};

async fn import(app: &TestApp, organisation: OrganisationId, case: &str) -> IncidentId {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../cases/{case}.jsonl"));
    let file = BufReader::new(std::fs::File::open(file).unwrap());
    let services = &app.platform.services;
    let imported = services.import_incident(organisation, "the test".into(), file).await;
    imported.unwrap().incident
}

/// An incident whose words say that an image can't be pulled, on a cluster of its own.
async fn image_trouble(app: &TestApp) -> (IncidentId, String) {
    let cluster = app.cluster("shop").await;
    let mut firing = alerts::firing("ImageTrouble", "payments-1");
    let said = "Pod payments-1 cannot get its image: ImagePullBackOff";
    firing["alerts"][0]["annotations"]["summary"] = said.into();
    firing["alerts"][0]["labels"]["deployment"] = "payments".into();
    (app.alert(&cluster.token, firing).await[0], cluster.token)
}

async fn similar(asker: &Person, incident: IncidentId) -> Value {
    call(asker, "similar_incidents", json!({ "incident": incident.to_string() })).await.unwrap()
}

fn ids(similar: &Value) -> Vec<String> {
    let incidents = similar["incidents"].as_array().unwrap().iter();
    incidents.map(|incident| incident["id"].as_str().unwrap().to_owned()).collect()
}

async fn assistant(app: &TestApp, role: Role) -> Person {
    app.person(role).await.make_token("assistant", "read").await.0
}

#[tokio::test]
async fn it_goes_by_meaning_and_says_what_was_tried_and_whether_it_worked() {
    let app = TestApp::start().await;
    let worked = import(&app, app.organisation, "missing-image-resolved").await;
    import(&app, app.organisation, "load-spike-resolved").await;
    let (now, _) = image_trouble(&app).await;
    let asker = assistant(&app, Role::Viewer).await;

    let found = similar(&asker, now).await;
    assert_eq!((&found["truncated"], &found["unseen"]), (&json!(false), &Value::Null));
    let best = &found["incidents"][0];
    assert_eq!(best["id"], worked.to_string(), "{found}");
    // Another cluster and another alert: name and place would never have found it.
    assert_eq!(
        (&best["cluster"], &best["sameClusterAndAlert"]),
        (&json!("imported: shop"), &json!(false))
    );
    let remembered = &best["remembered"];
    assert_eq!(remembered["sameAlert"], false);
    let tried = remembered["tried"].as_array().unwrap();
    assert!(!tried.is_empty() && tried.iter().all(|tried| tried["worked"] == true), "{best}");
    assert!(remembered["verification"].as_str().unwrap().starts_with("RESOLVED"), "{best}");
    assert!(!ids(&found).contains(&now.to_string()), "it is not like itself");
}

#[tokio::test]
async fn what_failed_is_told_as_that() {
    let app = TestApp::start().await;
    let failed = import(&app, app.organisation, "crash-at-start-failed").await;
    let again = import(&app, app.organisation, "crash-at-start-failed").await;
    let asker = assistant(&app, Role::Viewer).await;
    let found = similar(&asker, again).await;
    let best = &found["incidents"][0];
    assert_eq!(
        (&best["id"], &best["sameClusterAndAlert"]),
        (&json!(failed.to_string()), &json!(true))
    );
    let tried = best["remembered"]["tried"].as_array().unwrap();
    assert!(!tried.is_empty() && tried.iter().all(|tried| tried["worked"] == false), "{best}");
    assert_eq!(ids(&found).len(), 1, "one that is both stands there once: {found}");
}

#[tokio::test]
async fn those_of_the_same_cluster_and_alert_are_there_while_they_are_open() {
    let app = TestApp::start().await;
    let (first, token) = image_trouble(&app).await;
    let mut firing = alerts::firing("ImageTrouble", "orders-1");
    firing["groupKey"] = "another".into();
    firing["alerts"][0]["labels"]["deployment"] = "orders".into();
    let second = app.alert(&token, firing).await[0];
    assert_ne!(first, second);
    let asker = assistant(&app, Role::Viewer).await;
    let found = similar(&asker, second).await;
    assert_eq!(ids(&found), [first.to_string()]);
    let only = &found["incidents"][0];
    assert_eq!((&only["sameClusterAndAlert"], &only["remembered"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_see() {
    let dir = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    for file in std::fs::read_dir(shipped).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            std::fs::copy(&file, dir.path().join(file.file_name().unwrap())).unwrap();
        }
    }
    // Imported incidents stand under a cluster of this environment.
    let rule = r#"
        @id("test.development-is-not-for-all")
        @reason("Only who approves looks at development.")
        forbid (principal, action == Action::"view", resource is Cluster)
        when { resource.environment == Environment::"development" }
        unless { principal in Role::"approver" };
    "#;
    std::fs::write(dir.path().join("test.cedar"), rule).unwrap();
    let policies = dir.path().to_owned();
    let app = TestApp::start_with(|config| config.policies = Some(policies)).await;
    let hidden = import(&app, app.organisation, "missing-image-resolved").await.to_string();
    let (now, _) = image_trouble(&app).await;
    for role in Role::ALL {
        let asker = assistant(&app, role).await;
        let may = call(&asker, "get_incident", json!({ "incident": hidden })).await.is_ok();
        assert_eq!(may, role >= Role::Approver, "the rule is not in force for {role:?}");
        let found = similar(&asker, now).await;
        assert_eq!(ids(&found).contains(&hidden), may, "{role:?}: {found}");
        assert_eq!(found.to_string().contains("checkout"), may, "{role:?}: {found}");
    }
    // Another organisation's memory holds nothing of it, whoever asks.
    let stranger = app.stranger().await.make_token("assistant", "full").await.0;
    let refused =
        call(&stranger, "similar_incidents", json!({ "incident": now.to_string() })).await;
    assert_eq!(refused.unwrap_err(), "not_found");
}
