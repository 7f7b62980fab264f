//! One's own API tokens.

use evenkeel_domain::view::{CreatedToken, TokenLine};
use leptos::prelude::*;

use crate::{
    api::{self, CreateToken, DeleteToken},
    icons::{Glyph, Icon},
    pages::load::{Outcome, load},
    ui::{Button, ButtonKind, CopyButton, EmptyState, Panel, Select, Table, TextInput, Time},
};

/// The list, and how to make or revoke one.
#[component]
pub fn Tokens(
    /// Whether the person may make and revoke tokens.
    may_create: bool,
) -> impl IntoView {
    let create = ServerAction::<CreateToken>::new();
    let delete = ServerAction::<DeleteToken>::new();
    let tokens =
        Resource::new(move || (create.version().get(), delete.version().get()), |_| api::tokens());
    let list = load(tokens, "API tokens", 3, move |tokens| {
        if tokens.is_empty() {
            return view! { <EmptyState title="You have no API token" text="Programs use them instead of your password. They never reach further than your role." glyph=Glyph::Lock /> }.into_any();
        }
        let rows = tokens
            .into_iter()
            .map(|token| view! { <Row token=token delete=delete /> })
            .collect_view();
        view! { <Table caption="Your API tokens" columns=vec!["Name", "Scope", "Made", "Last used", "Lapses", ""]>{rows}</Table> }.into_any()
    });
    view! {
        <Panel title="API tokens" class="panel--flush">
            <Outcome of=create.value() />
            <Outcome of=delete.value() />
            <Made action=create />
            {list}
            {may_create.then(|| view! { <CreateForm action=create /> })}
        </Panel>
    }
    .into_any()
}

#[component]
fn Row(
    /// The token.
    token: TokenLine,
    /// Revokes it.
    delete: ServerAction<DeleteToken>,
) -> impl IntoView {
    let used = match token.last_used_at {
        Some(at) => view! { <Time at=at /> }.into_any(),
        None => "never".into_any(),
    };
    let lapses = match token.expires_at {
        Some(at) => view! { <Time at=at /> }.into_any(),
        None => "never".into_any(),
    };
    view! {
        <tr>
            <th scope="row">{token.name}</th>
            <td class="mono">{token.scope.as_str()}</td>
            <td class="number"><Time at=token.created_at /></td>
            <td class="number">{used}</td>
            <td class="number">{lapses}</td>
            <td>
                <ActionForm action=delete>
                    <input type="hidden" name="token" value=token.id.to_string() />
                    <button class="btn btn--small" type="submit">"Revoke"</button>
                </ActionForm>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Made(
    /// Made it.
    action: ServerAction<CreateToken>,
) -> impl IntoView {
    let made = Memo::new(move |_| {
        action.value().with(|value| value.as_ref().and_then(|value| value.as_ref().ok()).cloned())
    });
    move || {
        made.get().map(|CreatedToken { token, secret }| {
            view! {
                <div class="panel__note stack stack--tight" role="status">
                    <p><Icon glyph=Glyph::Warning />" Copy the secret of “"{token.name}"” now: it is shown this once."</p>
                    <div class="secret"><code>{secret.clone()}</code><CopyButton text=secret what="the secret" /></div>
                </div>
            }
        })
    }
}

#[component]
fn CreateForm(
    /// Makes one.
    action: ServerAction<CreateToken>,
) -> impl IntoView {
    let scopes = [
        ("read", "Read: see everything"),
        ("operate", "Operate: also start, reject, stop"),
        ("full", "Full: all you may do, approvals included"),
    ];
    let scopes =
        scopes.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
    view! {
        <div class="panel__note">
            <ActionForm action=action>
                <div class="form form--row">
                    <TextInput name="name" label="New token for" placeholder="deploy pipeline" required=true autocomplete="off" />
                    <Select name="scope" label="Scope" options=scopes value="read" />
                    <Button r#type="submit" kind=ButtonKind::Primary glyph=Glyph::Add busy=action.pending()>"Make a token"</Button>
                </div>
            </ActionForm>
        </div>
    }
    .into_any()
}
