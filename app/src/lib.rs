//! The user interface: pages, components and server functions, compiled for the server and for the browser.
//!
//! It shows what services answer and must not know storage, the engine or any adapter. [`shell`](mod@shell) is the
//! document and the frame around each page, [`ui`] the components, [`icons`] the one icon set. To add a page: a file
//! in `pages/`, a route in [`App`].

pub mod icons;
pub mod shell;
pub mod ui;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

/// The application: every route is listed here.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Evenkeel".to_owned() } else { format!("{title} · Evenkeel") } />
        <Router>
            <Routes fallback=|| view! { <p>"There is no such page."</p> }>
                <Route path=path!("/") view=Welcome />
            </Routes>
        </Router>
    }
}

/// What a visitor sees before any page is asked for.
#[component]
fn Welcome() -> impl IntoView {
    ui::browser::provide_now();
    view! {
        <main class="door">
            <shell::Logo />
            <h1>"Evenkeel"</h1>
            <ui::ThemeSwitch />
        </main>
    }
}
