//! Light, dark, or as the system says.

use leptos::prelude::*;

use super::browser;
use crate::icons::{Glyph, Icon};

/// Three buttons; the choice is remembered in the browser. Without JavaScript the system's preference holds.
#[island]
pub fn ThemeSwitch() -> impl IntoView {
    let chosen = RwSignal::new(None::<String>);
    Effect::new(move |_| chosen.set(browser::theme()));
    let button = move |value: Option<&'static str>, words: &'static str, glyph: Glyph| {
        view! {
            <button
                class="theme__choice"
                type="button"
                title=words
                aria-label=words
                aria-pressed=move || if chosen.with(|chosen| chosen.as_deref() == value) { "true" } else { "false" }
                on:click=move |_| {
                    browser::set_theme(value);
                    chosen.set(value.map(str::to_owned));
                }
            >
                <Icon glyph=glyph />
            </button>
        }
    };
    view! {
        <div class="theme needs-js" role="group" aria-label="Theme">
            {button(Some("light"), "Light theme", Glyph::Sun)}
            {button(None, "Theme of the system", Glyph::System)}
            {button(Some("dark"), "Dark theme", Glyph::Moon)}
        </div>
    }
    .into_any()
}
