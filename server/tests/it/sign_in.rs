//! Signing in, sessions, tokens, and who may post from where.

use axum::body::Body;
use evenkeel_domain::access::Role;
use http::{Method, header};
use serde_json::json;

use crate::harness::{TestApp, alerts, app::PASSWORD, person::HOST};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_the_same() {
    let app = TestApp::start().await;
    app.person(Role::Viewer).await;
    let (_, wrong) = app.nobody.sign_in("viewer@ours.test", "wrong-password").await;
    let (_, unknown) = app.nobody.sign_in("nobody@ours.test", "wrong-password").await;
    assert_eq!((wrong.status, wrong.text()), (unknown.status, unknown.text()));
    assert_eq!(wrong.header(header::SET_COOKIE), None);
    wrong.refused(401, "auth.bad_credentials");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_told_when_to_come_back() {
    let app = TestApp::start().await;
    app.person(Role::Viewer).await;
    let mut throttled = None;
    // Five attempts a minute; the minute may end in between.
    for _ in 0..12 {
        let (_, answer) = app.nobody.sign_in("viewer@ours.test", "wrong-password").await;
        if answer.status == 429 {
            throttled = Some(answer);
            break;
        }
    }
    let answer = throttled.expect("nobody slowed a dozen guesses down");
    let after: u64 = answer.header(header::RETRY_AFTER).expect("Retry-After").parse().unwrap();
    assert!((1..=60).contains(&after));
    assert_eq!(answer.json()["retry_after_s"], after, "header and body agree");
    answer.refused(429, "auth.throttled");
    // Another person of the same office still gets in.
    app.person(Role::Admin).await;
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::start().await;
    app.person(Role::Viewer).await;
    let (person, answer) = app.nobody.sign_in("viewer@ours.test", PASSWORD).await;
    let cookie = answer.header(header::SET_COOKIE).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!answer.text().contains(cookie.split(['=', ';']).nth(1).unwrap()));
    // It changes at every sign-in.
    let (_, again) = person.sign_in("viewer@ours.test", PASSWORD).await;
    assert_ne!(
        again.header(header::SET_COOKIE).unwrap().split(';').next(),
        cookie.split(';').next()
    );
    // Signed out, the old cookie is worth nothing.
    person.get("/api/v1/me").await.refused(401, "auth.required");
    let (person, _) = app.nobody.sign_in("viewer@ours.test", PASSWORD).await;
    assert_eq!(person.get("/api/v1/me").await.expect(200).json()["role"], "viewer");
    person.sign_out().await.expect(200);
    person.get("/api/v1/me").await.refused(401, "auth.required");
}

#[tokio::test]
async fn signing_in_works_without_javascript_and_leads_to_pages_of_ours_only() {
    let app = TestApp::start().await;
    app.person(Role::Viewer).await;
    for (next, leads_to) in [("%2Faudit", "/audit"), ("https%3A%2F%2Fevil.test%2F", "/")] {
        let form = format!("email=viewer%40ours.test&password={PASSWORD}&next={next}");
        let request = app
            .nobody
            .request(&Method::POST, "/api/ui/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html")
            .body(Body::from(form));
        let answer = app.nobody.send(request.unwrap()).await.expect(302);
        assert_eq!(answer.header(header::LOCATION), Some(leads_to));
    }
}

#[tokio::test]
async fn another_site_cannot_post_with_our_visitors_cookie() {
    let app = TestApp::start().await;
    app.person(Role::Admin).await;
    let cluster = app.cluster("shop").await;
    let (_, answer) = app.nobody.sign_in("admin@ours.test", PASSWORD).await;
    let cookie = answer.header(header::SET_COOKIE).unwrap().split(';').next().unwrap().to_owned();
    let path = format!("/api/v1/clusters/{}/stop", cluster.cluster.id);
    let ours = format!("http://{HOST}");
    for (headers, status) in [
        (vec![("origin", "http://evil.test")], 403),
        (vec![("origin", "null")], 403),
        (vec![], 403),
        (vec![("sec-fetch-site", "cross-site"), ("origin", ours.as_str())], 403),
        (vec![("sec-fetch-site", "same-origin")], 204),
        (vec![("origin", ours.as_str())], 204),
    ] {
        let request = app.nobody.request(&Method::POST, &path).header(header::COOKIE, &cookie);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = headers.iter().fold(request, |r, (name, value)| r.header(*name, *value));
        let answer = app.nobody.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_token_reaches_as_far_as_its_scope_and_its_user() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let viewer = app.person(Role::Viewer).await;
    let cluster = app.cluster("shop").await;
    let incident = app.alert(&cluster.token, alerts::firing("A", "p")).await[0];
    let plan = format!("/api/v1/incidents/{incident}/plans/{}", "a".repeat(64));
    let (approve, reject) = (format!("{plan}/approve"), format!("{plan}/reject"));
    let why = || json!({ "reason": "because" });

    let (read, _) = admin.make_token("read", "read").await;
    read.get("/api/v1/incidents").await.expect(200);
    read.get("/api/v1/audit").await.expect(200);
    read.post(&approve, json!(null)).await.refused(403, "access.denied");
    read.post(&reject, why()).await.refused(403, "access.denied");
    let more = json!({ "name": "more", "scope": "full" });
    read.post("/api/v1/tokens", more.clone()).await.refused(403, "access.denied");

    let (operate, _) = admin.make_token("operate", "operate").await;
    operate.post(&approve, json!(null)).await.refused(403, "access.denied");
    operate.post(&reject, why()).await.refused(409, "approval.not_waiting");
    operate.post("/api/v1/tokens", more).await.refused(403, "access.denied");

    let (full, _) = admin.make_token("full", "full").await;
    full.post(&approve, json!(null)).await.refused(409, "approval.not_waiting");

    let (theirs, _) = viewer.make_token("full", "full").await;
    theirs.post(&approve, json!(null)).await.refused(403, "access.denied");
}

#[tokio::test]
async fn a_revoked_token_is_worth_nothing() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let (program, id) = admin.make_token("t", "full").await;
    program.get("/api/v1/me").await.expect(200);
    admin.call(&Method::DELETE, &format!("/api/v1/tokens/{id}"), &json!(null)).await.expect(204);
    program.get("/api/v1/me").await.refused(401, "auth.required");
    // Not even where nobody is asked: a credential that is wrong is an error, not a guest.
    program.get("/docs").await.refused(401, "auth.required");
}

#[tokio::test]
async fn a_person_has_the_role_they_have_now() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let responder = app.person(Role::Responder).await;
    let cluster = app.cluster("shop").await;
    let drills = format!("/api/v1/clusters/{}/drills", cluster.cluster.id);
    responder.post(&drills, json!(null)).await.expect(201);
    let user = app.caller("responder@ours.test").await.user;
    let role = format!("/api/v1/users/{user}/role");
    admin.call(&Method::PUT, &role, &json!({ "role": "viewer" })).await.expect(204);
    responder.post(&drills, json!(null)).await.refused(403, "access.denied");
    // Nobody changes their own.
    let own = format!("/api/v1/users/{}/role", app.caller("admin@ours.test").await.user);
    let answer = admin.call(&Method::PUT, &own, &json!({ "role": "viewer" })).await;
    answer.refused(422, "input.invalid");
}
