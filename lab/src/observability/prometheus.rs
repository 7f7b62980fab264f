//! Prometheus' configuration.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::rules;
use crate::files::write_private;
use crate::net::Net;

/// Writes `prometheus.yml` and `rules.yml`.
pub fn write_config(dir: &Path, net: Net) -> Result<()> {
    let local = |port: u16| format!("127.0.0.1:{port}");
    let config = json!({
        "global": {
            "scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s",
            "external_labels": {"cluster": "practice-range"},
        },
        "rule_files": [std::path::absolute(dir.join("rules.yml"))?],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [local(net.alertmanager_port())]}]}]},
        "scrape_configs": [
            {
                "job_name": "kubernetes-pods", "scrape_interval": "1s", "scrape_timeout": "1s",
                "http_sd_configs": [{"url": format!("http://{}/sd/pods", local(net.metrics_port())), "refresh_interval": "2s"}],
            },
            {
                "job_name": "kube-state-metrics", "scrape_interval": "1s", "scrape_timeout": "1s", "honor_labels": true,
                "static_configs": [{"targets": [local(net.metrics_port())]}],
            },
            {
                "job_name": "kubelet", "metrics_path": "/metrics/cadvisor", "honor_labels": true,
                "static_configs": [{"targets": [local(net.metrics_port())]}],
            },
            {"job_name": "prometheus", "scrape_interval": "15s", "static_configs": [{"targets": [local(net.prometheus_port())]}]},
        ],
    });
    write_private(&dir.join("prometheus.yml"), &config.to_string())?;
    write_private(&dir.join("rules.yml"), &rules::document().to_string())
}

/// Pods scraped successfully in the last seconds; samples from before a restart do not count.
const SCRAPED: &str =
    "sum(up{job=\"kubernetes-pods\"} and time() - timestamp(up{job=\"kubernetes-pods\"}) < 3)";

/// Whether Prometheus has just scraped at least `pods` pods.
pub async fn is_scraping(client: &reqwest::Client, url: &str, pods: usize) -> Result<bool> {
    let answer: Value = client
        .get(format!("{url}/api/v1/query"))
        .query(&[("query", SCRAPED)])
        .send()
        .await
        .context("asking Prometheus")?
        .json()
        .await
        .context("reading Prometheus' answer")?;
    let value = answer.pointer("/data/result/0/value/1").and_then(Value::as_str);
    Ok(value.and_then(|v| v.parse::<usize>().ok()).is_some_and(|up| up >= pods))
}
