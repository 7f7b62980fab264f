//! The file: what is set on its connections, who may read it, and what is said when it holds
//! nonsense.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{error::Error, os::unix::fs::PermissionsExt, path::Path};

use evenkeel_domain::{
    Timestamp,
    access::Role,
    id::{AuditId, OrganisationId, UserId},
    proof::{Place, Wrong},
};
use evenkeel_storage::{
    AccessStore, AuditStore, StorageError,
    access::{Organisation, User},
    audit::verify,
    verify::{Against, verify as verify_all},
};
use evenkeel_storage_sqlite::SqliteStore;
use sqlx::{Connection, SqliteConnection};

async fn store_at(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(&format!("sqlite://{}", path.display())).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn beside(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn file_and_folder_are_the_owner_s_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/deeper/evenkeel.db");
    let _store = store_at(&path).await;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&folder.path().join("data")), 0o700);
    assert_eq!(mode(&folder.path().join("data/deeper/evenkeel.db-wal")), 0o600);
}

#[tokio::test]
async fn another_database_s_address_is_refused() {
    for url in ["postgres://127.0.0.1/x", "evenkeel.db", "sqlite:", "sqlite://", ""] {
        let refused = SqliteStore::open(url).await.unwrap_err();
        let StorageError::Database { doing, .. } = &refused else { panic!("{refused:?}") };
        assert_eq!(*doing, "opening the database");
        assert!(refused.source().unwrap().to_string().contains("sqlite://"), "{url}");
    }
}

#[tokio::test]
async fn private_stores_are_strangers_to_each_other() {
    let one = SqliteStore::open("sqlite::memory:").await.unwrap();
    let two = SqliteStore::open("sqlite::memory:").await.unwrap();
    one.migrate().await.unwrap();
    two.migrate().await.unwrap();
    let home = Organisation {
        id: OrganisationId::from_parts(1, 1),
        name: "o".into(),
        created_at: Timestamp::UNIX_EPOCH,
    };
    one.create_organisation(&home).await.unwrap();
    assert_eq!(one.clone().organisations().await.unwrap(), [home]);
    assert_eq!(two.organisations().await.unwrap(), []);
}

#[tokio::test]
async fn migrating_twice_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenkeel.db");
    store_at(&path).await.close().await;
    store_at(&path).await.migrate().await.unwrap();
}

#[tokio::test]
async fn nonsense_is_reported_by_table_column_and_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenkeel.db");
    let store = store_at(&path).await;
    let home = OrganisationId::from_parts(1, 1);
    let created_at = Timestamp::UNIX_EPOCH;
    let organisation = Organisation { id: home, name: "o".into(), created_at };
    store.create_organisation(&organisation).await.unwrap();
    let user = User {
        id: UserId::from_parts(1, 1),
        organisation: home,
        email: "a@example.org".into(),
        role: Role::Viewer,
        password_hash: String::new(),
        created_at,
        last_login_at: None,
    };
    store.create_user(&user, &[]).await.unwrap();

    let mut hand = beside(&path).await;
    for (statement, column) in [
        ("UPDATE users SET role = 'emperor'", "role"),
        ("UPDATE users SET role = 'admin', created_at = 9223372036854775807", "created_at"),
    ] {
        sqlx::query(statement).execute(&mut hand).await.unwrap();
        let found = store.user(user.id).await.unwrap_err();
        assert_eq!(found.to_string(), format!("users row {} holds nonsense in {column}", user.id));
        assert!(found.source().is_some(), "and why");
    }
}

