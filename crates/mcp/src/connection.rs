//! One server: its session, its restarts, its limits, its health.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;

use crate::agents::ServerLimits;
use crate::breaker::Breaker;
use crate::bucket::Bucket;
use crate::connector::{Connector, Session};
use crate::health::{ConnectionHealth, now};
use crate::pins::{OfferedTool, Pins};

/// First wait after a failed start; doubles up to [`MAX_BACK_OFF`]. Short, because the first failure is often a race
/// with something that is just starting.
const FIRST_BACK_OFF: Duration = Duration::from_millis(200);
/// Longest wait between starts: an incident's first minutes must see several attempts.
const MAX_BACK_OFF: Duration = Duration::from_secs(15);
/// Time for starting, handshake and listing. Starting our own binary takes milliseconds.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The same for other people's servers: an interpreter and its packages may have to be read from a cold disk.
const FOREIGN_CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Ours: its results are typed, its failures have our codes.
    Ours,
    /// Somebody else's: results may be text, and nothing it says about itself is believed.
    Foreign,
}

/// One server.
pub(crate) struct Connection {
    pub(crate) name: String,
    pub(crate) limits: ServerLimits,
    pub(crate) whose: Whose,
    pub(crate) turns: Semaphore,
    pub(crate) bucket: Bucket,
    pub(crate) breaker: Breaker,
    connector: Box<dyn Connector>,
    state: Mutex<State>,
    pins: std::sync::Mutex<Option<Pins>>,
    health: std::sync::Mutex<ConnectionHealth>,
}

#[derive(Default)]
struct State {
    session: Option<Arc<Session>>,
    opened: u64,
    failures: u32,
    not_before: Option<Instant>,
    last_failure: String,
}

impl Connection {
    pub(crate) fn new(
        name: String,
        limits: ServerLimits,
        connector: Box<dyn Connector>,
        pins: Option<Pins>,
        whose: Whose,
    ) -> Self {
        let health = ConnectionHealth { server: name.clone(), ..ConnectionHealth::default() };
        Self {
            turns: Semaphore::new(limits.concurrency),
            bucket: Bucket::new(limits.rate),
            breaker: Breaker::default(),
            name,
            limits,
            whose,
            connector,
            state: Mutex::default(),
            pins: std::sync::Mutex::new(pins),
            health: std::sync::Mutex::new(health),
        }
    }

    /// The open session, or a new one unless the last attempt failed a moment ago.
    pub(crate) async fn session(&self) -> Result<Arc<Session>, String> {
        let mut state = self.state.lock().await;
        if let Some(session) = state.session.as_ref().filter(|session| !session.is_closed()) {
            return Ok(Arc::clone(session));
        }
        state.session = None;
        if let Some(wait) =
            state.not_before.and_then(|at| at.checked_duration_since(Instant::now()))
        {
            return Err(format!(
                "{} (next attempt in {} ms)",
                state.last_failure,
                wait.as_millis()
            ));
        }
        let limit = match self.whose {
            Whose::Ours => CONNECT_LIMIT,
            Whose::Foreign => FOREIGN_CONNECT_LIMIT,
        };
        let opened = match tokio::time::timeout(limit, self.connector.connect()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no handshake within {} s", limit.as_secs())),
        };
        match opened {
            Ok(session) => {
                let session = Arc::new(session);
                state.session = Some(Arc::clone(&session));
                state.opened += 1;
                if state.opened > 1 {
                    self.health().restarts += 1;
                    tracing::info!(
                        server = self.name,
                        "MCP server {} was started again",
                        self.name
                    );
                }
                Ok(session)
            }
            Err(reason) => {
                self.back_off(&mut state, reason.clone());
                Err(reason)
            }
        }
    }

    /// Pins what the session offers if nothing is pinned yet, and returns the pins.
    pub(crate) fn pins(&self, offered: &[OfferedTool]) -> Pins {
        let mut pins = self.pins.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        pins.get_or_insert_with(|| Pins::of(offered)).clone()
    }

    /// The pins, if the server was ever connected.
    pub(crate) fn known_pins(&self) -> Option<Pins> {
        self.pins.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Lets go of a session that is dead or hangs. Its child is killed when the last call has let go, too.
    pub(crate) async fn discard(&self, broken: &Arc<Session>, reason: &str) {
        let mut state = self.state.lock().await;
        if state.session.as_ref().is_some_and(|session| Arc::ptr_eq(session, broken)) {
            state.session = None;
            self.back_off(&mut state, reason.to_owned());
        }
    }

    fn back_off(&self, state: &mut State, reason: String) {
        let wait = FIRST_BACK_OFF.saturating_mul(1 << state.failures.min(16)).min(MAX_BACK_OFF);
        tracing::warn!(server = self.name, "MCP server {} failed: {reason}", self.name);
        state.failures = state.failures.saturating_add(1);
        state.not_before = Some(Instant::now() + wait);
        state.last_failure = reason;
    }

    pub(crate) async fn succeeded(&self, took: Duration) {
        {
            let mut health = self.health();
            health.calls += 1;
            health.last_ok_at = Some(now());
            health.latency = Some(took);
        }
        let mut state = self.state.lock().await;
        state.failures = 0;
        state.not_before = None;
    }

    pub(crate) fn failed(&self, code: &str, message: String) {
        let mut health = self.health();
        health.calls += 1;
        health.failures += 1;
        health.last_error_at = Some(now());
        health.last_error_code = Some(code.to_owned());
        health.last_error = Some(message);
    }

    pub(crate) async fn report(&self) -> ConnectionHealth {
        let connected =
            self.state.lock().await.session.as_ref().is_some_and(|session| !session.is_closed());
        let open_circuit = self.breaker.is_open();
        ConnectionHealth { connected, open_circuit, ..self.health().clone() }
    }

    fn health(&self) -> std::sync::MutexGuard<'_, ConnectionHealth> {
        self.health.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
