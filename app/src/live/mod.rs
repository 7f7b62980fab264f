//! Live updates: streams of server-sent events, applied by the very fold the server uses.
//!
//! A page first renders what the server said; only in the browser does it then open a stream. A stream that breaks is
//! opened again and resumes behind the last record it brought, so nothing is missed and nothing is applied twice; a
//! page that nobody looks at holds no connection. On the server all of this does nothing.
//!
//! `line` keeps one stream open, [`follow_incident`] and [`follow_incidents`] are what pages use.

mod feed;
mod incident;

#[cfg(feature = "hydrate")]
mod line;

pub use feed::follow_incidents;
pub use incident::{LiveIncident, follow_incident};

/// What the receiver of an event says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Taken in.
    Fine,
    /// Records are missing before this one: the stream must be opened again behind the last that was taken in.
    Gap,
}

#[cfg(not(feature = "hydrate"))]
mod line {
    //! Where there is no browser there are no streams.
    use leptos::prelude::{RwSignal, Signal};

    use super::Heard;

    /// Opens nothing.
    pub fn keep_open(
        _: impl Fn() -> String + 'static,
        _: &'static str,
        _: impl Fn(&str) -> Heard + 'static,
        _: Signal<bool>,
        _: RwSignal<Option<f64>>,
    ) {
    }
}
