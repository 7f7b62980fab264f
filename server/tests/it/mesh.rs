//! Two real Alertmanagers in a mesh, both posting to the real binary, which is killed again and again
//! while alerts are fired and resolved. At the end our alerts are compared with what they hold.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use evenkeel_domain::Timestamp;
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{binary::Environment, within};

const PROGRAM: &str = "/usr/bin/prometheus-alertmanager";

/// Longer than it takes two Alertmanagers to settle, or what was sent in vain to be sent again.
const PATIENCE: Duration = Duration::from_secs(40);

/// Groups of alerts, and alerts of each.
const GROUPS: usize = 6;
const EACH: usize = 5;

/// Ends its process.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// What was seen last, told when it was waited for in vain.
#[derive(Default)]
struct LastSeen(RefCell<String>);

impl Drop for LastSeen {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0.borrow());
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

struct Mesh {
    dir: TempDir,
    env: Environment,
    http: Client,
    base: String,
    person: String,
    cluster: String,
    managers: Vec<String>,
    server: Option<Running>,
    _alertmanagers: Vec<Running>,
}

/// Groups are sent quickly and again soon; what is more than three of one is left out.
fn alertmanager_config(base: &str, token: &str) -> Value {
    let webhook = json!({
        "url": format!("{base}/webhook/alert"), "send_resolved": true, "max_alerts": 3,
        "http_config": { "authorization": { "type": "Bearer", "credentials": token } },
    });
    json!({
        "route": {
            "receiver": "evenkeel", "group_by": ["alertname"],
            "group_wait": "200ms", "group_interval": "1s", "repeat_interval": "3s",
        },
        "receivers": [{ "name": "evenkeel", "webhook_configs": [webhook] }],
    })
}

fn start_alertmanager(dir: &Path, name: &str, port: u16, own: u16, peer: u16) -> Running {
    let place = dir.join(name);
    std::fs::create_dir(&place).unwrap();
    let log = File::create(place.join("log")).unwrap();
    let child = Command::new(PROGRAM)
        .arg(format!("--config.file={}", dir.join("alertmanager.yml").display()))
        .arg(format!("--storage.path={}", place.display()))
        .arg(format!("--web.listen-address={}", local(port)))
        .arg(format!("--cluster.listen-address={}", local(own)))
        .arg(format!("--cluster.peer={}", local(peer)))
        .args(["--cluster.peer-timeout=1s", "--cluster.pushpull-interval=2s"])
        .args(["--cluster.reconnect-interval=1s", "--cluster.settle-timeout=5s"])
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    Running(child)
}

impl Mesh {
    async fn up() -> Self {
        evenkeel_server::cli::install_tls_provider();
        let dir = tempfile::tempdir().unwrap();
        let mut env = Environment::new(dir.path());
        let [ours, first, second, one, two] = [(); 5].map(|()| free_port());
        for (name, value) in [
            ("EVENKEEL_ADDR", local(ours)),
            ("EVENKEEL_RECONCILE_EVERY", "1".into()),
            ("EVENKEEL_RECONCILE_MARGIN", "2".into()),
        ] {
            env.set(name, value);
        }
        let base = format!("http://{}", local(ours));
        let person = env.person_with_token("admin@ours.test", "admin");
        let managers =
            vec![format!("http://{}", local(first)), format!("http://{}", local(second))];
        let add = ["--json", "cluster", "add", "--name", "mesh", "--environment", "staging"];
        let connected = env.json(&[&add[..], &["--alertmanager-url", &managers[0]]].concat());
        let config = alertmanager_config(&base, connected["token"].as_str().unwrap());
        std::fs::write(dir.path().join("alertmanager.yml"), config.to_string()).unwrap();
        let alertmanagers = vec![
            start_alertmanager(dir.path(), "first", first, one, two),
            start_alertmanager(dir.path(), "second", second, two, one),
        ];
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap();
        let cluster = connected["cluster"]["id"].as_str().unwrap().to_owned();
        let mut mesh = Self {
            dir,
            env,
            http,
            base,
            person,
            cluster,
            managers,
            server: None,
            _alertmanagers: alertmanagers,
        };
        mesh.serve().await;
        for manager in &mesh.managers {
            within(PATIENCE, "the Alertmanagers to see each other", async || {
                let status = mesh.of(manager, "/api/v2/status").await?;
                (status["cluster"]["peers"].as_array()?.len() == 2).then_some(())
            })
            .await;
        }
        mesh
    }

    /// Starts the server and waits until it is ready. Incidents are left alone, so that each stays open.
    async fn serve(&mut self) {
        let log = self.dir.path().join("server.log");
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut command = self.env.command(&["serve", "--no-worker"]);
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.server = Some(Running(child));
        let ready = format!("{}/readyz", self.base);
        within(PATIENCE, "the server to be ready", async || {
            self.http.get(&ready).send().await.ok().filter(|a| a.status().is_success())
        })
        .await;
    }

    async fn of(&self, manager: &str, path: &str) -> Option<Value> {
        self.http.get(format!("{manager}{path}")).send().await.ok()?.json().await.ok()
    }

