//! Where closed incidents come from.

use evenkeel_tools::memory::RememberedIncident;
use futures::future::BoxFuture;
use jiff::Timestamp;

/// A place in the order of closing: the moment, and the id for those of the same moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// When the incident was closed.
    pub closed_at: Timestamp,
    /// Its id.
    pub id: String,
}

/// Some closed incidents.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In the order of closing. An incident that can't be read is left out.
    pub incidents: Vec<RememberedIncident>,
    /// The place of the last one looked at; `None` when there was none.
    pub last: Option<Cursor>,
    /// Whether there were as many as were asked for, so that there may be more.
    pub full: bool,
}

/// The closed incidents of one organisation.
pub trait Recollections: Send + Sync + 'static {
    /// Up to `limit` that were closed after that place, or from the beginning. The text says why not.
    fn closed(&self, after: Option<Cursor>, limit: u32) -> BoxFuture<'_, Result<Page, String>>;

    /// The place after which the latest `most` stand; `None` when there are not more than that.
    fn latest(&self, most: u32) -> BoxFuture<'_, Result<Option<Cursor>, String>>;
}
