//! A browser that watches an incident and is moved from replica to replica: each time it says what
//! it saw last, and must be told what follows, without a gap and without a repetition.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use evenkeel_domain::{Entry, id::IncidentId};
use evenkeel_engine::chain::{self, GENESIS};
use reqwest::{Client, Response};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    api::Api,
    bases::Bases,
    verdict::{Promise, Verdict},
};

/// How long it stays with one replica.
const STAY: Duration = Duration::from_secs(1);
/// How long a replica may take to begin.
const BEGIN: Duration = Duration::from_secs(3);

/// What a browser has seen of an incident.
pub struct Watched {
    /// Which.
    pub incident: IncidentId,
    seen: AtomicU64,
    moves: AtomicU64,
}

impl Watched {
    /// Up to which record it has seen all.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    /// How often it went on at another replica where it had left off.
    pub fn moves(&self) -> u64 {
        self.moves.load(Ordering::SeqCst)
    }
}

struct Browser {
    http: Client,
    bases: Arc<Bases>,
    token: String,
    verdict: Arc<Verdict>,
    watched: Arc<Watched>,
    head: String,
}

/// Watches until `stop`.
pub fn watch(
    http: &Client,
    bases: &Arc<Bases>,
    api: &Api,
    verdict: &Arc<Verdict>,
    incident: IncidentId,
    stop: CancellationToken,
) -> Arc<Watched> {
    let watched = Arc::new(Watched { incident, seen: AtomicU64::new(0), moves: AtomicU64::new(0) });
    let browser = Browser {
        http: http.clone(),
        bases: Arc::clone(bases),
        token: api.token().to_owned(),
        verdict: Arc::clone(verdict),
        watched: Arc::clone(&watched),
        head: GENESIS.to_owned(),
    };
    tokio::spawn(async move { stop.run_until_cancelled(browser.hop()).await });
    watched
}

impl Browser {
    async fn hop(mut self) {
        for replica in (0..self.bases.count()).cycle() {
            if let Ok(Some(stream)) = timeout(BEGIN, self.open(replica)).await {
                if self.watched.seen() > 0 {
                    self.watched.moves.fetch_add(1, Ordering::SeqCst);
                }
                // Left in the middle of whatever it was told.
                let _left = timeout(STAY, self.read(stream)).await;
            } else {
                sleep(Duration::from_millis(50)).await;
            }
        }
    }

    async fn open(&self, replica: usize) -> Option<Response> {
        let (base, id) = (self.bases.of(replica), self.watched.incident);
        let mut request = self.http.get(format!("{base}/api/v1/incidents/{id}/events"));
        let seen = self.watched.seen();
        if seen > 0 {
            request = request.header("last-event-id", seen.to_string());
        }
        let answer = request.bearer_auth(&self.token).send().await.ok()?;
        answer.status().is_success().then_some(answer)
    }

    async fn read(&mut self, mut stream: Response) {
        let mut text = Vec::new();
        while let Ok(Some(bytes)) = stream.chunk().await {
            text.extend_from_slice(&bytes);
            while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = text.drain(..end + 2).collect();
                self.told(&String::from_utf8_lossy(&event));
            }
        }
    }

    fn told(&mut self, event: &str) {
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
        if field("event: ") != Some("entry") {
            return;
        }
        let entry = field("data: ").and_then(|data| serde_json::from_str::<Entry>(data).ok());
        let id = field("id: ").and_then(|id| id.parse::<u64>().ok());
        let wanted = self.watched.seen() + 1;
        let follows = entry.as_ref().is_some_and(|entry| {
            let payload = chain::payload(&entry.event).unwrap_or_default();
            let hash = chain::link(&self.head, entry.incident, wanted, entry.at, &payload);
            (entry.seq, id, &entry.hash) == (wanted, Some(wanted), &hash)
        });
        if !follows {
            let what = format!("a browser waited for record {wanted} and was told {id:?}: {event}");
            self.verdict.found(Promise::Stream, Some(self.watched.incident), what);
            return;
        }
        self.head = entry.map(|entry| entry.hash).unwrap_or_default();
        self.watched.seen.store(wanted, Ordering::SeqCst);
    }
}
