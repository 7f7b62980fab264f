//! The page that is shown, and how it is asked for again.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::{
    prelude::{document, set_interval, set_timeout, window},
    task::spawn_local,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, DomParser, Element, Event, Headers, MessageEvent, Request, RequestInit, Response,
    SupportedType,
};

use super::{
    clock,
    dom::{here, hidden, listen, now},
    fetched,
    line::{Heard, Line},
    log, morph,
};
use crate::live::REFRESH_HEADER;

/// How long a burst is waited for: a step of a run writes several records at once.
const BURST_MS: u64 = 400;
/// The longest pause between two tries of a page that cannot be had.
const LONGEST_PAUSE_MS: u64 = 30_000;
/// How often the connection and the page's age are looked at.
const WATCH: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Shown {
    /// Its line, and the stream it is of.
    line: RefCell<Option<(String, Rc<Line>)>>,
    /// Path and query of the view that is shown.
    view: RefCell<String>,
    /// The last record that was heard of.
    heard: Cell<u64>,
    /// When the server was last asked for this page.
    asked_at: Cell<f64>,
    /// Counts what was shown: an answer that comes after another view was opened is not shown any more.
    turn: Cell<u32>,
    waiting: Cell<bool>,
    asking: Cell<bool>,
    once_more: Cell<bool>,
    pause_ms: Cell<u64>,
    /// Forms that are under way: a page asked for before their answer would be an old one.
    forms: Cell<u32>,
}

thread_local! {
    static SHOWN: Rc<Shown> = Rc::default();
}

fn shown() -> Rc<Shown> {
    SHOWN.with(Rc::clone)
}

/// Follows what the page says it follows.
pub fn start() {
    shown().asked_at.set(now());
    shown().view.replace(here());
    follow();
    listen("visibilitychange", |_: Event| {
        let shown = shown();
        if let Some((_, line)) = &*shown.line.borrow() {
            line.looked_at();
        }
        let stale = mark("data-every").is_some() && !hidden();
        if stale || shown.once_more.take() {
            refresh_after(BURST_MS);
        }
    });
    set_interval(
        || {
            let shown = shown();
            if let Some((_, line)) = &*shown.line.borrow() {
                line.watch();
            }
            let every = mark("data-every").and_then(|every| every.parse::<f64>().ok());
            if every.is_some_and(|every| now() - shown.asked_at.get() >= every) {
                refresh_after(0);
            }
        },
        WATCH,
    );
}

/// What the page says of itself (see [`crate::live::Live`]).
fn mark(name: &str) -> Option<String> {
    document().get_element_by_id("live")?.get_attribute(name)
}

fn after() -> Option<u64> {
    mark("data-after")?.parse().ok()
}

fn follow() {
    let shown = shown();
    let wanted = mark("data-stream");
    let current = shown.line.borrow().as_ref().map(|(stream, _)| stream.clone());
    if wanted == current {
        return;
    }
    if let Some((_, line)) = shown.line.borrow_mut().take() {
        line.end();
    }
    let Some(stream) = wanted else { return };
    shown.heard.set(0);
    let url = {
        let stream = stream.clone();
        move || after().map_or_else(|| stream.clone(), |after| format!("{stream}?after={after}"))
    };
    let event = mark("data-event").unwrap_or_default();
    let line = Line::open(url, event, |heard| match heard {
        // A numbered stream brings what was missed.
        Heard::Open if after().is_some() => {}
        Heard::Open => refresh_after(0),
        Heard::Event(event) => take_in(event),
    });
    *shown.line.borrow_mut() = Some((stream, line));
}

fn take_in(event: &MessageEvent) {
    let shown = shown();
    if let Ok(seq) = event.last_event_id().parse::<u64>() {
        shown.heard.set(shown.heard.get().max(seq));
        if after().is_some_and(|after| after >= seq) {
            return;
        }
    } else if let Some(only) = mark("data-only") {
        let data = event.data().as_string().unwrap_or_default();
        if !data.contains(&only) {
            return;
        }
    }
    refresh_after(BURST_MS);
}

/// Asks for the page again soon; many calls are one.
fn refresh_after(pause_ms: u64) {
    if shown().waiting.replace(true) {
        return;
    }
    set_timeout(
        || {
            shown().waiting.set(false);
            spawn_local(refresh());
        },
        Duration::from_millis(pause_ms),
    );
}

