//! A real Prometheus as a child of a test.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use evenkeel_mcp_servers::{Limits, prometheus};
use tokio::process::{Child, Command};

use crate::support::TestClient;

/// What a Prometheus is started with.
pub struct Start<'a> {
    /// Its configuration; `PORT` is its own port.
    pub config: &'a str,
    pub rules: &'a str,
    /// History as `OpenMetrics` text; none when empty.
    pub history: &'a str,
    /// Feature flags, with commas between them; none when empty.
    pub features: &'a str,
}

/// It runs as long as this lives.
pub struct RealPrometheus {
    pub url: String,
    _child: Child,
    _dir: tempfile::TempDir,
}

impl Start<'_> {
    pub async fn go(self) -> RealPrometheus {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::write(root.join("rules.yml"), self.rules).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = self.config.replace("PORT", &port.to_string());
        std::fs::write(root.join("prometheus.yml"), config).unwrap();
        if !self.history.is_empty() {
            std::fs::write(root.join("history.txt"), self.history).unwrap();
            load(root).await;
        }
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", root.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", root.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        if !self.features.is_empty() {
            command.arg(format!("--enable-feature={}", self.features));
        }
        let child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        RealPrometheus { url: format!("http://127.0.0.1:{port}"), _child: child, _dir: dir }
    }
}

impl RealPrometheus {
    pub async fn client(&self) -> TestClient {
        evenkeel_mcp_servers::install_tls_provider();
        let config = prometheus::PrometheusConfig::new(&self.url);
        let prometheus = prometheus::Prometheus::new(config, Limits::default());
        TestClient::of(prometheus::server(prometheus, Limits::default())).await
    }
}

async fn load(root: &Path) {
    let loaded = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .arg(root.join("history.txt"))
        .arg(root.join("data"))
        .output()
        .await
        .unwrap();
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
}

/// Asks until the answer is as wanted, at most 20 s.
pub async fn eventually<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    let attempt = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), attempt).await.unwrap()
}
