//! One stream, kept open: `EventSource` reconnects by itself after a broken connection, but not after an HTTP error, not
//! when a half-open connection went silent, and it keeps holding one of the browser's six connections in tabs nobody
//! looks at. This does the rest.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::prelude::set_timeout;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::{
    dom::{hidden, now},
    set_lost,
};

/// The server sends a `ping` at least every 15 s; after three of them missing, the connection is dead.
const SILENCE_S: f64 = 50.0;
/// The first pause before a refused stream is tried again; doubled each time up to [`LONGEST_PAUSE_MS`].
const FIRST_PAUSE_MS: u64 = 1000;
/// The longest pause between two tries.
const LONGEST_PAUSE_MS: u64 = 30_000;

type Listener = Closure<dyn FnMut(MessageEvent)>;

/// What a stream brings.
pub enum Heard<'a> {
    /// It is open: what happened before, since the page was made or the line broke, may have been missed.
    Open,
    /// An event.
    Event(&'a MessageEvent),
}

/// A stream that is kept open while the page is looked at.
pub struct Line {
    url: Box<dyn Fn() -> String>,
    event: String,
    heard: Box<dyn Fn(Heard<'_>)>,
    source: RefCell<Option<(EventSource, Vec<Listener>)>>,
    last_live: Cell<f64>,
    pause_ms: Cell<u64>,
    ended: Cell<bool>,
}

impl Line {
    /// Opens it. `url` is asked anew for every connection, so that it can name the last record the page shows.
    pub fn open(
        url: impl Fn() -> String + 'static,
        event: String,
        heard: impl Fn(Heard<'_>) + 'static,
    ) -> Rc<Self> {
        let line = Rc::new(Self {
            url: Box::new(url),
            event,
            heard: Box::new(heard),
            source: RefCell::default(),
            last_live: Cell::new(now()),
            pause_ms: Cell::new(FIRST_PAUSE_MS),
            ended: Cell::new(false),
        });
        line.connect();
        line
    }

    /// Closes it for good.
    pub fn end(&self) {
        self.ended.set(true);
        self.close();
        set_lost(None);
    }

    /// Whether anybody looks at the page has changed.
    pub fn looked_at(self: &Rc<Self>) {
        if hidden() { self.close() } else { self.connect() }
    }

    /// Notices a connection that went silent; to be called every few seconds.
    pub fn watch(self: &Rc<Self>) {
        let silent = self.source.borrow().is_some() && now() - self.last_live.get() > SILENCE_S;
        if silent {
            self.is_lost();
            self.close();
            self.connect();
        }
    }

    fn connect(self: &Rc<Self>) {
        if self.ended.get() || hidden() || self.source.borrow().is_some() {
            return;
        }
        let Ok(source) = EventSource::new(&(self.url)()) else { return };
        let on_event = self.listener(|line, event| {
            line.is_live();
            (line.heard)(Heard::Event(event));
        });
        let on_ping = self.listener(|line, _| line.is_live());
        let on_open = self.listener(|line, _| {
            line.is_live();
            (line.heard)(Heard::Open);
        });
        let on_error = self.listener(|line, _| line.on_error());
        let listen = |name: &str, listener: &Listener| {
            source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok();
        };
        listen(&self.event, &on_event);
        listen("ping", &on_ping);
        listen("open", &on_open);
        listen("error", &on_error);
        self.last_live.set(now());
        *self.source.borrow_mut() = Some((source, vec![on_event, on_ping, on_open, on_error]));
    }

    fn listener(self: &Rc<Self>, heard: impl Fn(&Rc<Self>, &MessageEvent) + 'static) -> Listener {
        let this: Weak<Self> = Rc::downgrade(self);
        Closure::new(move |event: MessageEvent| {
            if let Some(line) = this.upgrade() {
                heard(&line, &event);
            }
        })
    }

    fn is_live(&self) {
        self.last_live.set(now());
        self.pause_ms.set(FIRST_PAUSE_MS);
        set_lost(None);
    }

    fn on_error(self: &Rc<Self>) {
        self.is_lost();
        let refused = self
            .source
            .borrow()
            .as_ref()
            .is_none_or(|(source, _)| source.ready_state() == EventSource::CLOSED);
        if refused {
            let pause = self.pause_ms.get();
            self.pause_ms.set((pause * 2).min(LONGEST_PAUSE_MS));
            self.reopen(pause);
        }
    }

    fn is_lost(&self) {
        if !self.ended.get() {
            set_lost(Some(self.last_live.get()));
        }
    }

    fn reopen(self: &Rc<Self>, pause_ms: u64) {
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                if let Some(line) = this.upgrade() {
                    line.close();
                    line.connect();
                }
            },
            Duration::from_millis(pause_ms),
        );
    }

    fn close(&self) {
        if let Some((source, listeners)) = self.source.borrow_mut().take() {
            source.close();
            // This may run inside one of them.
            set_timeout(move || drop(listeners), Duration::ZERO);
        }
    }
}
