//! What Alertmanager did not manage to say is found by asking it, through the tool server that asks
//! in real life.

use std::time::Duration;

use evenkeel_domain::{access::Role, view::NewCluster};
use evenkeel_services::{ReconcileSettings, Reconciler};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{path, query_param},
};

use crate::harness::{
    Person, TestApp,
    alerts::{FIRST, alert, firing, group, resolved},
    eventually,
};

struct Scene {
    app: TestApp,
    admin: Person,
    token: String,
    cluster: String,
    alertmanager: MockServer,
    _reconciler: DropGuard,
}

/// Up for so long, that its word about what it does not hold counts.
const LONG_AGO: &str = "2026-01-01T00:00:00Z";

impl Scene {
    async fn set(margin: Duration) -> Self {
        let app = TestApp::start().await;
        let alertmanager = MockServer::start().await;
        let new = NewCluster {
            name: "shop".into(),
            environment: "production".into(),
            alertmanager_url: alertmanager.uri(),
            ..NewCluster::default()
        };
        let connected = app.connect(new).await;
        let admin = app.person(Role::Admin).await;
        let settings = ReconcileSettings { every: Duration::from_millis(100), margin };
        let stop = CancellationToken::new();
        let reconciler = Reconciler::new(app.platform.services.clone(), settings);
        tokio::spawn(reconciler.run(stop.child_token()));
        Self {
            app,
            admin,
            token: connected.token,
            cluster: connected.cluster.id.to_string(),
            alertmanager,
            _reconciler: stop.drop_guard(),
        }
    }

    /// From now on Alertmanager holds these.
    async fn holds(&self, since: &str, alerts: &[Value]) {
        self.alertmanager.reset().await;
        let status = json!({ "uptime": since, "cluster": { "status": "ready" } });
        let status = ResponseTemplate::new(200).set_body_json(status);
        Mock::given(path("/api/v2/status")).respond_with(status).mount(&self.alertmanager).await;
        let alerts = ResponseTemplate::new(200).set_body_json(alerts);
        Mock::given(path("/api/v2/alerts")).respond_with(alerts).mount(&self.alertmanager).await;
    }

    fn path(&self, verb: &str) -> String {
        format!("/api/v1/clusters/{}{verb}", self.cluster)
    }

    async fn firing(&self) -> Vec<String> {
        let all = self.admin.get(&self.path("/alerts")).await.expect(200).json();
        let all = all.as_array().unwrap().iter();
        all.map(|a| a["alert"]["fingerprint"].as_str().unwrap().to_owned()).collect()
    }

    /// How the War Room says that Alertmanager does.
    async fn connection(&self) -> Value {
        let room = self.admin.get(&self.path("")).await.expect(200).json();
        let connections = room["tile"]["connections"].as_array().unwrap().clone();
        connections.into_iter().find(|c| c["name"] == "alertmanager").unwrap()
    }

    /// Waits until Alertmanager has been asked so often more, whole.
    async fn rounds(&self, more: usize) {
        let asked = async || {
            let requests = self.alertmanager.received_requests().await.unwrap();
            requests.iter().filter(|r| r.url.path() == "/api/v2/alerts").count()
        };
        let before = asked().await;
        eventually("Alertmanager to be asked again", async || {
            (asked().await > before + more).then_some(())
        })
        .await;
    }
}

fn held(name: &str, pod: &str) -> Value {
    let fired = alert(name, pod, "firing", FIRST);
    json!({
        "fingerprint": fired["fingerprint"], "startsAt": FIRST, "endsAt": "2026-01-02T00:00:00Z",
        "updatedAt": FIRST, "labels": fired["labels"], "annotations": fired["annotations"],
        "generatorURL": "", "receivers": [{ "name": "evenkeel" }], "status": { "state": "active" },
    })
}

