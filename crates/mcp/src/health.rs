//! How a connection is doing.

use std::time::Duration;

use jiff::Timestamp;

/// The present moment. Nothing decides by it: it is shown to people.
#[expect(
    clippy::disallowed_methods,
    reason = "an adapter at the edge; health is looked at, never replayed"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// How a connection is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionHealth {
    /// The server's name.
    pub server: String,
    /// Whether a session is open now.
    pub connected: bool,
    /// Whether it is left alone for a while because it has stopped answering.
    pub open_circuit: bool,
    /// When a call last gave a result.
    pub last_ok_at: Option<Timestamp>,
    /// How long that call took.
    pub latency: Option<Duration>,
    /// When a call last failed.
    pub last_error_at: Option<Timestamp>,
    /// Its stable code.
    pub last_error_code: Option<String>,
    /// Its sentence.
    pub last_error: Option<String>,
    /// Calls since the start.
    pub calls: u64,
    /// Failed ones among them.
    pub failures: u64,
    /// Times the server had to be started after the first.
    pub restarts: u64,
}
