//! `evenkeel audit`, and commands that must not change what they read.

use std::{fs, path::Path, process::Output};

use evenkeel_domain::access::Role;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::harness::{TestApp, alerts, binary::Environment};

fn text(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{out}{err}")
}

/// The database and its log, as they lie on the disk.
fn digest(dir: &Path) -> Vec<String> {
    let of = |name: &str| hex::encode(Sha256::digest(fs::read(dir.join(name)).unwrap_or_default()));
    ["evenkeel.db", "evenkeel.db-wal"].map(of).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_and_a_file_are_verified_and_what_is_wrong_is_named() {
    let app = TestApp::start().await;
    app.person(Role::Admin).await;
    let cluster = app.cluster("shop").await;
    let id = app.alert(&cluster.token, alerts::firing("Kept", "p")).await[0];
    let env = Environment::new(app.dir());
    let at = |name: &str| app.dir().join(name).display().to_string();

    // A copy of the database as it is now, to be put in its place later.
    let old = app.dir().join("old");
    fs::create_dir(&old).unwrap();
    for name in ["evenkeel.db", "evenkeel.db-wal"] {
        fs::copy(app.dir().join(name), old.join(name)).unwrap();
    }

    let kept = at("kept.jsonl");
    env.ok(&["audit", "checkpoint", "--out", &kept]);
    let before = digest(app.dir());
    let verified = env.ok(&["audit", "verify", "--checkpoint", &kept]);
    assert!(verified.contains("held against checkpoint 1"), "{verified}");
    let found = env.json(&["--json", "audit", "verify"]);
    assert_eq!((&found["broken"], &found["journals"]), (&Value::Null, &Value::from(1)));
    env.ok(&["replay", &id.to_string()]);
    assert_eq!(digest(app.dir()), before, "verify and replay only read");

    // The older copy holds by itself, but not against what was kept elsewhere.
    let mut restored = env.clone();
    restored.set("DATABASE_URL", format!("sqlite://{}", old.join("evenkeel.db").display()));
    restored.ok(&["audit", "verify"]);
    let output = restored.run(&["audit", "verify", "--checkpoint", &kept]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("is cut off: checkpoint 1 has seen it"), "{}", text(&output));

    // A file, without a database or a secret.
    let trail = at("trail.jsonl");
    env.ok(&["audit", "export", "--journals", "--out", &trail]);
    let key = env.ok(&["audit", "key"]).trim().to_owned();
    assert_eq!(key.len(), 64);
    let mut elsewhere = env.clone();
    elsewhere.0.remove("EVENKEEL_SECRET_KEY");
    elsewhere.set("DATABASE_URL", "sqlite:///nowhere/at/all.db");
    let verified = elsewhere.ok(&["audit", "verify", "--key", &key, &trail]);
    assert!(verified.contains("1 journals with 1 records"), "{verified}");
    let verified = elsewhere.ok(&["audit", "verify", &trail, "--checkpoint", &kept]);
    assert!(verified.contains("no key was given"), "{verified}");
    let other = "00".repeat(32);
    let output = elsewhere.run(&["audit", "verify", "--key", &other, &trail]);
    assert!(text(&output).contains("not trusted"), "{}", text(&output));

    let changed = fs::read_to_string(&trail).unwrap().replacen("user.created", "user.creates", 1);
    fs::write(at("changed.jsonl"), changed).unwrap();
    let output = elsewhere.run(&["audit", "verify", "--key", &key, &at("changed.jsonl")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("audit record 1 is not what was written"), "{}", text(&output));
    let output = elsewhere.run(&["--json", "audit", "verify", &at("changed.jsonl")]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["broken"]["place"]["seq"], 1);
    assert_eq!(found["broken"]["wrong"]["what"], "content");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    let output = env.run(&["audit", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("cannot open the database"), "{}", text(&output));
    let output = env.run(&["replay", "01ARZ3NDEKTSV4RRFFQ69G5FAV"]);
    assert!(!output.status.success());
    assert!(!dir.path().join("evenkeel.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_and_roles_are_changed_from_the_command_line() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    app.person(Role::Viewer).await;
    let env = Environment::new(app.dir());
    let email = "viewer@ours.test";
    let made = env.json(&["--json", "user", "password", "--email", email]);
    let password = made["password"].as_str().unwrap();
    let (_, answer) = app.nobody.sign_in(email, password).await;
    answer.expect(200);
    let changed = env.json(&["--json", "user", "role", "--email", email, "--role", "approver"]);
    assert_eq!(changed["role"], "approver");
    let trail = admin.audit_actions().await;
    for action in ["user.password_changed", "user.role_changed"] {
        assert!(trail.contains(&action.to_owned()), "{trail:?}");
    }
    let output = env.run(&["user", "password", "--email", "nobody@ours.test"]);
    assert!(!output.status.success());
}
