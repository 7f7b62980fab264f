//! Time and size limits of a server.

use std::time::Duration;

/// How long a call may take and how much it may read and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A whole tool call. 10 s: longer than any healthy API answers, short enough that ten dead ones in a row still fit
    /// into an incident's first minutes.
    pub call: Duration,
    /// One request to the API behind the server; below `call`, so that the error names the request.
    pub request: Duration,
    /// Bytes of one answer of the API behind the server. 4 MiB holds 500 large pods or 50 series of 300 points.
    pub response_bytes: usize,
    /// Bytes of a tool's result as JSON. 1 MiB is far above every bounded view.
    pub result_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(10),
            request: Duration::from_secs(8),
            response_bytes: 4 * 1024 * 1024,
            result_bytes: 1024 * 1024,
        }
    }
}

impl Limits {
    /// The defaults, with the call limit from `EVENKEEL_TOOL_TIMEOUT_SECONDS` (1 to 120) if it is set and sane.
    pub fn from_env() -> Self {
        match std::env::var("EVENKEEL_TOOL_TIMEOUT_SECONDS")
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
        {
            Some(seconds @ 1..=120) => Self::default().with_call(Duration::from_secs(seconds)),
            _ => Self::default(),
        }
    }

    /// The same with another call limit; the request limit is four fifths of it.
    #[must_use]
    pub fn with_call(mut self, call: Duration) -> Self {
        self.call = call;
        self.request = call * 4 / 5;
        self
    }
}
