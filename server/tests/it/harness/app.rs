//! The whole platform in this process, over a database of its own.

use std::{path::Path, sync::Arc};

use axum::body::Body;
use evenkeel_agents::planner::PlannerSettings;
use evenkeel_domain::{
    access::{Caller, Role},
    id::{IncidentId, OrganisationId},
    view::{ConnectedCluster, NewCluster},
};
use evenkeel_engine::Settings;
use evenkeel_server::{
    cli,
    config::{Config, FirstCluster, IntakeConfig},
    http,
    toolcaller::McpTools,
    wiring::{self, Platform},
};
use evenkeel_services::{AuditPace, NewUser};
use evenkeel_storage::access::Organisation;
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{answer::Answer, person::Person};

/// Everybody's password.
pub const PASSWORD: &str = "correct-horse-battery";

pub struct TestApp {
    pub platform: Platform,
    pub organisation: OrganisationId,
    pub nobody: Person,
    working: Option<DropGuard>,
    // Last, so that it goes when nothing uses it any more.
    dir: TempDir,
}

/// A configuration over `dir`, with a site that has nothing but names.
pub fn config(dir: &Path) -> Config {
    let site = dir.join("site");
    std::fs::create_dir_all(&site).unwrap();
    let names = r#"{"css":"/pkg/a.css","js":"/pkg/a.js","wasm":"/pkg/a.wasm","boot":"/pkg/b.js","theme":"/pkg/t.js"}"#;
    std::fs::write(site.join("manifest.json"), names).unwrap();
    Config {
        addr: ([127, 0, 0, 1], 0).into(),
        public_url: format!("http://{}", super::person::HOST),
        high_water: None,
        cache: None,
        database_url: format!("sqlite://{}", dir.join("evenkeel.db").display()),
        secret_key: Some("0123456789abcdef0123456789abcdef".to_owned().into()),
        site,
        agents: None,
        servers: None,
        networks: evenkeel_tools::network::AllowedNetworks::default(),
        policies: None,
        audit_keys: Vec::new(),
        audit: AuditPace::default(),
        engine: Settings::default(),
        intake: IntakeConfig::default(),
        planner: PlannerSettings { hold_s: 1, within_s: 20, every_s: 1 },
        first_cluster: FirstCluster::default(),
    }
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With another configuration than the usual one.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        cli::install_tls_provider();
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(dir.path());
        change(&mut config);
        let store = wiring::open_store(&config).await.unwrap();
        let program = env!("CARGO_BIN_EXE_evenkeel").into();
        let tools = Arc::new(McpTools::with_program(&config, program).unwrap());
        let platform = wiring::assemble(&config, store, tools).unwrap();
        let organisation = platform.services.first_organisation("ours").await.unwrap();
        let router = http::router(&platform, &config).unwrap();
        let nobody = Person::nobody(router);
        Self { platform, organisation, nobody, working: None, dir }
    }

    /// Carries incidents from now on, until the test ends.
    pub fn work(&mut self) {
        let stop = CancellationToken::new();
        tokio::spawn(self.platform.worker.clone().run(stop.child_token()));
        self.working = Some(stop.drop_guard());
    }

    /// Where the test may put files.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A person of our organisation, signed in. One per role.
    pub async fn person(&self, role: Role) -> Person {
        self.member(self.organisation, &format!("{}@ours.test", role.as_str()), role).await
    }

    /// The administrator of another organisation, signed in.
    pub async fn stranger(&self) -> Person {
        let theirs = OrganisationId::from_parts(1, 2);
        let created_at = self.platform.clock.now();
        let organisation = Organisation { id: theirs, name: "theirs".into(), created_at };
        self.platform.store.create_organisation(&organisation).await.unwrap();
        self.member(theirs, "admin@theirs.test", Role::Admin).await
    }

    async fn member(&self, organisation: OrganisationId, email: &str, role: Role) -> Person {
        let new = NewUser { email: email.into(), role, password: Some(PASSWORD.to_owned().into()) };
        self.platform.services.add_user(organisation, "the test".into(), new).await.unwrap();
        let (person, answer) = self.nobody.sign_in(email, PASSWORD).await;
        answer.expect(200);
        person
    }

    /// Somebody by address, as the services know them.
    pub async fn caller(&self, email: &str) -> Caller {
        self.platform.services.caller_by_email(email).await.unwrap().unwrap()
    }

    /// A production cluster of ours without connections.
    pub async fn cluster(&self, name: &str) -> ConnectedCluster {
        let new = NewCluster {
            name: name.into(),
            environment: "production".into(),
            ..NewCluster::default()
        };
        self.connect(new).await
    }

    pub async fn connect(&self, new: NewCluster) -> ConnectedCluster {
        let by = "the test".to_owned();
        self.platform.services.add_cluster(self.organisation, by, new, false).await.unwrap()
    }

    /// Posts as an Alertmanager that holds `token`.
    pub async fn notify(&self, token: &str, body: impl Into<Body>) -> Answer {
        let person = self.nobody.with_token(token);
        let request = person.request(&::http::Method::POST, "/webhook/alert");
        person.send(request.body(body.into()).unwrap()).await
    }

    /// Posts a notification that must be taken; returns the incidents it belongs to.
    pub async fn alert(&self, token: &str, body: serde_json::Value) -> Vec<IncidentId> {
        let answer = self.notify(token, body.to_string()).await.expect(202);
        serde_json::from_value(answer.json()["incidents"].clone()).unwrap()
    }
}
