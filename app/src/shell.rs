//! The document around the application, and the frame around every page.

use leptos::prelude::*;
use leptos_meta::MetaTags;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use crate::{
    icons::{Glyph, Icon},
    ui::{Command, Search, ThemeSwitch},
};

/// Names of the built files, as `site/manifest.json` lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The JavaScript of the module.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: String,
    /// The script that starts it.
    pub boot: String,
    /// The script that applies the remembered theme before the first paint.
    pub theme: String,
}

/// The policy this shell needs: scripts of ours, inline ones only with this response's nonce, no inline style at all.
#[must_use]
pub fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// The HTML document. Rendered on the server only; in the browser only islands become alive.
///
/// Leptos' own inline scripts carry the response's nonce; everything of ours is a file.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    // What pages asked the services for stays here: outside of islands nothing is handed over as data.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    let Assets { css, js, wasm, boot, theme } = assets.clone();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <script src=theme></script>
                <link rel="stylesheet" href=css />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="preload" href="/fonts/geist-latin.woff2" r#as="font" r#type="font/woff2" crossorigin="" />
                <link rel="modulepreload" href=js />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="" />
                <script type="module" src=boot></script>
                <MetaTags />
            </head>
            <body>
                <crate::App />
            </body>
        </html>
    }
}

/// An entry of the rail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// The words.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Its icon.
    pub glyph: Glyph,
    /// How many wait there.
    pub count: Option<u64>,
}

/// Who is signed in, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The organisation.
    pub organisation: String,
    /// The person's name or e-mail.
    pub user: String,
    /// The person's role, in words.
    pub role: String,
    /// Where the sign-out form is posted.
    pub sign_out: String,
}

/// The frame: rail, top bar, banners, page.
#[component]
pub fn Frame(
    /// The rail's entries; the first six are what fits the bottom bar of a phone.
    #[prop(into)]
    nav: Signal<Vec<NavItem>>,
    /// Who is signed in.
    identity: Identity,
    /// What the palette offers.
    commands: Vec<Command>,
    /// Whether the page is a War Room or an Incident Command Center.
    #[prop(optional, into)]
    room: Signal<bool>,
    /// Further controls in the top bar, e.g. the cluster switch.
    #[prop(optional, into)]
    top: ViewFn,
    /// Banners: Emergency Stop, lost connection, practice range.
    #[prop(optional, into)]
    banners: ViewFn,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="frame" class:room=room>
            <a class="skip" href="#main">"Skip to content"</a>
            <Rail nav=nav />
            <div class="frame__page">
                <TopBar identity=identity commands=commands top=top />
                <div class="banners">{banners.run()}</div>
                <main class="frame__main" id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Rail(
    /// The entries.
    nav: Signal<Vec<NavItem>>,
) -> impl IntoView {
    let path = use_location().pathname;
    let items = move || {
        let path = path.get();
        nav.get()
            .into_iter()
            .map(|item| {
                let here = leads_to(item.href, &path);
                view! {
                    <li>
                        <a class="nav__item" href=item.href aria-current=here.then_some("page")>
                            <Icon glyph=item.glyph />
                            <span class="nav__label">{item.label}</span>
                            {item
                                .count
                                .filter(|count| *count > 0)
                                .map(|count| {
                                    view! { <span class="nav__count number">{count}<span class="unseen">" waiting"</span></span> }
                                })}
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <nav class="nav" aria-label="Main">
            <a class="nav__brand" href="/"><Logo /><span>"Evenkeel"</span></a>
            <ul class="nav__list">{items}</ul>
        </nav>
    }
    .into_any()
}

/// Whether a page lies under an entry of the rail.
fn leads_to(href: &str, path: &str) -> bool {
    if href == "/" {
        path == "/"
    } else {
        path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
    }
}

#[component]
fn TopBar(
    /// Who is signed in.
    identity: Identity,
    /// What the palette offers.
    commands: Vec<Command>,
    /// Further controls.
    top: ViewFn,
) -> impl IntoView {
    let Identity { organisation, user, role, sign_out } = identity;
    view! {
        <header class="top">
            <span class="top__org"><span class="top__label">"Organisation "</span>{organisation}</span>
            {top.run()}
            <Search commands=commands />
            <ThemeSwitch />
            <details class="menu">
                <summary class="menu__button" aria-label=format!("Signed in as {user}")><Icon glyph=Glyph::User /><span class="menu__user">{user.clone()}</span><Icon glyph=Glyph::Down /></summary>
                <div class="menu__body">
                    <p class="menu__who">{user}<span class="muted small">{role}</span></p>
                    <a class="btn btn--ghost" href="/settings"><Icon glyph=Glyph::Settings />"Settings"</a>
                    <form method="post" action=sign_out>
                        <button class="btn btn--ghost" type="submit"><Icon glyph=Glyph::SignOut />"Sign out"</button>
                    </form>
                </div>
            </details>
        </header>
    }
    .into_any()
}

/// The mark: a hull on an even keel.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true">
            <path d="M5 13h22M8 13a8 9.5 0 0 0 16 0"></path>
            <path class="logo__keel" d="M16 5v4M16 23v4"></path>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_current_for_the_pages_beneath_it_only() {
        assert!(leads_to("/incidents", "/incidents/01J"));
        assert!(!leads_to("/incidents", "/incidents-old"));
        assert!(!leads_to("/", "/audit") && leads_to("/", "/"));
    }

    #[test]
    fn the_policy_allows_no_inline_style_and_inline_scripts_by_nonce_only() {
        let policy = content_security_policy("abc");
        assert!(
            !policy.contains("unsafe-inline") && policy.contains("script-src 'self' 'nonce-abc'")
        );
    }
}
