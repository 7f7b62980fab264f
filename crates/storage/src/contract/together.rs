//! A change and what the audit trail keeps of it: both are written or neither.

use std::sync::Arc;

use evenkeel_domain::{
    access::{Role, TokenScope},
    alert::AlertStatus,
    audit::AuditRecord,
    cluster::EmergencyStop,
    id::{NotificationId, TokenId, UserId},
    severity::Severity,
};
use evenkeel_engine::journal::{Append, Fence};

use super::connections::{connection, offer};
use super::sample::{LEASE, World, alert, at, audit, cluster, noted, worker, world};
use crate::{
    Store,
    access::{Token, User},
    audit::{AuditFilter, verify},
    connections::ToolPlace,
    intake::{IntakePlan, IntakeView, Received},
};

async fn trail(store: &impl Store, world: &World) -> Vec<AuditRecord> {
    let any = AuditFilter { limit: 100, ..AuditFilter::default() };
    store.audit_trail(world.organisation, &any).await.unwrap()
}

/// Tries `change` with a record that is refused (an id twice), then with one that is kept; `seen`
/// tells whether the change is there.
async fn together(
    store: &impl Store,
    world: &World,
    n: u64,
    change: impl AsyncFn(&[AuditRecord]) -> bool,
    seen: impl AsyncFn() -> bool,
) {
    let before = trail(store, world).await;
    let record = audit(world, n, "something.changed");
    assert!(!change(&[record.clone(), record.clone()]).await, "change {n}: refused");
    assert!(!seen().await, "change {n}: not without its record");
    assert_eq!(trail(store, world).await, before, "change {n}: nor half of its records");

    assert!(change(std::slice::from_ref(&record)).await, "change {n}");
    assert!(seen().await, "change {n}: with its record");
    assert_eq!(trail(store, world).await[0], record, "change {n}: and the record with it");
    let head = verify(store, world.organisation).await.unwrap().unwrap();
    assert_eq!(head.seq, before.len() as u64 + 1, "change {n}: in the chain");
}

fn user(world: &World) -> User {
    User {
        id: UserId::from_parts(1, 1),
        organisation: world.organisation,
        email: "user@example.org".into(),
        role: Role::Viewer,
        password_hash: "$argon2id$".into(),
        created_at: at(0),
        last_login_at: None,
    }
}

fn token(user: &User) -> Token {
    Token {
        id: TokenId::from_parts(1, 1),
        user: user.id,
        name: "token".into(),
        scope: TokenScope::Read,
        secret_hash: "hash".into(),
        created_at: at(0),
        expires_at: None,
        last_used_at: None,
    }
}

pub(super) async fn changes_of_people_come_with_their_records<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let user = user(&world);
    let now = async || store.user(user.id).await.unwrap();
    let add = async |audit: &[AuditRecord]| store.create_user(&user, audit).await.is_ok();
    together(store, &world, 1, add, async || now().await.is_some()).await;

    let home = world.organisation;
    let promote = async |audit: &[AuditRecord]| {
        store.set_role(home, user.id, Role::Admin, audit).await.is_ok()
    };
    together(store, &world, 2, promote, async || now().await.unwrap().role == Role::Admin).await;

    let renew = async |audit: &[AuditRecord]| store.set_password(user.id, "$", audit).await.is_ok();
    together(store, &world, 3, renew, async || now().await.unwrap().password_hash == "$").await;

    let enter =
        async |audit: &[AuditRecord]| store.touch_login(user.id, at(9), audit).await.is_ok();
    let entered = async || now().await.unwrap().last_login_at.is_some();
    together(store, &world, 4, enter, entered).await;

    let token = token(&user);
    let make = async |audit: &[AuditRecord]| store.create_token(&token, audit).await.is_ok();
    let exists = async || !store.tokens(user.id).await.unwrap().is_empty();
    together(store, &world, 5, make, exists).await;

    let revoke =
        async |audit: &[AuditRecord]| store.delete_token(user.id, token.id, audit).await.is_ok();
    together(store, &world, 6, revoke, async || !exists().await).await;
}

pub(super) async fn changes_of_clusters_come_with_their_records<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let mut row = cluster(world.organisation, 9);
    let id = row.cluster.id;
    let now = async || store.cluster(id).await.unwrap();
    let add = async |audit: &[AuditRecord]| store.create_cluster(&row, audit).await.is_ok();
    together(store, &world, 1, add, async || now().await.is_some()).await;

    row.cluster.name = "renamed".into();
    let rename = async |audit: &[AuditRecord]| store.update_cluster(&row, audit).await.is_ok();
    let renamed = async || now().await.unwrap().cluster.name == "renamed";
    together(store, &world, 2, rename, renamed).await;

    let renew =
        async |audit: &[AuditRecord]| store.set_cluster_token(id, "fresh", audit).await.is_ok();
    together(store, &world, 3, renew, async || now().await.unwrap().token_hash == "fresh").await;

    let stop = EmergencyStop { by: "a".into(), at: at(5), reason: "b".into() };
    let throw = async |audit: &[AuditRecord]| store.set_stop(id, Some(&stop), audit).await.is_ok();
    let thrown = async || now().await.unwrap().cluster.stop.is_some();
    together(store, &world, 4, throw, thrown).await;

    let lift = async |audit: &[AuditRecord]| store.set_stop(id, None, audit).await.is_ok();
    together(store, &world, 5, lift, async || !thrown().await).await;
}

