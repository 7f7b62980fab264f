//! Asking again, but not for every single event of a burst.

use std::time::Duration;

use leptos::prelude::*;

/// How long a burst is waited for: a step of a run writes several records at once.
const PAUSE: Duration = Duration::from_millis(400);

/// A callback that runs `action` once, shortly after it was first called.
pub fn debounced(action: impl Fn() + Send + Sync + 'static) -> Callback<()> {
    let waiting = StoredValue::new(false);
    let action = StoredValue::new(action);
    Callback::new(move |()| {
        if waiting.try_get_value() != Some(false) {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                if waiting.try_set_value(false).is_none() {
                    action.try_with_value(|action| action());
                }
            },
            PAUSE,
        );
    })
}

/// Runs `action` every `period` while the calling component lives and the page is looked at.
pub fn every(period: Duration, action: impl Fn() + Send + Sync + 'static) {
    let action = StoredValue::new(action);
    Effect::new(move |_| {
        let tick = set_interval_with_handle(
            move || {
                if crate::ui::browser::is_looked_at() {
                    action.try_with_value(|action| action());
                }
            },
            period,
        );
        on_cleanup(move || {
            if let Ok(tick) = tick {
                tick.clear();
            }
        });
    });
}
