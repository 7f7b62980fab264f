//! The cluster of a range, put together: API server, controllers, node, metrics.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::controller;
use crate::files::write_private;
use crate::kubeapi::audit::{Access, Audit};
use crate::kubeapi::auth::Tokens;
use crate::kubeapi::store::{Key, Store};
use crate::kubeapi::{Api, serve, tls};
use crate::loki;
use crate::metrics;
use crate::metrics::usage::{self, Usage};
use crate::net::Net;
use crate::node::{Node, NodeOptions, Runner, note_reboot};
use crate::value::{random_uid, text};

/// The state is saved at most this often.
const SAVE_EVERY: Duration = Duration::from_secs(2);

/// How to set up a cluster.
#[derive(Debug, Clone)]
pub struct RangeOptions {
    /// Folder for certificates, tokens, state and logs.
    pub data_dir: PathBuf,
    /// First of six ports on 127.0.0.1; it also chooses the range's part of 127.0.0.0/8.
    pub base_port: u16,
    /// The program that plays the containers.
    pub runner: Runner,
    /// First crash-loop delay.
    pub back_off_base: Duration,
    /// Longest crash-loop delay.
    pub back_off_max: Duration,
}

impl RangeOptions {
    /// A cluster for a test: at ports that are free now, whose containers run `script` with `sh`, with delays that a test
    /// can wait for.
    pub fn of_script(data_dir: PathBuf, script: &str) -> Self {
        let base_port = loop {
            let base = rand::random_range(3_400..10_000) * 6;
            let free = |offset| std::net::TcpListener::bind(("127.0.0.1", base + offset)).is_ok();
            if (0..6).all(free) {
                break base;
            }
        };
        Self {
            data_dir,
            base_port,
            runner: Runner {
                program: "/bin/sh".into(),
                prefix: vec!["-c".to_owned(), script.to_owned()],
            },
            back_off_base: Duration::from_millis(400),
            back_off_max: Duration::from_secs(4),
        }
    }
}

/// A running cluster.
pub struct Range {
    store: Arc<Store>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    url: String,
    data_dir: PathBuf,
    api: Arc<Api>,
}

impl Range {
    /// Starts the cluster and writes its kubeconfig files.
    pub async fn start(options: RangeOptions) -> Result<Self> {
        let data_dir = std::path::absolute(&options.data_dir).context("finding the data folder")?;
        std::fs::create_dir_all(&data_dir)
            .with_context(|| format!("creating {}", data_dir.display()))?;
        let net = Net { base: options.base_port };
        let url = format!("https://127.0.0.1:{}", net.api_port());
        let ca = tls::ensure(&data_dir)?;
        let tokens = ensure_tokens(&data_dir)?;
        write_kubeconfigs(&data_dir, &url, &ca, &tokens)?;
        let api_listener = listen(net.api_port()).await?;
        let metrics_listener = listen(net.metrics_port()).await?;

        let store = Arc::new(
            Store::open(Some(&data_dir.join("state.json"))).context("reading the saved state")?,
        );
        for name in ["default", "kube-system"] {
            let key = Key { plural: "namespaces", namespace: String::new(), name: name.to_owned() };
            let object = json!({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}, "status": {"phase": "Active"}});
            // Already there after a restart.
            let _kept = store.create(&key, object, false);
        }
        note_reboot(&store);
        controller::pass(&store);
        let stop = CancellationToken::new();
        let logs = data_dir.join("pods");
        let lines = Arc::new(loki::Store::default());
        let node_options = NodeOptions {
            runner: options.runner,
            logs: logs.clone(),
            lines: Arc::clone(&lines),
            back_off_base: options.back_off_base,
            back_off_max: options.back_off_max,
        };
        let node = Node::new(Arc::clone(&store), net, node_options, stop.clone());
        let audit = Audit::open(&data_dir.join("audit.log")).context("opening the audit log")?;
        let usage = Arc::new(Usage::default());
        let api = Arc::new(Api {
            store: Arc::clone(&store),
            tokens,
            audit,
            logs,
            net,
            usage: Arc::clone(&usage),
        });
        let mut tasks = JoinSet::new();
        let tls = tls::server_config(&data_dir)?;
        tasks.spawn(serve::serve(api_listener, tls, Arc::clone(&api), stop.clone()));
        tasks.spawn(usage::measure(usage, Arc::clone(&node), stop.clone()));
        tasks.spawn(controller::run(Arc::clone(&store), stop.clone()));
        tasks.spawn(metrics::serve(
            metrics_listener,
            Arc::clone(&store),
            Arc::clone(&node),
            lines,
            stop.clone(),
        ));
        tasks.spawn(node.run());
        tasks.spawn(save(Arc::clone(&store), stop.clone()));
        Ok(Self { store, stop, tasks, url, data_dir, api })
    }

    /// The URL of the Kubernetes API.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The log of accepted writes, one `audit.k8s.io/v1` event a line.
    pub fn audit_log(&self) -> PathBuf {
        self.data_dir.join("audit.log")
    }

    /// The kinds of requests so far, reads and refused ones included.
    pub fn accesses(&self) -> BTreeSet<Access> {
        self.api.audit.accesses()
    }

    /// The kinds of requests since this was called last.
    pub fn take_accesses(&self) -> BTreeSet<Access> {
        self.api.audit.take_accesses()
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.data_dir.join("kubeconfig")
    }

    /// Ends every pod's process, saves the state and stops serving.
    pub async fn stop(mut self) -> Result<()> {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        self.store.save().context("saving the state")
    }
}

async fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("listening on 127.0.0.1:{port}; choose other ports with --ports"))
}

async fn save(store: Arc<Store>, stop: CancellationToken) {
    let mut saved = 0;
    loop {
        tokio::select! {
            () = tokio::time::sleep(SAVE_EVERY) => {}
            () = stop.cancelled() => return,
        }
        if store.version() == saved {
            continue;
        }
        saved = store.version();
        let store = Arc::clone(&store);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || store.save()).await {
            tracing::warn!(%error, "the state of the range could not be saved");
        }
    }
}

fn ensure_tokens(data_dir: &Path) -> Result<Tokens> {
    if data_dir.join("tokens.json").exists() {
        return read_tokens(data_dir);
    }
    let fresh = || format!("{}{}", random_uid().replace('-', ""), random_uid().replace('-', ""));
    let tokens = Tokens { admin: fresh(), operator: fresh(), viewer: fresh() };
    let document =
        json!({"admin": tokens.admin, "operator": tokens.operator, "viewer": tokens.viewer});
    write_private(&data_dir.join("tokens.json"), &document.to_string())?;
    Ok(tokens)
}

/// Reads the tokens of the range in `data_dir`.
pub fn read_tokens(data_dir: &Path) -> Result<Tokens> {
    let text_of_file = std::fs::read_to_string(data_dir.join("tokens.json"))
        .context("reading the range's tokens")?;
    let saved: Value = serde_json::from_str(&text_of_file).context("reading the range's tokens")?;
    let get = |key: &str| text(&saved, &[key]).to_owned();
    Ok(Tokens { admin: get("admin"), operator: get("operator"), viewer: get("viewer") })
}

fn write_kubeconfigs(data_dir: &Path, url: &str, ca: &str, tokens: &Tokens) -> Result<()> {
    use base64::Engine as _;
    let ca = base64::engine::general_purpose::STANDARD.encode(ca);
    for (file, user, token) in [
        ("kubeconfig", "range-admin", &tokens.admin),
        ("kubeconfig-operator", "range-operator", &tokens.operator),
        ("kubeconfig-viewer", "range-viewer", &tokens.viewer),
    ] {
        let document = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "practice-range",
            "clusters": [{"name": "practice-range", "cluster": {"server": url, "certificate-authority-data": ca}}],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": "practice-range", "context": {"cluster": "practice-range", "user": user, "namespace": crate::seed::NAMESPACE}}],
        });
        write_private(
            &data_dir.join(file),
            &serde_norway::to_string(&document).context("writing a kubeconfig")?,
        )?;
    }
    Ok(())
}
