//! What programs are told when something is refused or fails.

use std::collections::BTreeSet;

use axum::response::IntoResponse as _;
use evenkeel_domain::approval::ApprovalRefused;
use evenkeel_server::http::problem::ApiProblem;
use evenkeel_services::ServiceError;
use serde_json::{Value, json};

use crate::harness::answer::Answer;

/// One of each.
fn every_error() -> Vec<ServiceError> {
    vec![
        ServiceError::SignInRequired,
        ServiceError::BadCredentials,
        ServiceError::Throttled { retry_after_s: 17 },
        ServiceError::Denied { why: "An approver may approve plans, in production too.".into() },
        ServiceError::NotFound { what: "cluster" },
        ServiceError::Invalid { field: "name", why: "it is empty".into() },
        ServiceError::Taken { what: "a cluster" },
        ServiceError::BadWebhookToken,
        ServiceError::Crowded { at_once: 256 },
        ServiceError::Unreadable { why: "not the body of an Alertmanager webhook: EOF".into() },
        ServiceError::NotWaiting,
        ServiceError::Drifted { why: "Deployment shop/checkout is at generation 4, not 3".into() },
        ServiceError::Unverifiable { why: "Deployment shop/checkout cannot be read".into() },
        ApprovalRefused::OtherPlan.into(),
        ServiceError::Stopped { by: "ann@ours.test".into() },
        ServiceError::NotStopped,
        ServiceError::Busy("SQLITE_BUSY: secret of the database".into()),
        ServiceError::Internal("secret of the inside".into()),
    ]
}

#[tokio::test]
async fn every_problem_has_its_body() {
    let mut shown = serde_json::Map::new();
    for error in every_error() {
        let code = error.code();
        let answer = Answer::read(ApiProblem::from(error).into_response()).await;
        let mut body = answer.json();
        assert_eq!(
            (body["status"].as_u64(), body["code"].as_str()),
            (Some(answer.status.as_u16().into()), Some(code))
        );
        let inside = matches!(code, "internal" | "database.busy");
        assert_eq!(body["reference"].is_string(), inside, "{code}");
        assert!(!answer.text().contains("secret"), "{code} shows its cause");
        let after = answer.header("retry-after").map(|v| v.parse::<u64>().unwrap());
        assert_eq!(after, body["retry_after_s"].as_u64(), "{code}: header and body agree");
        if inside {
            body["reference"] = json!("[reference]");
        }
        let header = |name: &'static str| answer.header(name).map_or(Value::Null, Value::from);
        shown.insert(
            code.into(),
            json!({
                "body": body, "www-authenticate": header("www-authenticate"),
                "retry-after": header("retry-after"),
            }),
        );
    }
    let codes: BTreeSet<&str> = shown.keys().map(String::as_str).collect();
    assert_eq!(codes, BTreeSet::from(ServiceError::CODES), "an error is missing here");
    insta::assert_json_snapshot!("every_problem", shown);
}

#[tokio::test]
async fn what_is_malformed_is_told_as_a_problem_too() {
    let app = crate::harness::TestApp::start().await;
    let admin = app.person(evenkeel_domain::access::Role::Admin).await;
    for path in ["/api/v1/clusters/nonsense", "/api/v1/incidents/nonsense"] {
        admin.get(path).await.refused(422, "input.invalid");
    }
    let short = format!("/api/v1/incidents/{}/plans/abc/approve", "0".repeat(26));
    admin.post(&short, json!(null)).await.refused(422, "input.invalid");
    for new in [
        json!({ "name": "UPPER", "environment": "production" }),
        json!({ "name": "a", "environment": "moon" }),
        json!({ "name": "a", "environment": "production", "prometheus_url": "ftp://x" }),
    ] {
        admin.post("/api/v1/clusters", new).await.refused(422, "input.invalid");
    }
    app.cluster("taken").await;
    let taken = json!({ "name": "taken", "environment": "production" });
    admin.post("/api/v1/clusters", taken).await.refused(409, "input.taken");
}
