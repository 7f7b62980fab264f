//! A range, a server beside it, and the people who use it.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Output},
    sync::Mutex,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    api::{Api, client},
    code::Repository,
    proxy::{Mode, Proxy},
};
use crate::harness::{binary::Environment, eventually, within};

/// Traffic, errors and response time of checkout, over the look-back of golden signals, for three of
/// their points: half as much traffic again would be a rise, and these limits are far below the rules'.
const CALM: &str = "max_over_time(sum(rate(http_requests_total{deployment=\"checkout\"}[30s]))[24s:2s]) < 22 \
    and max_over_time((sum(rate(http_requests_total{deployment=\"checkout\",status=~\"5..\"}[30s])) or vector(0))[24s:2s]) < 0.2 \
    and max_over_time(histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{deployment=\"checkout\"}[30s])))[24s:2s]) < 0.7";

pub struct World {
    env: Environment,
    pub proxy: Proxy,
    pub admin: Api,
    pub viewer: Api,
    pub cluster: String,
    prometheus: String,
    server: Mutex<Option<Child>>,
    worker: Mutex<Option<Child>>,
    range: PathBuf,
    dir: TempDir,
}

/// `count` free ports in a row.
fn free_ports(count: u16) -> u16 {
    loop {
        let base = rand::random_range(3_400..5_000u16) * 6;
        let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if (base..base + count).all(free) {
            return base;
        }
    }
}

/// Connects a production cluster by the command line; what it printed.
fn connect(env: &Environment, kubeconfig: &Path, name: &str, prometheus: &str) -> Value {
    let of = ["--json", "cluster", "add", "--name", name, "--environment", "production"];
    let to = ["--prometheus-url", prometheus, "--kubeconfig", kubeconfig.to_str().unwrap()];
    env.json(&[&of[..], &["--practice-range"], &to].concat())
}

impl World {
    pub async fn up() -> Self {
        evenkeel_server::cli::install_tls_provider();
        let dir = tempfile::tempdir().unwrap();
        let range = dir.path().join("range");
        std::fs::create_dir(&range).unwrap();
        let mut env = Environment::new(dir.path());
        let ports = free_ports(6).to_string();
        let place = range.display().to_string();
        let up = [
            "lab",
            "up",
            "--detach",
            "--json",
            "--ports",
            &ports,
            "--data-dir",
            &place,
            "--back-off-ms",
            "2000",
        ];
        let info = env.json(&up);
        let text = |name: &str| info[name].as_str().unwrap().to_owned();
        let proxy = Proxy::start(&range, &text("apiUrl")).await;

        let address = format!("127.0.0.1:{}", free_ports(1));
        for (name, value) in [
            ("EVENKEEL_ADDR", address.as_str()),
            ("EVENKEEL_LEASE", "3"),
            ("EVENKEEL_VERIFY_HOLD", "3"),
            ("EVENKEEL_VERIFY_WITHIN", "240"),
            ("EVENKEEL_VERIFY_EVERY", "1"),
        ] {
            env.set(name, value);
        }
        let base = format!("http://{address}");
        let admin = Api::new(&base, &env.person_with_token("admin@ours.test", "admin"));
        let viewer = Api::new(&base, &env.person_with_token("viewer@ours.test", "viewer"));
        let kubeconfig = dir.path().join("kubeconfig");
        std::fs::write(&kubeconfig, proxy.kubeconfig().to_string()).unwrap();
        let prometheus = text("prometheusUrl");
        let connected = connect(&env, &kubeconfig, "range", &prometheus);
        let healthy = |c: &Value| c["name"] == "alertmanager" || c["state"]["state"] == "healthy";
        assert!(connected["connections"].as_array().unwrap().iter().all(healthy), "{connected}");
        let world = Self {
            env,
            proxy,
            admin,
            viewer,
            cluster: connected["cluster"]["id"].as_str().unwrap().to_owned(),
            prometheus,
            server: Mutex::default(),
            worker: Mutex::default(),
            range,
            dir,
        };
        world.serve(&[]).await;
        let url = format!("{base}/webhook/alert");
        world.lab_ok(&[
            "webhook",
            "--webhook-url",
            &url,
            "--webhook-token",
            connected["token"].as_str().unwrap(),
        ]);
        world
    }

    /// Connects the range once more, with another Prometheus.
    pub fn connect(&self, name: &str, prometheus: &str) -> Value {
        connect(&self.env, &self.dir.path().join("kubeconfig"), name, prometheus)
    }

    /// Connects the range's Loki and GitHub doubles to its cluster, by the command line.
    pub fn connect_loki_and_github(&self) -> Repository {
        let info = std::fs::read_to_string(self.range.join("lab.json")).unwrap();
        let info: Value = serde_json::from_str(&info).unwrap();
        let text = |name: &str| info[name].as_str().unwrap_or_else(|| panic!("no {name}: {info}"));
        let add = ["--json", "connection", "add", "--cluster", "range", "--kind"];
        let loki = format!("url={}", text("lokiUrl"));
        let url = format!("api_url={}", text("githubUrl"));
        let repositories = format!("repositories={}", text("githubRepository"));
        let token = format!("token={}", text("githubTokenFile"));
        let github = ["github", "--field", &url, "--field", &repositories, "--field-file", &token];
        for kind in [&["loki", "--field", &loki][..], &github] {
            let added = self.env.json(&[&add[..], kind].concat());
            assert_eq!(added["health"][0]["state"]["state"], "healthy", "{added}");
        }
        let token = std::fs::read_to_string(text("githubTokenFile")).unwrap();
        let url = format!("{}/repos/{}", text("githubUrl"), text("githubRepository"));
        Repository { url, token, http: client() }
    }

