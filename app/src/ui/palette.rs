//! The command palette: type a few letters, go there.

use leptos::{prelude::*, web_sys::KeyboardEvent};
use serde::{Deserialize, Serialize};

use super::{Dialog, browser};
use crate::icons::{Glyph, Icon};

/// Something the palette can do. It only leads somewhere: what needs confirmation asks on its own page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The words one searches.
    pub label: String,
    /// What kind of thing it is, e.g. "Cluster".
    pub hint: String,
    /// Where it leads.
    pub href: String,
}

/// How many results are shown.
const MAX_RESULTS: usize = 12;

/// The palette, opened by Ctrl-K or `/`.
#[component]
pub fn CommandPalette(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What it offers.
    commands: Vec<Command>,
) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move |_| matching(&commands, &query.read()));
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            at.update(|at| *at = (*at + 1).min(found.with(Vec::len).saturating_sub(1)));
        }
        "ArrowUp" => {
            event.prevent_default();
            at.update(|at| *at = at.saturating_sub(1));
        }
        "Enter" => {
            event.prevent_default();
            let target =
                found.with(|found| found.get(at.get()).map(|command| command.href.clone()));
            if let Some(href) = target {
                open.set(false);
                browser::go(&href);
            }
        }
        _ => {}
    };
    view! {
        <Dialog open=open label="Command palette" class="palette">
            <div class="palette__search">
                <Icon glyph=Glyph::Search />
                <input
                    class="palette__input"
                    type="search"
                    placeholder="Go to a page, cluster or incident"
                    aria-label="Search commands"
                    autocomplete="off"
                    autofocus=true
                    prop:value=query
                    on:input=move |event| {
                        query.set(event_target_value(&event));
                        at.set(0);
                    }
                    on:keydown=keys
                />
                <kbd>"Esc"</kbd>
            </div>
            <ul class="palette__list">
                {move || {
                    let results = found.get();
                    let none = results.is_empty().then(|| view! { <li class="palette__none">"Nothing matches."</li> });
                    let rows = results
                        .into_iter()
                        .enumerate()
                        .map(|(row, command)| {
                            let current = move || (row == at.get()).then_some("true");
                            view! {
                                <li>
                                    <a class="palette__item" href=command.href aria-current=current on:click=move |_| open.set(false)>
                                        <span>{command.label}</span>
                                        <span class="palette__hint">{command.hint}</span>
                                    </a>
                                </li>
                            }
                        })
                        .collect_view();
                    (none, rows)
                }}
            </ul>
        </Dialog>
    }
    .into_any()
}

/// Those whose label or hint holds every word of the query, in their own order.
fn matching(commands: &[Command], query: &str) -> Vec<Command> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let fits = |command: &&Command| {
        let text = format!("{} {}", command.label, command.hint).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    commands.iter().filter(fits).take(MAX_RESULTS).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_match_in_any_order() {
        let command = |label: &str, hint: &str| Command {
            label: label.into(),
            hint: hint.into(),
            href: "/".into(),
        };
        let all = [
            command("shop-eu", "Cluster"),
            command("shop-us", "Cluster"),
            command("Audit", "Page"),
        ];
        assert_eq!(matching(&all, "cluster EU").len(), 1);
        assert_eq!(matching(&all, "").len(), 3);
        assert!(matching(&all, "nowhere").is_empty());
    }
}
