//! The command line, by the built binary.

use crate::harness::binary::Environment;

#[test]
fn help_explains_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    let help = env.ok(&["--help"]);
    for command in [
        "serve", "worker", "mcp", "migrate", "doctor", "user", "cluster", "token", "policy",
        "incident", "replay", "lab",
    ] {
        let line = help.lines().find(|line| line.trim_start().starts_with(&format!("{command} ")));
        let says = line.map(|line| line.trim_start()[command.len()..].trim());
        assert!(says.is_some_and(|says| says.len() >= 10), "{command} is not explained: {help}");
        assert!(env.ok(&[command, "--help"]).contains("Usage:"), "{command}");
    }
    assert!(!env.run(&["nonsense"]).status.success());
}

#[test]
fn people_tokens_and_clusters_are_made_and_printed_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    let user = [
        "--json",
        "user",
        "create",
        "--email",
        "Ann@Ours.test",
        "--role",
        "approver",
        "--password-stdin",
    ];
    let made = env.json_with_input(&user, "a long password\n");
    assert_eq!((&made["email"], &made["role"]), (&"ann@ours.test".into(), &"approver".into()));
    assert!(made["password"].is_null(), "a password that was given is not shown");
    let made =
        env.json(&["--json", "user", "create", "--email", "bob@ours.test", "--role", "viewer"]);
    assert!(made["password"].as_str().is_some_and(|p| p.len() >= 20));
    let twice = env.run(&["user", "create", "--email", "bob@ours.test", "--role", "viewer"]);
    assert!(!twice.status.success());
    assert!(String::from_utf8_lossy(&twice.stderr).contains("exists"), "{twice:?}");

    let token = [
        "--json",
        "token",
        "create",
        "--user",
        "ann@ours.test",
        "--name",
        "ci",
        "--scope",
        "operate",
    ];
    let made = env.json(&token);
    assert!(made["secret"].as_str().unwrap().starts_with("evk_api_"));
    assert_eq!(made["token"]["scope"], "operate");

    let cluster = ["--json", "cluster", "add", "--name", "shop", "--environment", "staging"];
    let made = env.json(&cluster);
    let token = made["token"].as_str().unwrap();
    assert!(made["snippet"].as_str().unwrap().contains(token));
    assert_eq!(made["cluster"]["environment"], "staging");
    let listed = env.json(&["--json", "cluster", "list"]);
    assert_eq!(listed[0]["name"], "shop");
    assert!(!listed.to_string().contains(token));
    // What is kept is not what was printed.
    let database = std::fs::read(dir.path().join("evenkeel.db")).unwrap();
    let holds = |secret: &str| database.windows(secret.len()).any(|w| w == secret.as_bytes());
    assert!(!holds(token) && !holds("a long password"));
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let mut env = Environment::new(dir.path());
    let healthy = env.json(&["--json", "doctor"]);
    let checks = healthy.as_array().unwrap();
    assert!(checks.len() >= 5 && checks.iter().all(|c| c["healthy"] == true), "{healthy}");
    assert!(!dir.path().join("evenkeel.db").exists(), "looking made a database");
    env.ok(&["migrate"]);
    assert!(env.ok(&["doctor"]).contains("schema is this version's"));

    env.set("EVENKEEL_SITE", "/nowhere");
    env.0.remove("EVENKEEL_SECRET_KEY");
    let output = env.run(&["--json", "doctor"]);
    assert!(!output.status.success());
    let checks: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong = |what: &str| {
        let check = checks.as_array().unwrap().iter().find(|c| c["what"] == what).unwrap();
        assert_eq!(check["healthy"], false, "{check}");
        check["says"].as_str().unwrap().to_owned()
    };
    assert!(wrong("secret key").contains("EVENKEEL_SECRET_KEY"));
    assert!(wrong("front end").contains("start.sh"));

    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    env.set("EVENKEEL_ADDR", other.local_addr().unwrap());
    let output = env.run(&["doctor"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("taken by another program"), "{text}");
}

#[test]
fn an_older_copy_of_the_database_is_the_doctor_s_business_until_somebody_has_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    env.json(&["--json", "user", "create", "--email", "ann@ours.test", "--role", "viewer"]);
    env.ok(&["doctor"]);
    // As a server noted it that had come further.
    let note = dir.path().join("evenkeel.db.high-water");
    let newer = r#"{"reached":{"incident":"7ZZZZZZZZZZZZZZZZZZZZZZZZZ","notification":null,"audit":null},
        "at":"2026-01-01T00:00:00Z","older":null}"#;
    std::fs::write(&note, newer).unwrap();
    let output = env.run(&["doctor"]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("WRONG database's age")).expect("named");
    assert!(line.contains("2026-01-01") && line.contains("evenkeel.db.high-water"), "{line}");
    std::fs::remove_file(&note).unwrap();
    env.ok(&["doctor"]);
}

#[test]
fn an_installation_is_moved_to_another_file_and_not_over_another_one() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    env.json(&["--json", "user", "create", "--email", "ann@ours.test", "--role", "viewer"]);
    env.json(&["--json", "cluster", "add", "--name", "shop", "--environment", "staging"]);
    let url = |name: &str| format!("sqlite://{}", dir.path().join(name).display());
    let (from, to) = (url("evenkeel.db"), url("new.db"));
    let moved = env.json(&["--json", "migrate", "--from", &from, "--to", &to]);
    assert_eq!((&moved["rows"]["users"], &moved["rows"]["clusters"]), (&1.into(), &1.into()));
    assert!(moved["audit_records"].as_u64().unwrap() > 0, "{moved}");
    let mut there = env.clone();
    there.set("DATABASE_URL", &to);
    assert_eq!(
        there.json(&["--json", "cluster", "list"]),
        env.json(&["--json", "cluster", "list"])
    );

    let again = env.run(&["migrate", "--from", &from, "--to", &to]);
    assert!(!again.status.success());
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("not empty") && said.contains("nothing was changed"), "{said}");
    assert!(!env.run(&["migrate", "--from", &from]).status.success(), "half a request");
    let missing = env.run(&["migrate", "--from", &url("nowhere.db"), "--to", &url("other.db")]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("there is no file"), "{missing:?}");
}

#[test]
fn a_cluster_that_cannot_be_reached_is_the_doctors_business() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}");
    env.json(&["--json", "cluster", "add", "--name", "gone", "--prometheus-url", &url]);
    let output = env.run(&["doctor"]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.lines().any(|l| l.starts_with("WRONG cluster gone: prometheus")), "{text}");
}

#[test]
fn the_policies_pass_the_tests_beside_them() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    env.ok(&["policy", "test"]);
    assert!(env.ok(&["policy", "show"]).contains("gate.emergency-stop"));
    assert!(!env.run(&["policy", "test", "/nowhere"]).status.success());
}

#[test]
fn a_command_that_goes_well_says_nothing_beside_its_result_and_never_in_colour() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    let made = env.run(&["user", "create", "--email", "ann@ours.test", "--role", "viewer"]);
    assert!(made.status.success(), "{made:?}");
    assert_eq!(String::from_utf8_lossy(&made.stderr), "");
    let refused = env.run(&["user", "create", "--email", "ann@ours.test", "--role", "viewer"]);
    assert!(!refused.status.success() && !refused.stderr.contains(&0x1b), "{refused:?}");
}
