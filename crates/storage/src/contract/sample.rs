//! What the cases are made of: a small world, and a book that writes legal journals.

use std::{collections::BTreeMap, time::Duration};

use evenkeel_domain::{
    Event, IncidentState, Timestamp,
    access::Role,
    alert::{Alert, AlertStatus, Trigger},
    approval::ApprovalRequest,
    audit::AuditRecord,
    cluster::{Cluster, Environment},
    evidence::{Agent, Evidence, EvidenceOutcome},
    id::{
        ApprovalId, AuditId, ClusterId, EvidenceId, HypothesisId, IncidentId, OrganisationId,
        PlanId,
    },
    incident::IncidentSummary,
    journal::Opening,
    plan::{Plan, VerificationWindow},
    policy::{PlanDecision, Verdict},
    severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::{Append, Fence, WorkerId},
};
use serde_json::{Value, json};

use crate::{Store, access::Organisation, clusters::ClusterRow};

/// Lease length in all cases.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// A second of the story all cases play in.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(super) fn worker(name: &str) -> WorkerId {
    WorkerId(name.into())
}

/// Two organisations; the first has two clusters, the second one.
pub(super) struct World {
    pub(super) organisation: OrganisationId,
    pub(super) cluster: ClusterId,
    pub(super) second_cluster: ClusterId,
    pub(super) other: OrganisationId,
    pub(super) other_cluster: ClusterId,
}

pub(super) fn organisation(n: u128) -> Organisation {
    Organisation {
        id: OrganisationId::from_parts(1, n),
        name: format!("organisation {n}"),
        created_at: at(0),
    }
}

pub(super) fn cluster(organisation: OrganisationId, n: u128) -> ClusterRow {
    ClusterRow {
        cluster: Cluster {
            id: ClusterId::from_parts(1, n),
            organisation,
            name: format!("cluster {n}"),
            environment: Environment::Staging,
            prometheus_url: Some("http://127.0.0.1:9090".into()),
            alertmanager_url: None,
            kubernetes: false,
            practice_range: true,
            stop: None,
            created_at: at(0),
        },
        token_hash: format!("token hash of {n}"),
        kubeconfig_sealed: None,
    }
}

/// Record `n` of the first organisation's trail.
pub(super) fn audit(world: &World, n: u64, action: &str) -> AuditRecord {
    AuditRecord {
        id: AuditId::from_parts(n, 1),
        organisation: world.organisation,
        at: at(i64::try_from(n).unwrap()),
        actor: "a@example.org".into(),
        action: action.into(),
        subject: "something".into(),
        cluster: None,
        incident: None,
        detail: json!({ "figure": 0.1, "text": "ü", "a": { "z": 1, "b": null } }),
    }
}

pub(super) async fn world(store: &impl Store) -> World {
    let (one, two) = (organisation(1), organisation(2));
    for organisation in [&one, &two] {
        store.create_organisation(organisation).await.unwrap();
    }
    let rows = [cluster(one.id, 1), cluster(one.id, 2), cluster(two.id, 3)];
    for row in &rows {
        store.create_cluster(row, &[]).await.unwrap();
    }
    let [cluster, second_cluster, other_cluster] = rows.map(|row| row.cluster.id);
    World { organisation: one.id, cluster, second_cluster, other: two.id, other_cluster }
}

impl World {
    pub(super) fn opening(&self, title: &str, severity: Severity) -> Opening {
        Opening {
            organisation: self.organisation,
            cluster: self.cluster,
            cluster_name: "cluster 1".into(),
            environment: Environment::Staging,
            trigger: Trigger::Alert,
            group_key: format!("{{}}:{{title=\"{title}\"}}"),
            title: title.into(),
            severity,
            alerts: Vec::new(),
        }
    }

    /// A new incident, opened at second `n`, stored.
    pub(super) async fn open(&self, store: &impl Store, n: u64, severity: Severity) -> Book {
        self.open_with(store, n, self.opening(&format!("incident {n}"), severity)).await
    }

    pub(super) async fn open_with(&self, store: &impl Store, n: u64, opening: Opening) -> Book {
        let mut book = Book::new(n);
        let opened = Event::Opened { opening: Box::new(opening) };
        book.store(store, i64::try_from(n).unwrap(), vec![opened]).await;
        book
    }
}

/// An incident as its writer knows it.
#[derive(Clone)]
pub(super) struct Book {
    pub(super) id: IncidentId,
    state: Option<IncidentState>,
}

impl Book {
    /// Not opened yet.
    pub(super) fn new(n: u64) -> Self {
        Self { id: IncidentId::from_parts(n + 1, u128::from(n)), state: None }
    }

    pub(super) fn of(state: IncidentState) -> Self {
        Self { id: state.id, state: Some(state) }
    }

