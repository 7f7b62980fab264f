//! A scripted alert source. Like Alertmanager it sends until it is answered with 2xx, sometimes
//! sends what it has sent before, and sometimes is two of a pair that both send.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use evenkeel_domain::{Timestamp, id::IncidentId};
use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    bases::Bases,
    verdict::{Promise, Verdict},
    workload::Workload,
};

/// Alertmanager's own limit is ten seconds.
const LIMIT: Duration = Duration::from_secs(20);

/// The label that tells one firing from all others.
pub const FIRING: &str = "firing";

/// What a source sends.
#[derive(Debug, Clone)]
pub struct Firing {
    /// Which firing.
    pub id: String,
    /// Since when.
    pub starts_at: Timestamp,
    /// Whether it has ended.
    pub resolved: bool,
}

/// What the platform said.
#[derive(Debug, Clone, Default, Deserialize)]
struct Receipt {
    incidents: Vec<IncidentId>,
}

/// The source.
pub struct Source {
    http: Client,
    bases: Arc<Bases>,
    token: String,
    verdict: Arc<Verdict>,
    acknowledged: Mutex<BTreeMap<String, Vec<IncidentId>>>,
    retries: Mutex<u64>,
}

impl Source {
    /// A source that posts to the platform with a cluster's token.
    pub fn new(http: Client, bases: &Arc<Bases>, token: &str, verdict: Arc<Verdict>) -> Self {
        Self {
            http,
            bases: Arc::clone(bases),
            token: token.to_owned(),
            verdict,
            acknowledged: Mutex::default(),
            retries: Mutex::default(),
        }
    }

    /// Sends until it is acknowledged; the incidents the platform named.
    pub async fn send(&self, workload: &Workload, firing: &Firing) -> Vec<IncidentId> {
        let body = notification(workload, firing).to_string();
        let mut pause = Duration::from_millis(40);
        loop {
            if let Some(incidents) = self.try_send(&body).await {
                if !firing.resolved {
                    let mut all = self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
                    all.entry(firing.id.clone()).or_default().extend(&incidents);
                }
                return incidents;
            }
            *self.retries.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(400));
        }
    }

    async fn try_send(&self, body: &str) -> Option<Vec<IncidentId>> {
        let replica = self.bases.pick();
        let url = format!("{}/webhook/alert", self.bases.of(replica));
        let post = self.http.post(&url).bearer_auth(&self.token).body(body.to_owned());
        let post = post.timeout(self.bases.patience(LIMIT));
        let sent = post.header("content-type", "application/json").send().await;
        let answer = sent.inspect_err(|_| self.bases.failed(replica)).ok()?;
        let status = answer.status();
        // The status alone acknowledges; what the body would have said may be cut off.
        let text = answer.text().await.unwrap_or_default();
        if status.is_client_error() {
            let what = format!("a good notification was answered with {status}: {text}");
            self.verdict.found(Promise::Conduct, None, what);
        }
        let receipt = || serde_json::from_str::<Receipt>(&text).unwrap_or_default();
        status.is_success().then(|| receipt().incidents)
    }

    /// Every acknowledged firing, with the incidents that were named.
    pub fn acknowledged(&self) -> BTreeMap<String, Vec<IncidentId>> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often something was sent in vain.
    pub fn retries(&self) -> u64 {
        *self.retries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn notification(workload: &Workload, firing: &Firing) -> Value {
    let name = "KubeContainerWaiting";
    let status = if firing.resolved { "resolved" } else { "firing" };
    let labels = json!({
        "alertname": name, "namespace": workload.namespace(), "deployment": workload.name,
        "severity": "critical", FIRING: firing.id,
    });
    let ends_at = if firing.resolved {
        firing.starts_at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap_or(firing.starts_at)
    } else {
        Timestamp::default()
    };
    let ends_at =
        if firing.resolved { ends_at.to_string() } else { "0001-01-01T00:00:00Z".to_owned() };
    json!({
        "version": "4", "truncatedAlerts": 0, "status": status, "receiver": "evenkeel",
        "groupKey": format!("{{}}:{{alertname=\"{name}\", deployment=\"{}\"}}", workload.name),
        "groupLabels": {"alertname": name, "deployment": workload.name},
        "commonLabels": labels, "commonAnnotations": {},
        "externalURL": "http://alertmanager.test",
        "alerts": [{
            "status": status, "labels": labels,
            "annotations": {"summary": format!("{} cannot start", workload.name)},
            "startsAt": firing.starts_at.to_string(), "endsAt": ends_at,
            "generatorURL": "http://prometheus.test/graph?g0.expr=up&g0.tab=1",
            "fingerprint": format!("{:016x}", fnv(&firing.id)),
        }],
    })
}

/// FNV-1a, so that a firing has the same fingerprint each time it is sent.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