#[tokio::test]
async fn history_cannot_be_rewritten_by_a_slip() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenkeel.db");
    let _store = store_at(&path).await;
    let mut hand = beside(&path).await;
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut hand).await.unwrap();
    for (insert, change) in [
        ("INSERT INTO journal VALUES ('i', 1, 0, '{}', 'h')", "UPDATE journal SET hash = 'x'"),
        (
            "INSERT INTO audit VALUES ('a', 'o', 0, '', '', '', NULL, NULL, '', 1, '', 'h')",
            "UPDATE audit SET actor = 'x'",
        ),
    ] {
        sqlx::query(insert).execute(&mut hand).await.unwrap();
        let refused = sqlx::query(change).execute(&mut hand).await.unwrap_err();
        assert!(refused.to_string().contains("never changed"), "{refused}");
    }
}

#[tokio::test]
async fn records_of_a_version_without_chain_are_put_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenkeel.db");
    let store = store_at(&path).await;
    let home = OrganisationId::from_parts(1, 1);
    let organisation =
        Organisation { id: home, name: "o".into(), created_at: Timestamp::UNIX_EPOCH };
    store.create_organisation(&organisation).await.unwrap();
    let mut hand = beside(&path).await;
    for n in [2, 1, 3] {
        sqlx::query(
            "INSERT INTO audit (id, organisation, at, actor, action, subject, detail)
             VALUES (?, ?, 5, 'a', 'plan.approved', 's', '{\"z\":1,\"a\":0.1}')",
        )
        .bind(AuditId::from_parts(n, 1).to_string())
        .bind(home.to_string())
        .execute(&mut hand)
        .await
        .unwrap();
    }
    store.migrate().await.unwrap();
    let head = verify(&store, home).await.unwrap().unwrap();
    assert_eq!(head.seq, 3);
    let ids: Vec<_> =
        store.audit_entries(home, 0, 9).await.unwrap().iter().map(|e| e.record.id).collect();
    assert_eq!(ids, [1, 2, 3].map(|n| AuditId::from_parts(n, 1)), "oldest first");
    store.migrate().await.unwrap();
    assert_eq!(verify(&store, home).await.unwrap(), Ok(head), "once");
}

#[tokio::test]
async fn what_is_opened_to_read_only_is_neither_made_nor_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenkeel.db");
    let url = format!("sqlite://{}", path.display());
    SqliteStore::open_read_only(&url).await.unwrap_err();
    assert!(!path.exists());

    let store = store_at(&path).await;
    let home = Organisation {
        id: OrganisationId::from_parts(1, 1),
        name: "o".into(),
        created_at: Timestamp::UNIX_EPOCH,
    };
    store.create_organisation(&home).await.unwrap();
    store.close().await;
    let before = std::fs::read(&path).unwrap();
    let reader = SqliteStore::open_read_only(&url).await.unwrap();
    assert_eq!(reader.organisations().await.unwrap().first(), Some(&home));
    let another = Organisation { id: OrganisationId::from_parts(1, 2), name: "p".into(), ..home };
    reader.create_organisation(&another).await.unwrap_err();
    reader.migrate().await.unwrap_err();
    reader.close().await;
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_record_outside_the_chain_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenkeel.db");
    let store = store_at(&path).await;
    let home = OrganisationId::from_parts(1, 1);
    let organisation =
        Organisation { id: home, name: "o".into(), created_at: Timestamp::UNIX_EPOCH };
    store.create_organisation(&organisation).await.unwrap();
    let mut hand = beside(&path).await;
    let id = AuditId::from_parts(1, 1).to_string();
    sqlx::query(
        "INSERT INTO audit (id, organisation, at, actor, action, subject, detail)
         VALUES (?, ?, 5, 'a', 'plan.approved', 's', '{}')",
    )
    .bind(&id)
    .bind(home.to_string())
    .execute(&mut hand)
    .await
    .unwrap();
    let check = async || {
        verify_all(&store, home, &Against::default(), Timestamp::UNIX_EPOCH).await.unwrap().broken
    };
    let broken = check().await.unwrap();
    assert_eq!((broken.place, broken.wrong), (Place::Audit { seq: 0 }, Wrong::Unchained { id }));
    store.migrate().await.unwrap();
    assert_eq!(check().await, None, "a version without chain has written it");
}
