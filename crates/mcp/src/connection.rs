//! One server: its session, its restarts, its limits, its health.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard, Semaphore};
use tokio::task::AbortHandle;
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
/// The same for third-party servers: an interpreter and its packages may have to be read from a cold disk.
const FOREIGN_CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Ours: its results are typed, its failures have our codes.
    Ours,
    /// A third party's: results may be text, and nothing it says about itself is believed.
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
    door: Arc<Door>,
    /// Held while a session is being opened.
    opening: Arc<Mutex<()>>,
    /// The task that opened the last one, or is at it.
    opener: std::sync::Mutex<Option<AbortHandle>>,
    pins: std::sync::Mutex<Option<Pins>>,
}

/// What opening a session needs and leaves.
struct Door {
    name: String,
    whose: Whose,
    connector: Box<dyn Connector>,
    state: std::sync::Mutex<State>,
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

impl State {
    /// Lets go of a session, and says whether it was the open one.
    fn end(&mut self, session: &Arc<Session>) -> bool {
        self.session.take_if(|open| Arc::ptr_eq(open, session)).is_some()
    }
}

impl Door {
    /// The open session; an error while the last failed start was a moment ago; else it is to be opened.
    fn open(&self) -> Option<Result<Arc<Session>, String>> {
        let mut state = self.state();
        if let Some(session) = state.session.as_ref().filter(|session| !session.is_closed()) {
            return Some(Ok(Arc::clone(session)));
        }
        state.session = None;
        let wait = state.not_before.and_then(|at| at.checked_duration_since(Instant::now()))?;
        Some(Err(format!("{} (next attempt in {} ms)", state.last_failure, wait.as_millis())))
    }

    /// Opens a session and keeps it.
    async fn connect(&self) -> Result<Arc<Session>, String> {
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
                let again = {
                    let mut state = self.state();
                    state.session = Some(Arc::clone(&session));
                    state.opened += 1;
                    state.opened > 1
                };
                if again {
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
                self.back_off(&mut self.state(), reason.clone());
                Err(reason)
            }
        }
    }

    fn back_off(&self, state: &mut State, reason: String) {
        let wait = FIRST_BACK_OFF.saturating_mul(1 << state.failures.min(16)).min(MAX_BACK_OFF);
        tracing::warn!(server = self.name, "MCP server {} failed: {reason}", self.name);
        state.failures = state.failures.saturating_add(1);
        state.not_before = Some(Instant::now() + wait);
        state.last_failure = reason;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn health(&self) -> std::sync::MutexGuard<'_, ConnectionHealth> {
        self.health.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A session that nobody can call over any more isn't opened to its end.
impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(opener) = self.opener().take() {
            opener.abort();
        }
    }
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
        let door = Door {
            name: name.clone(),
            whose,
            connector,
            state: std::sync::Mutex::default(),
            health: std::sync::Mutex::new(health),
        };
        Self {
            turns: Semaphore::new(limits.concurrency),
            bucket: Bucket::new(limits.rate),
            breaker: Breaker::default(),
            name,
            limits,
            whose,
            door: Arc::new(door),
            opening: Arc::default(),
            opener: std::sync::Mutex::default(),
            pins: std::sync::Mutex::new(pins),
        }
    }

    /// The open session, or a new one unless the last attempt failed a moment ago. A caller whose time is over leaves
    /// the server to start on: the next one finds it ready.
    pub(crate) async fn session(&self) -> Result<Arc<Session>, String> {
        if let Some(known) = self.door.open() {
            return known;
        }
        let opening = Arc::clone(&self.opening).lock_owned().await;
        if let Some(known) = self.door.open() {
            return known;
        }
        self.open(opening).await.unwrap_or_else(|error| Err(format!("connecting ended: {error}")))
    }

    fn open(
        &self,
        opening: OwnedMutexGuard<()>,
    ) -> tokio::task::JoinHandle<Result<Arc<Session>, String>> {
        let door = Arc::clone(&self.door);
        let opener = tokio::spawn(async move {
            let _opening = opening;
            door.connect().await
        });
        *self.opener() = Some(opener.abort_handle());
        opener
    }

    fn opener(&self) -> std::sync::MutexGuard<'_, Option<AbortHandle>> {
        self.opener.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
    pub(crate) fn discard(&self, broken: &Arc<Session>, reason: &str) {
        let mut state = self.door.state();
        if state.end(broken) {
            self.door.back_off(&mut state, reason.to_owned());
        }
    }

    /// Lets go of a session over which a call was not answered. The breaker says whether to ask on.
    pub(crate) fn let_go(&self, session: &Arc<Session>) {
        self.door.state().end(session);
    }

    pub(crate) fn succeeded(&self, took: Duration) {
        {
            let mut health = self.door.health();
            health.calls += 1;
            health.last_ok_at = Some(now());
            health.latency = Some(took);
        }
        let mut state = self.door.state();
        state.failures = 0;
        state.not_before = None;
    }

    pub(crate) fn failed(&self, code: &str, message: String) {
        let mut health = self.door.health();
        health.calls += 1;
        health.failures += 1;
        health.last_error_at = Some(now());
        health.last_error_code = Some(code.to_owned());
        health.last_error = Some(message);
    }

    pub(crate) fn report(&self) -> ConnectionHealth {
        let connected =
            self.door.state().session.as_ref().is_some_and(|session| !session.is_closed());
        let open_circuit = self.breaker.is_open();
        ConnectionHealth { connected, open_circuit, ..self.door.health().clone() }
    }
}
