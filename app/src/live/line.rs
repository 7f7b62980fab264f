//! One stream, kept open: `EventSource` reconnects by itself after a broken connection, but not after an HTTP error, not
//! when a half-open connection went silent, and it keeps holding one of the browser's six connections in tabs nobody
//! looks at. This does the rest.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::Heard;
use crate::ui::browser::unix_seconds;

/// The server sends a `ping` at least every 15 s; after three of them missing, the connection is dead.
const SILENCE_S: f64 = 50.0;
/// How often that is looked at.
const WATCH: Duration = Duration::from_secs(5);
/// The first pause before a refused stream is tried again; doubled each time up to [`LONGEST_PAUSE_MS`].
const FIRST_PAUSE_MS: u64 = 1000;
/// The longest pause between two tries.
const LONGEST_PAUSE_MS: u64 = 30_000;

type Listener = Closure<dyn FnMut(MessageEvent)>;

struct Line {
    url: Box<dyn Fn() -> String>,
    event: &'static str,
    heard: Box<dyn Fn(&str) -> Heard>,
    lost_since: RwSignal<Option<f64>>,
    source: RefCell<Option<(EventSource, Vec<Listener>)>>,
    last_live: RefCell<f64>,
    pause_ms: RefCell<u64>,
    ended: RefCell<bool>,
}

/// Keeps a stream open for as long as the calling component lives, `wanted` holds and the page is looked at. `url` is
/// asked anew for every connection, so that it can name the last record taken in. `lost_since` says since when the
/// stream is not live.
pub fn keep_open(
    url: impl Fn() -> String + 'static,
    event: &'static str,
    heard: impl Fn(&str) -> Heard + 'static,
    wanted: Signal<bool>,
    lost_since: RwSignal<Option<f64>>,
) {
    let line = Rc::new(Line {
        url: Box::new(url),
        event,
        heard: Box::new(heard),
        lost_since,
        source: RefCell::default(),
        last_live: RefCell::new(now()),
        pause_ms: RefCell::new(FIRST_PAUSE_MS),
        ended: RefCell::new(false),
    });
    let kept = StoredValue::new_local(line);
    Effect::new(move |_| {
        let wanted = wanted.get();
        kept.with_value(|line| if wanted && !hidden() { line.connect() } else { line.close() });
    });
    let looked_at = window_event_listener_untyped("visibilitychange", move |_| {
        let wanted = wanted.get_untracked();
        kept.try_with_value(|line| {
            if hidden() {
                line.close();
            } else if wanted {
                line.connect();
            }
        });
    });
    let watch = set_interval_with_handle(
        move || {
            kept.try_with_value(Line::watch);
        },
        WATCH,
    );
    on_cleanup(move || {
        looked_at.remove();
        if let Ok(watch) = watch {
            watch.clear();
        }
        kept.try_with_value(|line| line.end());
        lost_since.try_set(None);
    });
}

impl Line {
    fn connect(self: &Rc<Self>) {
        if *self.ended.borrow() || self.source.borrow().is_some() {
            return;
        }
        let Ok(source) = EventSource::new(&(self.url)()) else { return };
        let this = Rc::downgrade(self);
        let on_event = Closure::new(move |event: MessageEvent| {
            if let Some(line) = this.upgrade() {
                line.on_event(&event);
            }
        });
        let this = Rc::downgrade(self);
        let on_sign = Closure::new(move |_: MessageEvent| {
            if let Some(line) = this.upgrade() {
                line.is_live();
            }
        });
        let this = Rc::downgrade(self);
        let on_error = Closure::new(move |_: MessageEvent| {
            if let Some(line) = this.upgrade() {
                line.on_error();
            }
        });
        let listen = |name: &str, listener: &Listener| {
            source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok();
        };
        listen(self.event, &on_event);
        listen("ping", &on_sign);
        listen("open", &on_sign);
        listen("error", &on_error);
        *self.last_live.borrow_mut() = now();
        *self.source.borrow_mut() = Some((source, vec![on_event, on_sign, on_error]));
    }

    fn on_event(self: &Rc<Self>, event: &MessageEvent) {
        self.is_live();
        let data = event.data().as_string().unwrap_or_default();
        if (self.heard)(&data) == Heard::Gap {
            self.reopen(FIRST_PAUSE_MS);
        }
    }

    fn is_live(&self) {
        *self.last_live.borrow_mut() = now();
        *self.pause_ms.borrow_mut() = FIRST_PAUSE_MS;
        if self.lost_since.get_untracked().is_some() {
            self.lost_since.set(None);
        }
    }

    fn on_error(self: &Rc<Self>) {
        self.is_lost();
        let refused = self
            .source
            .borrow()
            .as_ref()
            .is_none_or(|(source, _)| source.ready_state() == EventSource::CLOSED);
        if refused {
            let pause = *self.pause_ms.borrow();
            *self.pause_ms.borrow_mut() = (pause * 2).min(LONGEST_PAUSE_MS);
            self.reopen(pause);
        }
    }

    fn is_lost(&self) {
        if self.lost_since.get_untracked().is_none() {
            self.lost_since.set(Some(*self.last_live.borrow()));
        }
    }

    fn reopen(self: &Rc<Self>, pause_ms: u64) {
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                if let Some(line) = this.upgrade()
                    && !hidden()
                {
                    line.close();
                    line.connect();
                }
            },
            Duration::from_millis(pause_ms),
        );
    }

    fn watch(self: &Rc<Self>) {
        let silent = self.source.borrow().is_some() && now() - *self.last_live.borrow() > SILENCE_S;
        if silent {
            self.is_lost();
            self.close();
            self.connect();
        }
    }

    fn close(&self) {
        if let Some((source, listeners)) = self.source.borrow_mut().take() {
            source.close();
            // This may run inside one of them.
            set_timeout(move || drop(listeners), Duration::ZERO);
        }
    }

    fn end(&self) {
        *self.ended.borrow_mut() = true;
        self.close();
    }
}

fn now() -> f64 {
    unix_seconds().unwrap_or_default()
}

fn hidden() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}