    async fn ours(&self, path: &str) -> Option<Value> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.person);
        request.send().await.ok()?.json().await.ok()
    }

    /// Tells both Alertmanagers of an alert, as Prometheus does.
    async fn tell(&self, group: usize, n: usize, starts: Timestamp, ends: Timestamp) {
        let labels = json!({
            "alertname": format!("Group{group}"), "instance": format!("10.0.0.{n}"),
            "severity": "warning",
        });
        let alerts = json!([{
            "labels": labels, "annotations": { "summary": "it happened" },
            "startsAt": starts, "endsAt": ends,
        }]);
        for manager in &self.managers {
            let post = self.http.post(format!("{manager}/api/v2/alerts")).json(&alerts);
            assert!(post.send().await.unwrap().status().is_success());
        }
    }

    /// What an Alertmanager holds: fingerprints with their starts.
    async fn held(&self, manager: &str) -> Option<BTreeMap<String, Timestamp>> {
        let all = self.of(manager, "/api/v2/alerts").await?;
        let one = |alert: &Value| {
            let start = alert["startsAt"].as_str()?.parse().ok()?;
            Some((alert["fingerprint"].as_str()?.to_owned(), start))
        };
        all.as_array()?.iter().map(one).collect()
    }

    /// What fires with us.
    async fn firing(&self) -> Option<BTreeMap<String, Timestamp>> {
        let all = self.ours(&format!("/api/v1/clusters/{}/alerts", self.cluster)).await?;
        let one = |heard: &Value| {
            let start = heard["alert"]["starts_at"].as_str()?.parse().ok()?;
            Some((heard["alert"]["fingerprint"].as_str()?.to_owned(), start))
        };
        all.as_array()?.iter().map(one).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "a real Alertmanager lives in the present")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Until then it fires unless it is reported again.
fn ten_minutes_after(at: Timestamp) -> Timestamp {
    at.checked_add(Duration::from_mins(10)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_any_kill_our_alerts_are_those_of_two_alertmanagers_in_a_mesh() {
    if !Path::new(PROGRAM).exists() {
        assert!(std::env::var_os("CI").is_none(), "{PROGRAM} is not installed");
        eprintln!("{PROGRAM} is not installed; this test checks nothing");
        return;
    }
    let mut mesh = Mesh::up().await;
    let mut firing: BTreeMap<(usize, usize), Timestamp> = BTreeMap::new();
    let mut kills = 0;
    // The same story each time: numbers that look like chance.
    let mut dice: u32 = 7;
    let mut roll = |sides: u32| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 16) % sides
    };
    for step in 0..90 {
        let (group, n) = (roll(6) as usize % GROUPS, roll(5) as usize % EACH);
        if let Some(started) = firing.remove(&(group, n)) {
            mesh.tell(group, n, started, now()).await;
        } else {
            let started = now();
            mesh.tell(group, n, started, ten_minutes_after(started)).await;
            firing.insert((group, n), started);
        }
        if step % 9 == 4 {
            // kill -9, at whatever it is; and away for a moment, so that notifications fail.
            mesh.server = None;
            kills += 1;
            tokio::time::sleep(Duration::from_millis(u64::from(roll(400)))).await;
            mesh.serve().await;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert_eq!(kills, 10);
    // All of a group fire, so that some are left out of its notification.
    for n in 0..EACH {
        if let Entry::Vacant(silent) = firing.entry((0, n)) {
            let started = *silent.insert(now());
            mesh.tell(0, n, started, ten_minutes_after(started)).await;
        }
    }

    let last = LastSeen::default();
    let theirs = within(PATIENCE, "our alerts to be those of the Alertmanagers", async || {
        let (one, two) = (mesh.held(&mesh.managers[0]).await?, mesh.held(&mesh.managers[1]).await?);
        let ours = mesh.firing().await?;
        let agreed = one == two && ours == one && ours.len() == firing.len();
        last.0.replace(format!("ours {ours:#?}, theirs {one:#?}"));
        agreed.then_some(one)
    })
    .await;

    // Every alert is of an incident, and each group has one.
    let page = mesh.ours("/api/v1/incidents?limit=200").await.unwrap();
    let mut groups = BTreeSet::new();
    let mut known = BTreeSet::new();
    for incident in page["incidents"].as_array().unwrap() {
        let id = incident["id"].as_str().unwrap();
        let whole = mesh.ours(&format!("/api/v1/incidents/{id}")).await.unwrap();
        let alerts = whole["alerts"].as_array().unwrap();
        let name = alerts[0]["labels"]["alertname"].as_str().unwrap().to_owned();
        assert!(alerts.iter().all(|alert| alert["labels"]["alertname"] == name.as_str()));
        assert!(groups.insert(name.clone()), "{name} has two incidents");
        for alert in alerts.iter().filter(|alert| alert["status"] == "firing") {
            known.insert(alert["fingerprint"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(known, theirs.into_keys().collect(), "as the incidents' journals tell it");
    assert_eq!(groups.len(), GROUPS);
}