    /// The image that a Deployment of the shop runs.
    pub fn image(&self, deployment: &str) -> String {
        let place = self.range.display().to_string();
        let status = self.env.json(&["lab", "status", "--json", "--data-dir", &place]);
        let all = status["deployments"].as_array().unwrap();
        let found = all.iter().find(|one| one["deployment"] == deployment).unwrap();
        found["image"].as_str().unwrap().to_owned()
    }

    fn lab(&self, args: &[&str]) -> Output {
        let place = self.range.display().to_string();
        self.env.run(&[&["lab"], args, &["--data-dir", &place]].concat())
    }

    pub fn lab_ok(&self, args: &[&str]) {
        let output = self.lab(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn start(&self, args: &[&str]) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("server.log"))
            .unwrap();
        self.env.command(args).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
    }

    /// Starts the server and waits until it is ready.
    pub async fn serve(&self, options: &[&str]) {
        *self.server.lock().unwrap() = Some(self.start(&[&["serve"], options].concat()));
        let ready = format!("{}/readyz", self.admin.base);
        eventually("the server to be ready", async || {
            self.admin.http.get(&ready).send().await.ok().filter(|a| a.status().is_success())
        })
        .await;
    }

    pub fn start_worker(&self) {
        *self.worker.lock().unwrap() = Some(self.start(&["worker"]));
    }

    /// kill -9, of every process of ours that is not the range.
    pub fn kill(&self) {
        for slot in [&self.server, &self.worker] {
            if let Some(mut child) = slot.lock().unwrap().take() {
                child.kill().unwrap();
                child.wait().unwrap();
            }
        }
    }

    pub async fn restart(&self) {
        self.kill();
        self.serve(&[]).await;
    }

    pub fn of_cluster(&self, verb: &str) -> String {
        format!("/api/v1/clusters/{}/{verb}", self.cluster)
    }

    /// Waits until Prometheus has seen enough of the healthy shop to tell a change from it: its
    /// rates look back half a minute and more.
    pub async fn has_a_past(&self) {
        let query = "min(count_over_time(up{job=\"kubernetes-pods\"}[10m])) >= 75";
        within(Duration::from_mins(3), "Prometheus to have a past", async || {
            self.holds(query).await.filter(|holds| *holds).map(drop)
        })
        .await;
    }

    /// Waits until the shop's signals have been ordinary for as long as a level takes: what a case
    /// does is then not told apart from the case before it, as it would not be in a cluster whose
    /// faults come hours apart.
    async fn is_calm(&self) {
        within(Duration::from_mins(3), "the shop's signals to be ordinary", async || {
            self.holds(CALM).await.filter(|holds| *holds).map(drop)
        })
        .await;
    }

    /// Whether an expression has a value now; `None` while Prometheus does not answer.
    async fn holds(&self, query: &str) -> Option<bool> {
        let url = format!("{}/api/v1/query", self.prometheus);
        let answer = self.admin.http.get(url).query(&[("query", query)]).send().await.ok()?;
        let answer: Value = answer.json().await.ok()?;
        Some(!answer["data"]["result"].as_array()?.is_empty())
    }

    async fn alerts(&self) -> Option<usize> {
        let url = format!("{}/api/v1/alerts", self.prometheus);
        let answer: Value = self.admin.http.get(url).send().await.ok()?.json().await.ok()?;
        Some(answer["data"]["alerts"].as_array()?.len())
    }

    /// Everything back into its healthy state, whatever a case left behind: the shop, the server,
    /// the stop; nothing open or alerting any more, and signals as they were.
    pub async fn heal(&self) {
        self.proxy.set(Mode::Pass);
        self.restart().await;
        self.lab_ok(&["heal"]);
        self.admin.post(&self.of_cluster("resume"), json!({})).await;
        within(Duration::from_mins(5), "the range to be quiet", async || {
            let mut open = 0;
            for incident in self.admin.incidents().await.iter().filter(|i| i["phase"] != "closed") {
                open += 1;
                if incident["status"] == "awaiting_approval" {
                    let view = self.admin.incident(incident["id"].as_str().unwrap()).await;
                    if !view["plan"].is_null() {
                        self.admin.reject(&view).await;
                    }
                }
            }
            (open == 0 && self.alerts().await == Some(0)).then_some(())
        })
        .await;
        self.is_calm().await;
    }

    /// Ends everything; a panic in the server's log is a failure, its errors are shown.
    pub fn down(self) {
        self.kill();
        self.lab_ok(&["down"]);
        let log = std::fs::read_to_string(self.dir.path().join("server.log")).unwrap();
        let panics: Vec<_> = log.lines().filter(|line| line.contains("panicked")).collect();
        assert!(panics.is_empty(), "{panics:?}");
        for line in log.lines().filter(|line| line.contains("ERROR")).take(40) {
            println!("{line}");
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill();
        // Down already, unless a test failed.
        let _ended = self.lab(&["down"]);
        if std::thread::panicking() {
            self.dir.disable_cleanup(true);
            eprintln!("what was logged is in {}", self.dir.path().display());
        }
    }
}