    pub(super) fn seq(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| state.seq)
    }

    pub(super) fn summary(&self) -> IncidentSummary {
        IncidentSummary::from(self.state.as_ref().unwrap())
    }

    /// The next records, and the book with them.
    pub(super) fn write(&self, at: Timestamp, events: Vec<Event>) -> (Append, Self) {
        let head = self.state.as_ref().map_or(GENESIS, |state| state.head.as_str());
        let entries = chain::chain(self.id, self.seq(), head, at, events).unwrap();
        let mut state = self.state.clone();
        for entry in &entries {
            match &mut state {
                None => state = Some(IncidentState::open(entry).unwrap()),
                Some(state) => state.apply(entry).unwrap(),
            }
        }
        let after = Self { id: self.id, state };
        let append = Append {
            incident: self.id,
            after: self.seq(),
            fence: None,
            entries,
            summary: after.summary(),
            texts: Vec::new(),
            audit: Vec::new(),
        };
        (append, after)
    }

    /// As [`Book::write`], under a fence.
    pub(super) fn fenced(&self, second: i64, fence: Fence, events: Vec<Event>) -> (Append, Self) {
        let (append, after) = self.write(at(second), events);
        (Append { fence: Some(fence), ..append }, after)
    }

    /// Writes and stores as people and alerts do.
    pub(super) async fn store(&mut self, store: &impl Store, second: i64, events: Vec<Event>) {
        let (append, after) = self.write(at(second), events);
        store.append(append).await.unwrap();
        *self = after;
    }

    /// On to the moment at which the policy is asked about an empty plan.
    pub(super) async fn plan(&mut self, store: &impl Store, second: i64) -> Plan {
        let plan = empty_plan(second);
        self.plan_with(store, second, &plan).await;
        plan
    }

    pub(super) async fn plan_with(&mut self, store: &impl Store, second: i64, plan: &Plan) {
        let events = vec![
            Event::ObserveStarted { round: 1, specialists: Vec::new(), reason: String::new() },
            Event::ObserveConcluded { round: 1 },
            Event::Oriented {
                round: 1,
                hypotheses: Vec::new(),
                again: Vec::new(),
                reason: String::new(),
            },
            Event::Planned { plan: Box::new(plan.clone()), hash: plan.hash().unwrap() },
        ];
        self.store(store, second, events).await;
    }

    /// The policy's answer to a plan.
    pub(super) async fn judge(
        &mut self,
        store: &impl Store,
        second: i64,
        plan: &Plan,
        verdict: Verdict,
    ) {
        let decision = PlanDecision {
            plan: plan.hash().unwrap(),
            policy_version: "0".into(),
            verdict,
            actions: Vec::new(),
            approver: Some(Role::Approver),
            approvals_needed: 1,
        };
        self.store(store, second, vec![Event::Judged { decision }]).await;
    }

    /// Asks people about a plan that needs approval.
    pub(super) async fn ask(&mut self, store: &impl Store, second: i64, plan: &Plan) {
        self.judge(store, second, plan, Verdict::NeedsApproval).await;
        let request = ApprovalRequest {
            id: ApprovalId::from_parts(1, 1),
            plan: plan.hash().unwrap(),
            policy_version: "0".into(),
            approver: Role::Approver,
            needed: 1,
            requested_at: at(second),
            expires_at: at(second + 600),
        };
        self.store(store, second, vec![Event::ApprovalRequested { request }]).await;
    }

    pub(super) async fn close(&mut self, store: &impl Store, second: i64, how: Resolution) {
        self.store(store, second, vec![closed(how)]).await;
    }
}

/// A plan that does nothing.
pub(super) fn empty_plan(second: i64) -> Plan {
    Plan {
        id: PlanId::from_parts(1, 1),
        hypothesis: HypothesisId::from_parts(1, 1),
        summary: "do nothing".into(),
        actions: Vec::new(),
        predicates: Vec::new(),
        window: VerificationWindow { hold_s: 1, within_s: 2, every_s: 1 },
        figure: None,
        made_at: at(second),
    }
}

pub(super) fn closed(resolution: Resolution) -> Event {
    Event::Closed { resolution, reason: "the story ends".into() }
}

/// A tool call and the hash of its answer.
pub(super) fn answered(id: EvidenceId, arguments: Value, sha256: &str) -> Event {
    Event::EvidenceRecorded {
        evidence: Box::new(Evidence {
            id,
            agent: Agent::Metrics,
            server: "prometheus".into(),
            tool: "query".into(),
            arguments,
            started_at: at(1),
            duration_ms: 1,
            outcome: EvidenceOutcome::Answered {
                bytes: 1,
                sha256: sha256.into(),
                summary: "one".into(),
            },
        }),
    }
}

pub(super) fn noted(text: &str) -> Event {
    Event::Noted { agent: evenkeel_domain::evidence::Agent::Supervisor, text: text.into() }
}

pub(super) fn alert(fingerprint: &str, second: i64, status: AlertStatus) -> Alert {
    Alert {
        fingerprint: fingerprint.into(),
        status,
        labels: BTreeMap::from([("alertname".into(), format!("Alert{fingerprint}"))]),
        annotations: BTreeMap::new(),
        starts_at: at(second),
        ends_at: (status == AlertStatus::Resolved).then(|| at(second + 60)),
        generator_url: None,
    }
}