async fn refresh() {
    let shown = shown();
    if hidden() || shown.forms.get() > 0 || shown.asking.replace(true) {
        shown.once_more.set(true);
        return;
    }
    shown.once_more.set(false);
    let turn = shown.turn.get();
    let address = mark("data-refresh").unwrap_or_else(here);
    let answer = ask(&address).await;
    shown.asking.set(false);
    if turn == shown.turn.get() && shown.forms.get() == 0 {
        match answer {
            Ok(answer) if answer.ok => {
                shown.pause_ms.set(BURST_MS);
                if !show(&answer) {
                    window().location().reload().ok();
                }
            }
            // The line says that the connection is lost, if it is; this only tries again.
            _ => {
                let pause = (shown.pause_ms.get() * 2).clamp(1000, LONGEST_PAUSE_MS);
                shown.pause_ms.set(pause);
                refresh_after(pause);
            }
        }
    }
    let behind = after().is_some_and(|after| after < shown.heard.get());
    if behind || shown.once_more.take() {
        refresh_after(BURST_MS);
    }
}

/// A page as the server answered it.
pub struct Answer {
    /// Whether it is what was asked for, not a refusal.
    pub ok: bool,
    /// Where redirects led.
    pub url: String,
    /// The document.
    pub document: Document,
}

/// Asks for a page that is not opened anew: to refresh, or to take a part of it.
pub async fn ask(address: &str) -> Result<Answer, JsValue> {
    shown().asked_at.set(now());
    let headers = Headers::new()?;
    headers.set(REFRESH_HEADER, "1")?;
    let request = RequestInit::new();
    request.set_headers(&headers);
    fetch(address, &request).await
}

/// Sends a request whose answer is a page.
pub async fn fetch(address: &str, request: &RequestInit) -> Result<Answer, JsValue> {
    let request = Request::new_with_str_and_init(address, request)?;
    request.headers().set("accept", "text/html")?;
    let response: Response = window().fetch_with_request(&request).await?.unchecked_into();
    let html = response.text()?.await?.as_string().unwrap_or_default();
    let document = DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml)?;
    Ok(Answer { ok: response.ok(), url: response.url(), document })
}

/// Takes over what differs. False if this cannot be the page that is shown: it must then be loaded.
pub fn show(answer: &Answer) -> bool {
    let frame = |document: &Document| document.query_selector(".frame").ok().flatten();
    let (Some(old), Some(new)) = (frame(&document()), frame(&answer.document)) else {
        return false;
    };
    let shown = shown();
    shown.turn.set(shown.turn.get().wrapping_add(1));
    let logs = log::at_end();
    morph::morph(&old, &new);
    document().set_title(&answer.document.title());
    clock::tick();
    super::say_live();
    log::follow(logs);
    fetched::fill();
    follow();
    if let Ok(event) = Event::new("evenkeel:shown") {
        document().dispatch_event(&event).ok();
    }
    true
}

/// Opens another view of this page.
pub fn open(address: String, add_to_history: bool) {
    let shown = shown();
    let turn = shown.turn.get().wrapping_add(1);
    shown.turn.set(turn);
    if !add_to_history {
        shown.view.replace(here());
    }
    spawn_local(async move {
        let answer = ask(&address).await;
        if self::shown().turn.get() != turn {
            return;
        }
        match answer {
            Ok(answer) if path_of(&answer.url) == path_of(&address) => {
                if add_to_history {
                    remember(&address, false);
                }
                if !show(&answer) {
                    window().location().reload().ok();
                }
                super::reveal::reveal();
            }
            // What cannot be taken over is loaded: the browser then says why it cannot.
            _ => drop(window().location().assign(&address)),
        }
    });
}

/// Puts an address into the browser's bar.
pub fn remember(address: &str, instead: bool) {
    let Ok(history) = window().history() else { return };
    if instead {
        history.replace_state_with_url(&JsValue::NULL, "", Some(address)).ok();
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(address)).ok();
    }
    shown().view.replace(here());
}

/// Path and query of the view that is shown, whatever the address has become.
pub fn view() -> String {
    shown().view.borrow().clone()
}

/// The path of an address of this site.
pub fn path_of(address: &str) -> Option<String> {
    let base = window().location().href().ok()?;
    Some(web_sys::Url::new_with_base(address, &base).ok()?.pathname())
}

/// Says that a form is under way, or has its answer.
pub fn form_under_way(begins: bool) {
    let shown = shown();
    let forms = shown.forms.get();
    shown.forms.set(if begins { forms + 1 } else { forms.saturating_sub(1) });
    if !begins && shown.once_more.take() {
        refresh_after(BURST_MS);
    }
}

/// Whether an element is on the page that is shown, not in a dialog of the browser's half.
pub fn holds(element: &Element) -> bool {
    element.closest(".frame").ok().flatten().is_some()
        && element.closest("dialog").ok().flatten().is_none()
}
