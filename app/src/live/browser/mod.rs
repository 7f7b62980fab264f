//! The browser's half of [`live`](super).

mod chart;
mod clock;
mod copy;
mod dom;
mod fetched;
mod form;
mod line;
mod link;
mod log;
mod morph;
mod page;
mod reveal;

use leptos::prelude::*;

thread_local! {
    static LOST: ArcRwSignal<Option<f64>> = ArcRwSignal::new(None);
}

/// Since when the page's stream is broken (seconds since 1970); `None` while it is not.
pub fn lost_since() -> ArcRwSignal<Option<f64>> {
    LOST.with(Clone::clone)
}

/// Notes that the stream is broken, or no longer.
fn set_lost(since: Option<f64>) {
    let lost = lost_since();
    if lost.get_untracked().is_some() == since.is_some() {
        return;
    }
    if let Some(root) = document().document_element() {
        root.class_list().toggle_with_force("lost", since.is_some()).ok();
    }
    lost.set(since);
}

/// Brings the page to life; called once.
pub fn start() {
    clock::start();
    copy::start();
    chart::start();
    log::start();
    reveal::start();
    fetched::start();
    link::start();
    form::start();
    page::start();
}
