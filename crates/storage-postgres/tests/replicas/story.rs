//! One organisation, one cluster, and incidents to write about.

use std::time::Duration;

use evenkeel_domain::{
    Event, IncidentState, Timestamp,
    alert::Trigger,
    cluster::{Cluster, Environment},
    evidence::Agent,
    id::{AuditId, ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::{Append, Fence, Grown},
};
use evenkeel_storage::{
    AccessStore, ClusterStore, IntakeStore, StorageError,
    access::Organisation,
    audit::AuditRecord,
    clusters::ClusterRow,
    intake::{IncidentWrite, IntakePlan, IntakeView, Received},
};
use evenkeel_storage_postgres::{PostgresStore, testing::Server};
use tokio::{sync::broadcast::Receiver, time::timeout};

pub const LEASE: Duration = Duration::from_secs(15);

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub fn organisation() -> OrganisationId {
    OrganisationId::from_parts(1, 1)
}

fn cluster() -> ClusterId {
    ClusterId::from_parts(1, 1)
}

pub fn incident(n: u64) -> IncidentId {
    IncidentId::from_parts(n, 1)
}

/// So many replicas on one database that has a cluster.
pub async fn replicas<const N: usize>(server: &Server) -> [PostgresStore; N] {
    let url = server.database().await;
    let mut all = Vec::new();
    for _ in 0..N {
        let store = PostgresStore::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        all.push(store);
    }
    let home = Organisation { id: organisation(), name: "o".into(), created_at: at(0) };
    all[0].create_organisation(&home).await.unwrap();
    let cluster = Cluster {
        id: cluster(),
        organisation: organisation(),
        name: "c".into(),
        environment: Environment::Development,
        prometheus_url: None,
        alertmanager_url: None,
        kubernetes: false,
        practice_range: false,
        stop: None,
        created_at: at(0),
    };
    let row = ClusterRow { cluster, token_hash: "h".into(), kubeconfig_sealed: None };
    all[0].create_cluster(&row, &[]).await.unwrap();
    all.try_into().ok().unwrap()
}

fn opening(group_key: &str) -> Opening {
    Opening {
        organisation: organisation(),
        cluster: cluster(),
        cluster_name: "c".into(),
        environment: Environment::Development,
        trigger: Trigger::Alert,
        group_key: group_key.into(),
        title: "t".into(),
        severity: Severity::Warning,
        alerts: Vec::new(),
    }
}

fn opened(n: u64, group_key: &str) -> (IncidentWrite, IncidentState) {
    let event = Event::Opened { opening: Box::new(opening(group_key)) };
    let entries = chain::chain(incident(n), 0, GENESIS, at(0), vec![event]).unwrap();
    let state = IncidentState::open(&entries[0]).unwrap();
    let summary = IncidentSummary::from(&state);
    (
        IncidentWrite {
            incident: incident(n),
            new: true,
            entries,
            summary,
            owner: None,
            adopts: false,
        },
        state,
    )
}

/// A notification of a group; opens incident `n` if the group has none.
pub async fn receive(
    store: &PostgresStore,
    n: u64,
    group_key: &str,
) -> Result<Option<IncidentId>, StorageError> {
    let received = Received {
        id: NotificationId::from_parts(n, 1),
        organisation: organisation(),
        cluster: cluster(),
        at: at(0),
        body: "{}".into(),
        group_key: group_key.into(),
        truncated_alerts: 0,
        quarantined: None,
        alerts: Vec::new(),
        beyond: None,
        reread: None,
    };
    let decide = |view: &IntakeView| match &view.open {
        Some(_) => IntakePlan::default(),
        None => IntakePlan { write: Some(opened(n, group_key).0), ..IntakePlan::default() },
    };
    let plan = store.receive(&received, &decide).await?;
    Ok(plan.write.map(|write| write.incident))
}

/// What follows the first record of incident `n`.
pub fn note(n: u64, group_key: &str, fence: Option<Fence>, text: &str) -> Append {
    let (_, mut state) = opened(n, group_key);
    let event = Event::Noted { agent: Agent::Supervisor, text: text.into() };
    let entries = chain::chain(incident(n), 1, &state.head, at(1), vec![event]).unwrap();
    state.apply(&entries[0]).unwrap();
    Append {
        incident: incident(n),
        after: 1,
        fence,
        entries,
        summary: IncidentSummary::from(&state),
        texts: Vec::new(),
        audit: Vec::new(),
    }
}

pub fn audit(n: u64, subject: &str) -> AuditRecord {
    AuditRecord {
        id: AuditId::from_parts(n, 1),
        organisation: organisation(),
        at: at(0),
        actor: "a@example.org".into(),
        action: "user.created".into(),
        subject: subject.into(),
        cluster: None,
        incident: None,
        detail: serde_json::json!({ "zero": "\u{0}" }),
    }
}

/// Waits until a feed has spoken of this.
pub async fn hears(feed: &mut Receiver<Grown>, wanted: Grown) {
    let heard = async { while feed.recv().await.unwrap() != wanted {} };
    timeout(Duration::from_secs(30), heard).await.expect("nothing is lost");
}
