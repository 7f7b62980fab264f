//! `lab.json`: where everything of a running range is.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::files::write_private;
use crate::net::Net;

const FILE: &str = "lab.json";

/// Whether the range is usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Parts are still coming up.
    Starting,
    /// The shop serves and Prometheus sees it.
    Ready,
}

/// The shop's repository behind the GitHub double.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GithubInfo {
    /// Base address of its API.
    #[serde(rename = "githubUrl")]
    pub url: String,
    /// `owner/name`.
    #[serde(rename = "githubRepository")]
    pub repository: String,
    /// File with a token that may read and write it.
    #[serde(rename = "githubTokenFile")]
    pub token_file: PathBuf,
    /// The bare repository.
    #[serde(rename = "githubFolder")]
    pub folder: PathBuf,
}

/// Addresses and files of a range.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LabInfo {
    /// It is a practice range, for whoever reads the file.
    pub practice_range: bool,
    /// Whether it is usable.
    pub state: State,
    /// The process that supervises it.
    pub pid: u32,
    /// Kubernetes API.
    pub api_url: String,
    /// kubeconfig of the administrator.
    pub kubeconfig: PathBuf,
    /// kubeconfig with the rights an autonomous operator needs.
    pub kubeconfig_operator: PathBuf,
    /// kubeconfig that reads only.
    pub kubeconfig_viewer: PathBuf,
    /// Prometheus.
    pub prometheus_url: String,
    /// Alertmanager.
    pub alertmanager_url: String,
    /// kube-state-metrics and cAdvisor figures.
    pub metrics_url: String,
    /// The Loki double, at the same port.
    pub loki_url: String,
    /// The shop's repository, where `git` is installed.
    #[serde(flatten)]
    pub github: Option<GithubInfo>,
    /// The load generator's control endpoint.
    pub loadgen_url: String,
    /// Where checkout answers.
    pub shop_url: String,
    /// Namespace of the shop.
    pub namespace: String,
    /// Name of the cluster in alerts' external labels.
    pub cluster: String,
}

impl LabInfo {
    /// The addresses of a range in `data_dir`.
    pub fn new(data_dir: &Path, net: Net, shop_url: String) -> Self {
        let local = |port: u16| format!("http://127.0.0.1:{port}");
        Self {
            practice_range: true,
            state: State::Starting,
            pid: std::process::id(),
            api_url: format!("https://127.0.0.1:{}", net.api_port()),
            kubeconfig: data_dir.join("kubeconfig"),
            kubeconfig_operator: data_dir.join("kubeconfig-operator"),
            kubeconfig_viewer: data_dir.join("kubeconfig-viewer"),
            prometheus_url: local(net.prometheus_port()),
            alertmanager_url: local(net.alertmanager_port()),
            metrics_url: local(net.metrics_port()),
            loki_url: local(net.metrics_port()),
            github: None,
            loadgen_url: local(net.loadgen_port()),
            shop_url,
            namespace: crate::seed::NAMESPACE.to_owned(),
            cluster: "practice-range".to_owned(),
        }
    }

    /// Reads the file of a range.
    pub fn read(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!(
                "no range is up in {} (lab.json is missing); start one with `lab up`",
                data_dir.display()
            )
        })?;
        serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))
    }

    /// Writes the file.
    pub fn write(&self, data_dir: &Path) -> Result<()> {
        write_private(&data_dir.join(FILE), &serde_json::to_string_pretty(self)?)
    }

    /// Removes the file.
    pub fn remove(data_dir: &Path) {
        // A file that is not there is as good as removed.
        let _absent = std::fs::remove_file(data_dir.join(FILE));
    }

    /// Whether the supervising process still runs.
    pub fn is_alive(&self) -> bool {
        std::fs::read(format!("/proc/{}/cmdline", self.pid)).is_ok_and(|line| {
            let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
            words.contains(&&b"up"[..])
        })
    }
}