#[tokio::test]
async fn an_end_that_was_not_heard_of_is_found_and_said_to_be_found() {
    let mut scene = Scene::set(Duration::from_millis(1)).await;
    scene.holds(LONG_AGO, &[held("A", "stays"), held("B", "ends")]).await;
    let stays = scene.app.alert(&scene.token, firing("A", "stays")).await[0];
    let mut other = firing("B", "ends");
    other["alerts"][0]["labels"]["deployment"] = json!("cart");
    let ends = scene.app.alert(&scene.token, other).await[0];
    assert_ne!(stays, ends);
    scene.rounds(2).await;
    assert_eq!(scene.firing().await.len(), 2, "what Alertmanager holds goes on");

    // Its `resolved` is lost.
    scene.holds(LONG_AGO, &[held("A", "stays")]).await;
    let incident = eventually("the end to be found", async || {
        let incident = scene.admin.incident(ends).await;
        (incident["alerts"][0]["status"] == "resolved").then_some(incident)
    })
    .await;
    let end = incident["alerts"][0].get("ends_at");
    assert_eq!(end, Some(&Value::Null), "when it did is not known");
    assert_eq!(scene.firing().await, ["A-stays"]);
    let path = format!("/api/v1/incidents/{ends}/journal");
    let journal = scene.admin.get(&path).await.expect(200).text();
    assert!(journal.contains("no longer holds an alert"), "{journal}");
    assert_eq!(scene.connection().await["state"]["state"], "healthy");

    // The run ends by the same rule as after a `resolved` that was sent.
    scene.app.work();
    let closed = eventually("the incident to close", async || {
        let incident = scene.admin.incident(ends).await;
        (incident["phase"] == "closed").then_some(incident)
    });
    assert_eq!(closed.await["status"], "self_resolved");
    // What was lost comes late, and says when.
    scene.app.alert(&scene.token, resolved("B", "ends")).await;
    assert_eq!(scene.firing().await, ["A-stays"]);
}

#[tokio::test]
async fn i8_no_answer_is_no_end_and_is_shown() {
    let scene = Scene::set(Duration::from_millis(1)).await;
    let id = scene.app.alert(&scene.token, firing("A", "p")).await[0];
    for answer in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(200).set_body_string("<html>log in</html>"),
        ResponseTemplate::new(200).set_body_json(json!({})),
        ResponseTemplate::new(401),
    ] {
        scene.alertmanager.reset().await;
        let status = json!({ "uptime": LONG_AGO, "cluster": { "status": "ready" } });
        let status = ResponseTemplate::new(200).set_body_json(status);
        let mock = Mock::given(path("/api/v2/status")).respond_with(status);
        mock.mount(&scene.alertmanager).await;
        let mock = Mock::given(path("/api/v2/alerts")).respond_with(answer);
        mock.mount(&scene.alertmanager).await;
        scene.rounds(1).await;
        eventually("the failure to be shown", async || {
            (scene.connection().await["state"]["state"] == "failing").then_some(())
        })
        .await;
        assert_eq!(scene.firing().await, ["A-p"]);
    }
    let page = scene.admin.page(&format!("/clusters/{}", scene.cluster)).await.expect(200).text();
    assert!(page.contains("Alerts whose end was not heard of stay open"), "people are told");
    // One that has just been started holds nothing yet: that is no end of anything.
    let margin = Scene::set(Duration::from_hours(1)).await;
    let other = margin.app.alert(&margin.token, firing("A", "p")).await[0];
    margin.holds(LONG_AGO, &[]).await;
    margin.rounds(2).await;
    assert_eq!(margin.firing().await, ["A-p"], "it has been heard of a moment ago");
    scene.holds("2999-01-01T00:00:00Z", &[]).await;
    scene.rounds(2).await;
    assert_eq!(scene.firing().await, ["A-p"], "up for less than the margin");
    for (scene, id) in [(&scene, id), (&margin, other)] {
        assert_eq!(scene.admin.incident(id).await["alerts"][0]["status"], "firing");
    }
}

#[tokio::test]
async fn what_was_left_out_of_a_notification_is_asked_for() {
    let scene = Scene::set(Duration::from_hours(1)).await;
    let names: Vec<String> = (0..7).map(|n| format!("p{n}")).collect();
    let all: Vec<Value> = names.iter().map(|pod| held("A", pod)).collect();
    scene.holds(LONG_AGO, &[]).await;
    let mock = Mock::given(path("/api/v2/alerts"))
        .and(query_param("filter", "alertname=\"A\""))
        .respond_with(ResponseTemplate::new(200).set_body_json(&all))
        .with_priority(1);
    mock.mount(&scene.alertmanager).await;
    let mut cut = group("A", "firing", vec![alert("A", "p0", "firing", FIRST)]);
    cut["truncatedAlerts"] = json!(6);
    let id = scene.app.alert(&scene.token, cut).await[0];
    let incident = eventually("the others to be there", async || {
        let incident = scene.admin.incident(id).await;
        (incident["alerts"].as_array().unwrap().len() == 7).then_some(incident)
    })
    .await;
    assert_eq!(scene.firing().await.len(), 7);
    let path = format!("/api/v1/incidents/{id}/journal");
    let journal = scene.admin.get(&path).await.expect(200).text();
    assert!(journal.contains("left 6 alerts out"), "{journal}");
    // Once; the next rounds have nothing to ask.
    scene.rounds(2).await;
    assert_eq!(scene.admin.incident(id).await["seq"], incident["seq"]);
}
