//! The registry of connections through the front door: secrets stay sealed, tools wait for approval, keys are rotated.

use std::{path::Path, sync::Arc};

use evenkeel_domain::{
    access::Role,
    view::{ConnectionState, NewCluster},
};
use evenkeel_mcp::{AgentName, AgentsConfig};
use evenkeel_server::{toolcaller::McpTools, wiring};
use evenkeel_services::Sealer;
use http::Method;
use serde_json::{Value, json};

use crate::harness::{Person, TestApp, app::config, binary::Environment};

async fn listed(who: &Person) -> Vec<Value> {
    let found = who.get("/api/v1/integrations").await.expect(200).json();
    found["connections"].as_array().unwrap().clone()
}

fn named<'a>(all: &'a [Value], server: &str) -> &'a Value {
    all.iter().find(|one| one["server"] == server).unwrap_or_else(|| panic!("no {server}: {all:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_listed_with_tools_and_without_secrets() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let viewer = app.person(Role::Viewer).await;
    let new = NewCluster {
        name: "shop".into(),
        environment: "staging".into(),
        prometheus_url: "http://127.0.0.1:9".into(),
        ..NewCluster::default()
    };
    let cluster = app.connect(new).await.cluster.id;
    let mimir = json!({ "kind": "prometheus", "fields": {
        "url": "http://127.0.0.1:8", "tenant": "ours", "bearer_token": "very-secret-token" } });
    admin.post("/api/v1/integrations", mimir.clone()).await.expect(201);
    admin.post("/api/v1/integrations", mimir).await.refused(409, "input.taken");

    let all = listed(&viewer).await;
    let own = all.iter().find(|one| one["origin"] == "cluster").unwrap();
    assert_eq!(own["settings"]["url"], "http://127.0.0.1:9");
    assert_eq!(own["health"][0]["cluster"]["id"], cluster.to_string());
    let shared = all.iter().find(|one| one["origin"] == "registry").unwrap();
    assert_eq!(shared["has_secret"], true);
    assert_eq!(shared["health"], json!([]), "the cluster has a nearer one of that name");
    let query = shared["tools"].as_array().unwrap().iter().find(|t| t["name"] == "query").unwrap();
    assert_eq!((&query["risk"], &query["pin"]["state"]), (&json!("reads"), &json!("version")));
    assert!(query["agents"].as_array().unwrap().iter().any(|a| a["agent"] == "metrics"));
    let text = viewer.get("/api/v1/integrations").await.text();
    assert!(!text.contains("very-secret-token"));
    let page = viewer.page("/integrations").await.expect(200).text();
    assert!(page.contains("prometheus: shop") && !page.contains("very-secret-token"));
    assert!(!page.contains("Add a connection"), "a viewer is offered nothing to press");
    let page = admin.page("/integrations?add=loki").await.expect(200).text();
    assert!(page.contains("new[fields][bearer_token]"), "the form of the kind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_changed_without_telling_its_secrets_to_anybody_else() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let loki = json!({ "kind": "loki", "fields": {
        "url": "http://127.0.0.1:9", "tenant": "ours", "bearer_token": "first-secret-token" } });
    let added = admin.post("/api/v1/integrations", loki).await.expect(201).json();
    let path = format!("/api/v1/integrations/{}", added["connection"].as_str().unwrap());
    let changing = async |change: Value| admin.call(&Method::PATCH, &path, &change).await;
    let kept = async || {
        let rows = app.platform.store.connections(app.organisation).await.unwrap();
        rows[0].secret_sealed.clone()
    };
    let before = kept().await;
    changing(json!({ "fields": { "tenant": "theirs" } })).await.expect(204);
    let shown = named(&listed(&admin).await, "loki").clone();
    assert_eq!(
        (&shown["settings"]["tenant"], &shown["has_secret"]),
        (&json!("theirs"), &json!(true))
    );
    assert_eq!(shown["settings"]["url"], "http://127.0.0.1:9");
    for elsewhere in [
        json!({ "fields": { "url": "http://127.0.0.1:8" } }),
        json!({ "fields": { "ca": "-----BEGIN CERTIFICATE-----" } }),
        json!({ "fields": { "command": "/bin/sh" } }),
        json!({ "allowed_networks": "192.168.0.0/16" }),
    ] {
        changing(elsewhere.clone()).await.refused(422, "input.invalid");
    }
    let with_same_token = kept().await;
    assert!(with_same_token.is_some() && with_same_token != before, "sealed anew");
    changing(json!({ "fields": { "bearer_token": "second-secret-token" } })).await.expect(204);
    assert_ne!(kept().await, with_same_token);
    changing(json!({ "forget_credentials": true })).await.expect(204);
    assert_eq!(kept().await, None);
    let address = format!("/integrations?change={}", added["connection"].as_str().unwrap());
    let page = admin.page(&address).await.expect(200).text();
    assert!(page.contains("Change: loki") && !page.contains("secret-token"));
    let trail = admin.get("/api/v1/audit").await.expect(200).text();
    assert!(trail.contains("connection.changed") && !trail.contains("secret-token"), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_connection_does_is_shown_by_a_process_that_did_not_ask() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let loki = json!({ "kind": "loki", "fields": { "url": "http://127.0.0.1:9" } });
    app.cluster("shop").await;
    admin.post("/api/v1/integrations", loki).await.expect(201);
    let source = named(&listed(&admin).await, "loki")["source"].clone();
    admin.post("/api/v1/integrations/test", json!({ "source": source })).await.expect(200);
    app.platform.services.keep_health_now().await;

    let config = config(app.dir());
    let tools = Arc::new(McpTools::with_program(&config, Path::new("absent").into()).unwrap());
    let other = wiring::assemble(&config, Arc::clone(&app.platform.store), tools).unwrap();
    let shown = other.services.integrations_of(app.organisation).await.unwrap();
    let state = &shown.connections.iter().find(|one| one.server == "loki").unwrap().health[0].state;
    let ConnectionState::Failing { failure, .. } = state else { panic!("{state:?}") };
    assert_eq!(failure.code, "loki.unreachable");
    assert!(failure.next.as_deref().is_some_and(|next| !next.is_empty()), "{failure:?}");
    // And on the page, with what to do.
    let page = admin.page("/integrations").await.expect(200).text();
    assert!(
        page.contains("loki.unreachable") || page.contains(failure.next.as_deref().unwrap()),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_reach_further_than_it_should_is_refused() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    for (new, why) in [
        (json!({ "kind": "shell", "fields": {} }), "no such kind"),
        (json!({ "kind": "mcp", "name": "kubernetes", "fields": { "url": "http://x" } }), "ours"),
        (json!({ "kind": "mcp", "name": "x", "fields": { "command": "/bin/sh" } }), "a command"),
        (json!({ "kind": "loki", "fields": { "url": "http://169.254.169.254" } }), "metadata"),
        (
            json!({ "kind": "loki", "fields": { "url": "http://10.1.1.1" },
                    "allowed_networks": "192.168.0.0/16" }),
            "outside its own networks",
        ),
        (json!({ "kind": "github", "fields": { "repositories": "a/b" } }), "no credentials"),
    ] {
        let answer = admin.post("/api/v1/integrations", new).await;
        assert!(matches!(answer.status.as_u16(), 409 | 422), "{why}: {}", answer.text());
    }
    assert!(listed(&admin).await.is_empty());
}

/// The same binary as a third-party server, which it might be: its tools wait for approval.
fn operator_file(dir: &Path) -> std::path::PathBuf {
    let file = dir.join("servers.toml");
    let text = format!(
        "[servers.other]\ncommand = {:?}\nargs = [\"mcp\", \"prometheus\"]\n\
         env = {{ PROMETHEUS_URL = \"http://127.0.0.1:9\" }}\n",
        env!("CARGO_BIN_EXE_evenkeel")
    );
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_of_another_server_wait_for_an_administrator() {
    let dir = tempfile::tempdir().unwrap();
    let servers = operator_file(dir.path());
    let app = TestApp::start_with(|config| config.servers = Some(servers)).await;
    let admin = app.person(Role::Admin).await;
    app.cluster("shop").await;
    let all = listed(&admin).await;
    let other = named(&all, "other");
    assert_eq!((&other["origin"], &other["tools"]), (&json!("operator"), &json!([])));

    let source = json!({ "source": other["source"] });
    let tested = admin.post("/api/v1/integrations/test", source).await.expect(200).json();
    let all = tested["connections"].as_array().unwrap().clone();
    let other = named(&all, "other");
    assert_eq!(other["health"][0]["state"]["state"], "healthy", "{other}");
    let tools = other["tools"].as_array().unwrap();
    assert!(tools.iter().all(|tool| tool["pin"]["state"] == "new"), "{tools:?}");
    assert!(tools.iter().all(|tool| tool["risk"] == "unlisted"), "{tools:?}");
    let query = tools.iter().find(|tool| tool["name"] == "query").unwrap();
    let page = admin.page("/integrations").await.expect(200).text();
    assert!(page.contains("new, denied") && page.contains("Approve query"));

    let mut which = json!({ "source": other["source"], "tool": "query", "hash": "another" });
    let path = "/api/v1/integrations/tools/approve";
    admin.post(path, which.clone()).await.refused(404, "not_found");
    which["hash"] = query["offered"].clone();
    admin.post(path, which.clone()).await.expect(204);
    let all = listed(&admin).await;
    let tools = named(&all, "other")["tools"].as_array().unwrap();
    let query = tools.iter().find(|tool| tool["name"] == "query").unwrap();
    assert_eq!(query["pin"]["state"], "approved");
    assert_eq!(query["pin"]["by"], "admin@ours.test");
    // Its name is the operator's: a connection of that name would take its place in the lists.
    let new = json!({ "kind": "mcp", "name": "other", "fields": { "url": "http://127.0.0.1:9" } });
    admin.post("/api/v1/integrations", new).await.refused(409, "input.taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_connection_is_gone_with_its_credentials() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let new = json!({ "kind": "github", "fields": { "repositories": "a/b", "token": "t0ken" } });
    let added = admin.post("/api/v1/integrations", new).await.expect(201).json();
    assert_eq!(app.platform.store.sealed().await.unwrap().len(), 1);
    let path = format!("/api/v1/integrations/{}", added["connection"].as_str().unwrap());
    admin.call(&Method::DELETE, &path, &Value::Null).await.expect(204);
    admin.call(&Method::DELETE, &path, &Value::Null).await.refused(404, "not_found");
    assert!(app.platform.store.sealed().await.unwrap().is_empty());
    assert!(listed(&admin).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_credential_is_sealed_with_another_key_at_once() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let kubeconfig = "apiVersion: v1\nkind: Config\n".to_owned();
    let new = NewCluster {
        name: "shop".into(),
        environment: "staging".into(),
        kubeconfig,
        ..NewCluster::default()
    };
    app.connect(new).await;
    let loki =
        json!({ "kind": "loki", "fields": { "url": "http://127.0.0.1:9", "bearer_token": "t" } });
    admin.post("/api/v1/integrations", loki).await.expect(201);
    let before = app.platform.store.sealed().await.unwrap();
    assert_eq!(before.len(), 2);

    // As an operator does it: another process, with both keys.
    let mut env = Environment::new(app.dir());
    let fresh = "another-key-of-more-than-32-characters";
    env.set("EVENKEEL_SECRET_KEY", fresh);
    let refused = env.run(&["secrets", "rotate"]);
    assert!(!refused.status.success(), "without the former key nothing is done");
    env.set("EVENKEEL_FORMER_SECRET_KEY", "wrong-but-long-enough-to-be-a-key-00");
    assert!(!env.run(&["secrets", "rotate"]).status.success(), "nor with a wrong one");
    assert_eq!(app.platform.store.sealed().await.unwrap(), before);
    env.set("EVENKEEL_FORMER_SECRET_KEY", "0123456789abcdef0123456789abcdef");
    let done = env.json(&["--json", "secrets", "rotate"]);
    assert_eq!((&done["resealed"], &done["present"]), (&json!(2), &json!(0)));
    let again = env.json(&["--json", "secrets", "rotate"]);
    assert_eq!((&again["resealed"], &again["present"]), (&json!(0), &json!(2)));

    let present = Sealer::new(&fresh.to_owned().into()).unwrap();
    let former = Sealer::new(&"0123456789abcdef0123456789abcdef".to_owned().into()).unwrap();
    for (sealed, before) in app.platform.store.sealed().await.unwrap().iter().zip(&before) {
        assert_ne!(sealed.sealed, before.sealed);
        let owner = match sealed.owner {
            evenkeel_storage::connections::SealedFor::Cluster(id) => id.to_string(),
            evenkeel_storage::connections::SealedFor::Connection(id) => format!("connection/{id}"),
        };
        assert!(present.open(&owner, &sealed.sealed).is_ok());
        assert!(former.open(&owner, &sealed.sealed).is_err());
    }
    assert!(admin.audit_actions().await.contains(&"secrets.rotated".to_owned()));
}

#[test]
fn whatever_ships_with_the_platform_can_be_tested_from_its_page() {
    let agents = AgentsConfig::parse(include_str!("../../../config/agents.toml")).unwrap();
    let pages = AgentName::parse("warroom").unwrap();
    for server in ["kubernetes", "prometheus", "loki", "github", "runbooks", "memory"] {
        let probe = agents.probe(server).unwrap_or_else(|| panic!("{server} has no probe"));
        agents.permit(&pages, server, probe, &serde_json::Map::new()).unwrap();
    }
}
