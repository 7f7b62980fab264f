//! Durable alerts a second: Alertmanager's notifications from many connections, each answered only
//! after its commit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    figures::{Latencies, millis, rate, table},
    http::Connection,
    installation::Installation,
};

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Connections at once, one run each.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256")]
    connections: Vec<usize>,
    /// Alerts in one notification, one run each.
    #[arg(long, value_delimiter = ',', default_value = "1,100")]
    alerts: Vec<usize>,
    /// Seconds of one run.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Alert groups; each is one incident.
    #[arg(long, default_value_t = 200)]
    groups: u64,
    /// Let the platform investigate meanwhile; otherwise it only takes in.
    #[arg(long)]
    worker: bool,
}

/// Measures, each run on a fresh installation.
pub async fn run<F: Future<Output = Result<Installation>>>(
    args: &Args,
    place: impl Fn() -> F,
) -> Result<()> {
    let mut rows = Vec::new();
    for &alerts in &args.alerts {
        for &connections in &args.connections {
            let place = place().await?;
            let options: &[&str] = if args.worker { &[] } else { &["--no-worker"] };
            let running = place.serve(options).await?;
            let load = Load { connections, alerts, groups: args.groups, seconds: args.seconds };
            let outcome = load.run(&place.host, &place.webhook).await?;
            rows.push(outcome.row(&load));
            running.stop().await?;
        }
    }
    table(&HEAD, &rows);
    Ok(())
}

/// The columns of [`Outcome::row`].
pub const HEAD: [&str; 8] = [
    "connections",
    "alerts a body",
    "notifications/s",
    "alerts/s",
    "p50",
    "p99",
    "max",
    "refused (503)",
];

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// At once.
    pub connections: usize,
    /// Alerts in one notification.
    pub alerts: usize,
    /// Alert groups.
    pub groups: u64,
    /// For how long.
    pub seconds: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    accepted: Latencies,
    refused: usize,
    took: Duration,
}

impl Load {
    /// Sends for that long from all connections.
    pub async fn run(self, host: &str, token: &str) -> Result<Outcome> {
        let next = Arc::new(AtomicU64::new(0));
        let groups: Arc<[Group]> = (0..self.groups).map(Group::number).collect();
        let began = Instant::now();
        let until = began + Duration::from_secs(self.seconds);
        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..self.connections {
            let (next, groups) = (Arc::clone(&next), Arc::clone(&groups));
            let (host, token) = (host.to_owned(), token.to_owned());
            senders.spawn(async move { self.send(&host, &token, &next, &groups, until).await });
        }
        let mut all = Outcome::default();
        while let Some(sent) = senders.join_next().await {
            let sent = sent??;
            all.accepted.merge(sent.accepted);
            all.refused += sent.refused;
        }
        all.took = began.elapsed();
        Ok(all)
    }

    async fn send(
        self,
        host: &str,
        token: &str,
        next: &AtomicU64,
        groups: &[Group],
        until: Instant,
    ) -> Result<Outcome> {
        let mut connection = Connection::open(host, token).await?;
        let mut sent = Outcome::default();
        while Instant::now() < until {
            let first = next.fetch_add(self.alerts as u64, Ordering::Relaxed);
            let group = first / self.alerts as u64 % self.groups;
            let body =
                groups[usize::try_from(group)?].notification(first..first + self.alerts as u64);
            let began = Instant::now();
            let (status, answer) = connection.call(Method::POST, "/webhook/alert", body).await?;
            match status {
                StatusCode::ACCEPTED => sent.accepted.add(began.elapsed()),
                StatusCode::SERVICE_UNAVAILABLE => sent.refused += 1,
                other => anyhow::bail!("{other}: {}", String::from_utf8_lossy(&answer)),
            }
        }
        Ok(sent)
    }
}

impl Outcome {
    /// A row under [`HEAD`].
    pub fn row(mut self, load: &Load) -> Vec<String> {
        let a_second = rate(self.accepted.count(), self.took);
        let alerts = rate(self.accepted.count() * load.alerts, self.took);
        let [p50, p99, max] = [0.5, 0.99, 1.0].map(|part| millis(self.accepted.quantile(part)));
        vec![
            load.connections.to_string(),
            load.alerts.to_string(),
            format!("{a_second:.0}"),
            format!("{alerts:.0}"),
            p50,
            p99,
            max,
            self.refused.to_string(),
        ]
    }
}

/// A group's notifications as Alertmanager sends them, with alerts that were never sent before. Written
/// once as JSON and filled in then, so that the load takes little of the cores it shares with what is
/// measured.
pub struct Group {
    before: String,
    alert: String,
    after: String,
}

/// Stands for an alert's number, in decimal and as a fingerprint.
const PLACES: [&str; 2] = ["<number>", "<fingerprint>"];

impl Group {
    /// Number `group`.
    pub fn number(group: u64) -> Self {
        let [number, fingerprint] = PLACES;
        let alert = json!({
            "status": "firing",
            "labels": {
                "alertname": "KubePodCrashLooping", "namespace": format!("team-{}", group % 40),
                "deployment": format!("svc-{group}"), "pod": format!("svc-{group}-{number}"),
                "container": "app", "instance": "10.0.0.1:8080", "job": "kube-state-metrics",
                "prometheus": "monitoring/k8s", "severity": "warning",
            },
            "annotations": {
                "summary": "A pod is crash looping",
                "description": format!("Pod svc-{group}-{number} restarts again and again"),
                "runbook_url": "https://runbooks.test/KubePodCrashLooping",
            },
            "startsAt": "2026-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.test/graph?g0.expr=up&g0.tab=1",
            "fingerprint": fingerprint,
        });
        let key = format!("{{}}:{{alertname=\"KubePodCrashLooping\", deployment=\"svc-{group}\"}}");
        let around = json!({
            "version": "4", "truncatedAlerts": 0, "status": "firing", "receiver": "evenkeel",
            "groupKey": key,
            "groupLabels": {
                "alertname": "KubePodCrashLooping", "deployment": format!("svc-{group}"),
            },
            "commonLabels": {"alertname": "KubePodCrashLooping", "severity": "warning"},
            "commonAnnotations": {}, "externalURL": "http://alertmanager.test",
        });
        let mut before = around.to_string();
        // The last brace comes after the alerts.
        before.pop();
        before.push_str(",\"alerts\":[");
        Self { before, alert: alert.to_string(), after: "]}".into() }
    }

    /// A notification of these alerts.
    pub fn notification(&self, alerts: std::ops::Range<u64>) -> String {
        let [number, fingerprint] = PLACES;
        let mut body = self.before.clone();
        for (place, n) in alerts.enumerate() {
            if place > 0 {
                body.push(',');
            }
            let alert = self.alert.replace(number, &format!("{n:010}"));
            body.push_str(&alert.replace(fingerprint, &format!("{n:016x}")));
        }
        body + &self.after
    }
}
