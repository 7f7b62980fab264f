//! Signing in.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{load::Outcome, url};
use crate::{
    api::SignIn,
    shell::Logo,
    ui::{Button, ButtonKind, TextInput, ThemeSwitch},
};

/// The sign-in page, with a hint for who has just installed this.
#[component]
pub fn Login() -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let query = use_query_map();
    let next =
        move || query.with(|query| url::value(query, "next")).unwrap_or_else(|| "/".to_owned());
    view! {
        <Title text="Sign in" />
        <main class="door">
            <div class="door__box">
                <div class="door__brand"><Logo /><span>"Evenkeel"</span></div>
                <h1>"Sign in"</h1>
                <Outcome of=action.value() />
                // A plain form: whoever has just signed in gets a page that was made for them.
                <form method="post" action=SignIn::PATH>
                    <div class="form">
                        <input type="hidden" name="next" value=next />
                        <TextInput name="email" label="E-mail address" r#type="email" autocomplete="username" required=true />
                        <TextInput name="password" label="Password" r#type="password" autocomplete="current-password" required=true />
                        <Button r#type="submit" kind=ButtonKind::Primary>"Sign in"</Button>
                    </div>
                </form>
                <details class="door__hint">
                    <summary>"First time here?"</summary>
                    <p>
                        "The first start printed the administrator's e-mail address and a generated password in the terminal, once. "
                        "If they are lost, whoever runs the server can add a person:"
                    </p>
                    <pre tabindex="0"><code>"evenkeel user create --email you@example.org --role admin --password-stdin"</code></pre>
                </details>
            </div>
            <ThemeSwitch />
        </main>
    }
    .into_any()
}
