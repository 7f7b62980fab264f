//! The way to everywhere: the search button of the top bar, the command palette, and the keyboard.

use leptos::prelude::*;

use super::{Command, CommandPalette, ShortcutHelp, use_shortcuts};
use crate::icons::{Glyph, Icon};

/// The button, and what it opens; listens to the keyboard.
#[island]
pub fn Search(
    /// What the palette offers.
    commands: Vec<Command>,
) -> impl IntoView {
    let (palette, help) = (RwSignal::new(false), RwSignal::new(false));
    use_shortcuts(palette, help);
    view! {
        <button class="top__search needs-js" type="button" aria-label="Search or go to" on:click=move |_| palette.set(true)>
            <Icon glyph=Glyph::Search />
            <span class="top__search-words">"Search or go to"</span>
            <kbd>"/"</kbd>
        </button>
        <CommandPalette open=palette commands=commands />
        <ShortcutHelp open=help />
    }
    .into_any()
}
