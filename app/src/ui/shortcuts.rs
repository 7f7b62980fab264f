//! Keys: `g i` incidents, `j`/`k` move, `Enter` opens, `a` asks for approval, `/` or Ctrl-K the palette, `?` help.

use leptos::{ev, leptos_dom::helpers::window_event_listener, prelude::*, web_sys::KeyboardEvent};

use super::{Dialog, browser};

/// Where `g` and a second key lead.
const PLACES: [(&str, &str, &str); 6] = [
    ("o", "/", "Overview"),
    ("i", "/incidents", "Incidents"),
    ("c", "/clusters", "Clusters"),
    ("a", "/approvals", "Approvals"),
    ("p", "/policies", "Policies"),
    ("t", "/audit", "Audit trail"),
];

/// Listens to the keyboard for as long as the calling component lives. Keys typed into a control stay there.
pub fn use_shortcuts(palette: RwSignal<bool>, help: RwSignal<bool>) {
    let going = StoredValue::new(false);
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            let key = event.key();
            if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
                event.prevent_default();
                palette.update(|open| *open = !*open);
                return;
            }
            if event.ctrl_key() || event.meta_key() || event.alt_key() || browser::is_typing(&event)
            {
                return;
            }
            let was_going = going.get_value();
            going.set_value(!was_going && key == "g");
            if was_going {
                if let Some((_, href, _)) = PLACES.iter().find(|place| place.0 == key) {
                    browser::go(href);
                }
                return;
            }
            match key.as_str() {
                "/" => {
                    event.prevent_default();
                    palette.set(true);
                }
                "?" => help.set(true),
                "j" => browser::move_row(1),
                "k" => browser::move_row(-1),
                "a" => browser::press("approve"),
                _ => {}
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// The list of keys.
#[component]
pub fn ShortcutHelp(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let row = |keys: &'static str, words: &'static str| view! { <div class="kv__row"><dt><kbd>{keys}</kbd></dt><dd>{words}</dd></div> };
    let places = PLACES
        .map(|(key, _, words)| view! { <div class="kv__row"><dt><kbd>"g"</kbd>" "<kbd>{key}</kbd></dt><dd>{words}</dd></div> })
        .into_iter()
        .collect_view();
    view! {
        <Dialog open=open label="Keyboard shortcuts" class="help">
            <h2>"Keyboard"</h2>
            <dl class="kv">
                {row("/", "Search and go to (also Ctrl K)")}
                {row("j k", "Next and previous row")}
                {row("Enter", "Open the row")}
                {row("a", "Approve the plan (asks first)")}
                {row("?", "This list")}
                {places}
            </dl>
            <form method="dialog"><button class="btn">"Close"</button></form>
        </Dialog>
    }
    .into_any()
}
