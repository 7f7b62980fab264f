//! There is no such page.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::page_status,
    icons::Glyph,
    ui::{ButtonLink, EmptyState},
};

/// What is shown for an address that names nothing.
#[component]
pub fn NotFound() -> impl IntoView {
    page_status(404);
    view! {
        <Title text="No such page" />
        <main class="door">
            <EmptyState title="There is no such page" text="The address may be mistyped, or what it named is gone." glyph=Glyph::Search>
                <ButtonLink href="/">"To the Overview"</ButtonLink>
                <ButtonLink href="/incidents">"To the incidents"</ButtonLink>
            </EmptyState>
        </main>
    }
    .into_any()
}
