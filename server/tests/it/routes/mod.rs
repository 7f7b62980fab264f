//! Invariant I9: every route asks who is there. All REST endpoints, streams, server functions and
//! pages are called as nobody, as the least role, and as another organisation's administrator. A
//! route that stands in none of the lists fails the walk.

mod functions;
mod known;
mod pages;
mod rest;

use evenkeel_domain::access::Role;

use crate::harness::{Person, TestApp, alerts};

/// The resources that paths and arguments name; all of them are ours.
struct Resources {
    cluster: String,
    incident: String,
    user: String,
    token: String,
    connection: String,
}

/// Ids in the place of `{…}` and `<…>`.
impl Resources {
    fn fill(&self, template: &str) -> String {
        let mut text = template.to_owned();
        if text.starts_with("/api/v1/clusters/") {
            text = text.replace("{id}", &self.cluster);
        } else if text.starts_with("/api/v1/users/") {
            text = text.replace("{id}", &self.user);
        } else if text.starts_with("/api/v1/tokens/") {
            text = text.replace("{id}", &self.token);
        } else if text.starts_with("/api/v1/integrations/") {
            text = text.replace("{id}", &self.connection);
        } else {
            text = text.replace("{id}", &self.incident);
        }
        text.replace("{hash}", &"a".repeat(64))
            .replace("{notification}", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
            .replace("{evidence}", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
            .replace("<cluster>", &self.cluster)
            .replace("<incident>", &self.incident)
            .replace("<user>", &self.user)
            .replace("<token>", &self.token)
            .replace("<connection>", &self.connection)
    }
}

struct Walk {
    app: TestApp,
    viewer: Person,
    stranger: Person,
    resources: Resources,
}

async fn walk() -> Walk {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let viewer = app.person(Role::Viewer).await;
    let stranger = app.stranger().await;
    let cluster = app.cluster("walked").await;
    let incident = app.alert(&cluster.token, alerts::firing("Walked", "p")).await[0];
    let (_, token) = admin.make_token("walked", "full").await;
    let loki = serde_json::json!({ "kind": "loki", "cluster": cluster.cluster.id,
        "fields": { "url": "http://127.0.0.1:9" } });
    let added = admin.post("/api/v1/integrations", loki).await.expect(201).json();
    let resources = Resources {
        connection: added["connection"].as_str().unwrap().to_owned(),
        cluster: cluster.cluster.id.to_string(),
        incident: incident.to_string(),
        user: app.caller("admin@ours.test").await.user.to_string(),
        token,
    };
    Walk { app, viewer, stranger, resources }
}
