//! Checkpoints, verification, the page that shows them, and an incident as it was.

use evenkeel_domain::{
    access::Role,
    proof::{Broken, Place, Verification, Wrong},
};
use evenkeel_services::{Signed, audit_file};
use serde_json::{Value, json};

use super::waiting;
use crate::harness::{TestApp, alerts};

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_made_when_something_was_recorded() {
    let app = TestApp::start().await;
    let services = &app.platform.services;
    let admin = app.person(Role::Admin).await;
    let Signed::Made(first) = services.checkpoint(app.organisation).await.unwrap() else {
        panic!("something was recorded")
    };
    assert!(first.is_signed());
    assert_eq!(services.checkpoint(app.organisation).await.unwrap(), Signed::Unchanged);

    // A journal that grows is something, too.
    let cluster = app.cluster("shop").await;
    let Signed::Made(second) = services.checkpoint(app.organisation).await.unwrap() else {
        panic!("a cluster was connected")
    };
    let id = app.alert(&cluster.token, alerts::firing("Grown", "p")).await[0];
    let Signed::Made(third) = services.checkpoint(app.organisation).await.unwrap() else {
        panic!("a journal grew")
    };
    assert_eq!((second.number, third.number), (2, 3));
    assert_eq!(third.seq, second.seq + 1, "one record keeps where it ends");
    let page = admin.get("/api/v1/audit?action=journal.").await.expect(200).json();
    let heads = &page["records"][0]["detail"]["heads"];
    assert_eq!(heads[0]["incident"], json!(id));
    assert_eq!(services.checkpoint(app.organisation).await.unwrap(), Signed::Unchanged);

    let standing = admin.get("/api/v1/audit/standing").await.expect(200).json();
    assert_eq!(standing["verification"], Value::Null);
    assert_eq!(standing["checkpoint"]["number"], 3);
    let standing = admin.post("/api/v1/audit/verify", Value::Null).await.expect(200).json();
    let found = &standing["verification"];
    assert_eq!((&found["broken"], &found["checkpoint"]), (&Value::Null, &json!(3)));
    assert_eq!((&found["journals"], &found["seq"]), (&json!(1), &json!(third.seq)));
    let metrics = app.nobody.get("/metrics").await.expect(200).text();
    let organisation = app.organisation;
    assert!(metrics.contains(&format!(
        "evenkeel_audit_verified_seq{{organisation=\"{organisation}\"}} {}",
        third.seq
    )));
    assert!(
        metrics.contains(&format!("evenkeel_audit_broken{{organisation=\"{organisation}\"}} 0"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_taken_away_by_an_administrator_and_checked_elsewhere() {
    let app = TestApp::start().await;
    let services = &app.platform.services;
    let admin = app.person(Role::Admin).await;
    let approver = app.person(Role::Approver).await;
    let cluster = app.cluster("shop").await;
    app.alert(&cluster.token, alerts::firing("Kept", "p")).await;
    services.checkpoint(app.organisation).await.unwrap();
    approver.get("/api/v1/audit/export").await.refused(403, "access.denied");
    let answer = admin.get("/api/v1/audit/export?journals=true").await.expect(200);
    let disposition = answer.header(http::header::CONTENT_DISPOSITION).unwrap();
    assert!(disposition.contains(&format!("audit-{}-", app.organisation)), "{disposition}");
    let file = answer.text();
    let trust =
        evenkeel_server::wiring::audit_keys(&crate::harness::app::config(app.dir())).unwrap();
    let report = audit_file::check(file.as_bytes(), trust.trust(), &[]).unwrap();
    assert_eq!(report.broken, None);
    assert_eq!((report.journals, report.checkpoint), (1, Some(1)));
    assert!(report.signatures_checked);
    let trail = admin.audit_actions().await;
    assert_eq!(trail[0], "audit.exported", "the file holds its own record");
    assert!(file.contains("audit.exported"));

    let file = admin.get("/api/v1/audit/export").await.expect(200).text();
    assert!(!file.contains("\"line\":\"entry\""), "without journals");
    let report = audit_file::check(file.as_bytes(), trust.trust(), &[]).unwrap();
    assert_eq!((report.broken, report.journals), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_how_far_the_trail_is_proved_or_what_is_broken() {
    let app = TestApp::start().await;
    let services = &app.platform.services;
    let admin = app.person(Role::Admin).await;
    let viewer = app.person(Role::Viewer).await;
    let page = viewer.page("/audit").await.expect(200).text();
    assert!(page.contains("Not verified yet"), "{page}");
    services.checkpoint(app.organisation).await.unwrap();
    // Without JavaScript: the form's post, and the page it leads to.
    let verified = admin.function(&http::Method::POST, "/api/ui/audit/verify", "").await;
    assert!(verified.status.is_success(), "{}", verified.text());
    let page = admin.page("/audit").await.expect(200).text();
    assert!(page.contains("Held against checkpoint 1."), "{page}");
    assert!(page.contains("Verify now") && page.contains("/api/v1/audit/export?journals=true"));
    let page = viewer.page("/audit").await.expect(200).text();
    assert!(page.contains("Verify now") && !page.contains("/api/v1/audit/export"), "{page}");

    let broken = Verification {
        organisation: app.organisation,
        at: app.platform.clock.now(),
        seq: 2,
        checkpoint: None,
        journals: 0,
        journal_records: 0,
        answers: 0,
        signatures_checked: true,
        broken: Some(Broken {
            organisation: app.organisation.to_string(),
            place: Place::Audit { seq: 3 },
            wrong: Wrong::Content,
        }),
    };
    app.platform.store.keep_verification(&broken).await.unwrap();
    let page = viewer.page("/audit").await.expect(200).text();
    assert!(page.contains("audit record 3 is not what was written"), "{page}");
    assert!(page.contains("What to do: ") && page.contains("standing--danger"), "{page}");
    let metrics = app.nobody.get("/metrics").await.expect(200).text();
    assert!(
        metrics
            .contains(&format!("evenkeel_audit_broken{{organisation=\"{}\"}} 1", app.organisation))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_s_page_as_of_a_moment_has_no_buttons_that_change_something() {
    let app = TestApp::start().await;
    let approver = app.person(Role::Approver).await;
    let cluster = app.cluster("shop").await;
    let (id, _) = waiting::incident(&app, &cluster.token, "Waiting").await;
    let page = async |query: &str| {
        let path = format!("/incidents/{id}{query}");
        approver.page(&path).await.expect(200).text()
    };
    let now = page("").await;
    assert!(now.contains("Approve plan") && !now.contains("As it was at"), "{now}");
    // Record 8 is the last; at record 7 the approval waited already.
    let past = page("?at=7").await;
    assert!(past.contains("As it was at"), "{past}");
    assert!(past.contains("cannot be answered from here"), "{past}");
    assert!(!past.contains("Approve plan") && !past.contains("Reject plan"), "{past}");
    assert!(past.contains("?at=6") && past.contains("rel=\"next\""), "{past}");
    assert!(!past.contains("somebody is waited for"), "what came later is not there");
    let first = page("?at=1&tab=findings").await;
    assert!(first.contains("name=\"tab\" value=\"findings\""), "the tab stays: {first}");
    assert!(!first.contains("rel=\"prev\""), "there is nothing before it");
    // A moment that is none is now.
    for query in ["?at=0", "?at=99", "?at=x", "?at=8"] {
        assert!(!page(query).await.contains("As it was at"), "{query}");
    }
}
