//! All incidents of the organisation, live: one line for each that changed.

use evenkeel_domain::incident::IncidentSummary;
use leptos::prelude::*;

use super::{Heard, line::keep_open};

/// Calls `changed` with every incident that changes, for as long as the calling component lives. After a broken
/// connection nothing is replayed: `changed` is called with `None`, and the page asks again.
pub fn follow_incidents(
    lost_since: RwSignal<Option<f64>>,
    changed: impl Fn(Option<IncidentSummary>) + Copy + Send + Sync + 'static,
) {
    let heard = move |data: &str| {
        changed(serde_json::from_str(data).ok());
        Heard::Fine
    };
    keep_open(|| "/api/v1/events".to_owned(), "incident", heard, Signal::stored(true), lost_since);
    Effect::new(move |was_lost: Option<bool>| {
        let lost = lost_since.get().is_some();
        if was_lost == Some(true) && !lost {
            changed(None);
        }
        lost
    });
}
