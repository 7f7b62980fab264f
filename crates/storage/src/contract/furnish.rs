//! An installation with something in every table, for what is done to all of it.

use evenkeel_domain::{
    access::{Role, TokenScope},
    alert::AlertStatus,
    audit::AuditRecord,
    cluster::EmergencyStop,
    id::{EvidenceId, IncidentId, NotificationId, TokenId, UserId},
    severity::Severity,
    stage::Resolution,
};

use evenkeel_engine::{checkpoint::Signer, journal::Append, proof::ANCHORED};
use serde_json::json;

use super::connections::{connection, offer};
use super::sample::{Book, LEASE, World, alert, at, audit, noted, worker, world};
use crate::{
    Store,
    access::{SessionRow, Token, User},
    connections::ToolPlace,
    intake::{IncidentWrite, IntakePlan, Received},
};

/// More records than are read at once, in one journal.
const RECORDS: u64 = 1_203;
/// Incidents beside the long one.
const INCIDENTS: u64 = 20;

/// Fills every table; the incidents, those that are carried, wait and are closed among them.
///
/// # Panics
/// When the store does not keep its contract.
pub async fn furnish(store: &impl Store) -> Vec<IncidentId> {
    let world = world(store).await;
    people(store, &world).await;
    let mut incidents = Vec::new();
    for n in 0..INCIDENTS {
        let mut book = world.open(store, n, Severity::Warning).await;
        let plan = book.plan(store, 100).await;
        match n % 3 {
            0 => book.ask(store, 101, &plan).await,
            1 => book.close(store, 102, Resolution::Escalated).await,
            _ => {}
        }
        incidents.push(book.id);
        if n % 3 == 1 {
            continue;
        }
        // What a tool said may hold anything, and be large.
        let (mut append, _) = book.write(at(103), vec![noted("ü\u{0} 🦀 \u{fffd}")]);
        append.texts = vec![
            (EvidenceId::from_parts(n, 1), "a\u{0}b".into()),
            (EvidenceId::from_parts(n, 2), "x".repeat(100_000)),
        ];
        append.audit = vec![audit(&world, n, "plan.approved")];
        store.append(append).await.unwrap();
    }
    let mut long = world.open(store, 99, Severity::Critical).await;
    for second in 0..RECORDS {
        let second = i64::try_from(second).unwrap();
        long.store(store, 200 + second, vec![noted(&format!("number {second}, {}", 0.1 + 0.2))])
            .await;
    }
    incidents.push(long.id);
    for n in 0..5 {
        notification(store, &world, n, Some(&mut long).filter(|_| n == 0)).await;
    }
    vouch(store, &world).await;
    store.claim(&worker("w"), at(5_000), LEASE).await.unwrap().expect("something is due");
    incidents
}

async fn people(store: &impl Store, world: &World) {
    for (n, organisation) in [(1, world.organisation), (2, world.other)] {
        let user = User {
            id: UserId::from_parts(1, n),
            organisation,
            email: format!("user{n}@example.org"),
            role: Role::Admin,
            password_hash: "$argon2id$".into(),
            created_at: at(0),
            last_login_at: Some(at(3)),
        };
        store.create_user(&user, &[]).await.unwrap();
        let token = Token {
            id: TokenId::from_parts(1, n),
            user: user.id,
            name: "token".into(),
            scope: TokenScope::Operate,
            secret_hash: format!("hash {n}"),
            created_at: at(1),
            expires_at: None,
            last_used_at: None,
        };
        store.create_token(&token, &[]).await.unwrap();
    }
    let stop = EmergencyStop { by: "user1".into(), at: at(9), reason: "a drill".into() };
    store.set_stop(world.cluster, Some(&stop), &[]).await.unwrap();
    let mut row = store.cluster(world.other_cluster).await.unwrap().unwrap();
    row.kubeconfig_sealed = Some(vec![0, 255, 1]);
    store.update_cluster(&row, &[]).await.unwrap();
    let one = connection(world, 1, Some(world.cluster));
    store.create_connection(&one, &[]).await.unwrap();
    store.create_connection(&connection(world, 2, None), &[]).await.unwrap();
    let source = one.connection.id.to_string();
    let forms = [offer("look", "Looks. ü \u{0} 🦀"), offer("change", "Changes.")];
    store.offer_tools(world.organisation, &source, &forms, at(4)).await.unwrap();
    let place = ToolPlace { organisation: world.organisation, source: &source, tool: "look" };
    store.pin_tool(place, &forms[0].hash, "user1", at(5), &[]).await.unwrap();
    let session = SessionRow { id: "s".into(), data: vec![0, 1], expires_at: at(9_000) };
    store.save_session(&session).await.unwrap();
    store.count_attempt("somebody", at(0)).await.unwrap();
}

/// The ends of journals in the trail, and a signed end of that.
async fn vouch(store: &impl Store, world: &World) {
    let grown =
        store.unanchored(world.organisation, IncidentId::from_parts(0, 0), 100).await.unwrap();
    let heads: Vec<_> = grown.iter().map(|one| &one.head).collect();
    let detail = json!({ "heads": heads });
    let record = AuditRecord { detail, ..audit(world, 900, ANCHORED) };
    store.anchor(&record, &grown).await.unwrap();
    let end = store.audit_end(world.organisation).await.unwrap();
    let signer = Signer::new(&"k".repeat(32).into()).unwrap();
    let checkpoint = signer.checkpoint(world.organisation, 1, &end, at(901));
    assert!(store.add_checkpoint(&checkpoint).await.unwrap());
}

/// Receives one; with a book, its group joins that incident.
async fn notification(store: &impl Store, world: &World, n: u64, joins: Option<&mut Book>) {
    let alerts = vec![alert(&n.to_string(), 0, AlertStatus::Firing)];
    let received = Received {
        id: NotificationId::from_parts(n, 7),
        organisation: world.organisation,
        cluster: world.cluster,
        at: at(0),
        body: "{\"zero\": \"\u{0}\"}".into(),
        // A word from outside that not every database can hold.
        group_key: format!("group {n}\u{0}"),
        truncated_alerts: n,
        quarantined: (n == 4).then(|| "it is no JSON".into()),
        alerts: alerts.clone(),
        beyond: None,
        reread: None,
    };
    let write = joins.map(|book| {
        let (append, after) = book.write(at(4_000), vec![noted("another group joins")]);
        let Append { incident, entries, summary, .. } = append;
        *book = after;
        IncidentWrite { incident, new: false, entries, summary, owner: None, adopts: true }
    });
    let plan = IntakePlan {
        alerts: alerts.into_iter().map(|alert| (alert, None)).collect(),
        write,
        ..IntakePlan::default()
    };
    store.receive(&received, &|_| plan.clone()).await.unwrap();
}
