//! What an organisation's closed incidents say to those that come, through the memory server.

use std::{io::BufReader, path::Path, sync::Arc, time::Duration};

use evenkeel_domain::id::OrganisationId;
use evenkeel_mcp::{AgentName, AgentsConfig, ToolBox};
use evenkeel_mcp_servers::Limits;
use evenkeel_server::memory::Inside;
use evenkeel_storage::access::Organisation;
use evenkeel_tools::memory::SimilarIncidents;
use serde_json::{Value, json};

use crate::harness::TestApp;

const CASES: &[&str] = &["load-spike-resolved", "missing-image-resolved", "crash-at-start-failed"];

async fn import(app: &TestApp, organisation: OrganisationId, case: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../cases/{case}.jsonl"));
    let file = BufReader::new(std::fs::File::open(file).unwrap());
    app.platform.services.import_incident(organisation, "the test".into(), file).await.unwrap();
}

/// The memory of an organisation as its agents reach it.
fn memory(app: &TestApp, inside: &Inside, organisation: OrganisationId) -> ToolBox {
    let agents = AgentsConfig::parse(include_str!("../../../config/agents.toml")).unwrap();
    let connector = inside.memory(&app.platform.store, organisation);
    ToolBox::new(Arc::new(agents)).with_connector("memory", connector, None)
}

async fn recall(tools: &ToolBox, query: &str) -> SimilarIncidents {
    let agent = AgentName::parse("runbooks").unwrap();
    let arguments: Value = json!({ "query": query, "limit": 10 });
    let limit = Duration::from_secs(30);
    let reply = tools.call(&agent, "memory", "recall_similar", arguments, limit).await.unwrap();
    serde_json::from_value(reply.content).unwrap()
}

#[tokio::test]
async fn an_organisation_remembers_its_own_incidents_and_no_other_s() {
    let app = TestApp::start().await;
    let theirs = OrganisationId::from_parts(1, 2);
    let organisation =
        Organisation { id: theirs, name: "theirs".into(), created_at: app.platform.clock.now() };
    app.platform.store.create_organisation(&organisation).await.unwrap();
    for case in CASES {
        import(&app, app.organisation, case).await;
    }
    import(&app, theirs, "missing-configmap-rejected").await;

    let inside = Inside::new(Limits::default());
    let (ours, other) = (memory(&app, &inside, app.organisation), memory(&app, &inside, theirs));
    let mine = recall(&ours, "image cannot be pulled ImagePullBackOff").await;
    assert_eq!((mine.compared, mine.truncated), (3, false));
    let best = &mine.incidents[0].incident;
    assert_eq!(best.outcome, "resolved", "{best:?}");
    assert!(best.cause.as_deref() == Some("image_pull_failure"), "{best:?}");
    assert!(best.tried.iter().any(|tried| tried.worked == Some(true)), "{best:?}");
    assert!(
        best.verification.as_ref().is_some_and(|text| text.starts_with("RESOLVED")),
        "{best:?}"
    );

    let others = recall(&other, "image cannot be pulled ImagePullBackOff configmap missing").await;
    assert_eq!(others.compared, 1);
    let ids: Vec<_> = others.incidents.iter().map(|like| &like.incident.id).collect();
    for like in &mine.incidents {
        assert!(!ids.contains(&&like.incident.id));
    }
    // By its id neither.
    let agent = AgentName::parse("runbooks").unwrap();
    let ask = json!({ "incident": best.id });
    let refused = other.call(&agent, "memory", "get_memory", ask, Duration::from_secs(30)).await;
    assert_eq!(refused.unwrap_err().code(), "memory.not_found");
}

#[tokio::test]
async fn what_failed_is_remembered_as_that() {
    let app = TestApp::start().await;
    import(&app, app.organisation, "crash-at-start-failed").await;
    let inside = Inside::new(Limits::default());
    let found =
        recall(&memory(&app, &inside, app.organisation), "container crashes at start").await;
    let [only] = found.incidents.as_slice() else { panic!("{found:?}") };
    assert!(!only.incident.tried.is_empty());
    assert!(only.incident.tried.iter().all(|tried| tried.worked == Some(false)), "{only:?}");
}
