//! The browser's half of [`live`](super).

mod chart;
mod clock;
mod copy;
mod dom;
mod fetched;
mod fold;
mod form;
mod line;
mod link;
mod log;
mod morph;
mod page;
mod reveal;

use leptos::prelude::*;

use crate::ui::state_words;

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
    lost.set(since);
    say_live();
}

/// Says wherever the page says that it is live whether it is.
fn say_live() {
    let live = lost_since().get_untracked().is_none();
    for place in dom::all("[data-live]") {
        dom::set_text(&place, state_words(live));
    }
}

/// Brings the page to life; called once.
pub fn start() {
    clock::start();
    copy::start();
    chart::start();
    log::start();
    reveal::start();
    fetched::start();
    fold::start();
    link::start();
    form::start();
    page::start();
}
