//! The present moment.

use jiff::Timestamp;

/// Now. A server is at the edge: its callers pass a time wherever the answer must not depend on the moment of asking.
#[expect(
    clippy::disallowed_methods,
    reason = "an adapter at the edge; its results are recorded, not recomputed"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