pub(super) async fn changes_of_connections_come_with_their_records<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let home = world.organisation;
    let row = connection(&world, 1, None);
    let (id, source) = (row.connection.id, row.connection.id.to_string());
    let add = async |audit: &[AuditRecord]| store.create_connection(&row, audit).await.is_ok();
    let there = async || !store.connections(home).await.unwrap().is_empty();
    together(store, &world, 1, add, there).await;

    let look = offer("look", "Looks.");
    store.offer_tools(home, &source, std::slice::from_ref(&look), at(1)).await.unwrap();
    let place = ToolPlace { organisation: home, source: &source, tool: "look" };
    let hash = &look.hash;
    let pin =
        async |audit: &[AuditRecord]| store.pin_tool(place, hash, "a", at(2), audit).await.is_ok();
    let pinned = async || store.connection_tools(home).await.unwrap()[0].pinned.is_some();
    together(store, &world, 2, pin, pinned).await;
    let unpin = async |audit: &[AuditRecord]| store.unpin_tool(place, audit).await.is_ok();
    together(store, &world, 3, unpin, async || !pinned().await).await;

    let known = store.sealed().await.unwrap().remove(0);
    let reseal = async |audit: &[AuditRecord]| {
        store.reseal(&[(known.clone(), vec![9])], audit).await.is_ok()
    };
    let resealed = async || store.sealed().await.unwrap()[0].sealed == [9];
    together(store, &world, 4, reseal, resealed).await;

    let remove =
        async |audit: &[AuditRecord]| store.delete_connection(home, id, audit).await.is_ok();
    together(store, &world, 5, remove, async || !there().await).await;
}

pub(super) async fn journal_records_come_with_their_audit<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let book = world.open(store, 1, Severity::Warning).await;
    let (append, _) = book.write(at(2), vec![noted("one"), noted("two")]);
    let write = async |audit: &[AuditRecord]| {
        store.append(Append { audit: audit.to_vec(), ..append.clone() }).await.is_ok()
    };
    let written = async || store.read(book.id, 1, 10).await.unwrap().len() == 2;
    together(store, &world, 1, write, written).await;
}

pub(super) async fn intake_comes_with_its_audit<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let received = Received {
        id: NotificationId::from_parts(1, 1),
        organisation: world.organisation,
        cluster: world.cluster,
        at: at(1),
        body: "{}".into(),
        group_key: "group".into(),
        truncated_alerts: 0,
        quarantined: None,
        alerts: vec![alert("a", 0, AlertStatus::Firing)],
        beyond: None,
        reread: None,
    };
    let receive = async |audit: &[AuditRecord]| {
        let audit = audit.to_vec();
        let decide =
            move |_: &IntakeView| IntakePlan { audit: audit.clone(), ..Default::default() };
        store.receive(&received, &decide).await.is_ok()
    };
    let heard = async || store.last_heard(world.cluster).await.unwrap().notification_at.is_some();
    together(store, &world, 1, receive, heard).await;
}

pub(super) async fn what_is_refused_is_not_recorded<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let user = user(&world);
    store.create_user(&user, &[]).await.unwrap();
    let token = token(&user);
    store.create_token(&token, &[]).await.unwrap();
    let row = cluster(world.organisation, 1);
    let unknown = cluster(world.organisation, 99);
    let (nobody, nowhere) = (UserId::from_parts(9, 9), unknown.cluster.id);
    let audit = [audit(&world, 1, "something.refused")];
    let home = world.organisation;

    store.create_user(&User { id: nobody, ..user.clone() }, &audit).await.unwrap_err();
    store.set_role(home, nobody, Role::Admin, &audit).await.unwrap_err();
    store.set_role(world.other, user.id, Role::Admin, &audit).await.unwrap_err();
    store.set_password(nobody, "$", &audit).await.unwrap_err();
    store.touch_login(nobody, at(1), &audit).await.unwrap_err();
    let again = Token { id: TokenId::from_parts(2, 2), secret_hash: "h".into(), ..token.clone() };
    store.create_token(&again, &audit).await.unwrap_err();
    store.delete_token(nobody, token.id, &audit).await.unwrap_err();
    store.create_cluster(&row, &audit).await.unwrap_err();
    store.update_cluster(&unknown, &audit).await.unwrap_err();
    store.set_cluster_token(nowhere, "h", &audit).await.unwrap_err();
    store.set_stop(nowhere, None, &audit).await.unwrap_err();

    let book = world.open(store, 1, Severity::Warning).await;
    let (append, _) = book.write(at(2), vec![noted("one")]);
    store.append(append.clone()).await.unwrap();
    let late = Append { audit: audit.to_vec(), ..append };
    store.append(late.clone()).await.unwrap_err();
    let lease = store.claim(&worker("w"), at(3), LEASE).await.unwrap().unwrap();
    let stale = Append { fence: Some(Fence(lease.fence.0 + 1)), ..late };
    store.append(stale).await.unwrap_err();

    assert_eq!(trail(store, &world).await, []);
}
