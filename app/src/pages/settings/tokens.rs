//! One's own API tokens.

use evenkeel_domain::view::{CreatedToken, TokenLine};
use leptos::prelude::*;

use crate::{
    api::{self, CreateToken, DeleteToken, Once, Secret},
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
    let tokens = Resource::new_blocking(|| (), |()| api::tokens());
    let list = load(tokens, "API tokens", 3, move |tokens| {
        if tokens.is_empty() {
            return view! { <EmptyState title="You have no API token" text="Programs use them instead of your password. They never reach further than your role." glyph=Glyph::Lock /> }.into_any();
        }
        let rows = tokens
            .into_iter()
            .map(|token| view! { <Row token=token delete=delete /> })
            .collect_view();
        view! { <Table caption="Your API tokens" columns=vec!["Name", "Scope", "Made", "Last used", "Lapses", ""] cards=true>{rows}</Table> }.into_any()
    });
    view! {
        <Panel title="API tokens" class="panel--flush">
            <Outcome of=create.value() />
            <Outcome of=delete.value() />
            {made()}
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
        <tr data-key=token.id.to_string()>
            <th scope="row">{token.name}</th>
            <td class="mono" data-label="Scope">{token.scope.as_str()}</td>
            <td class="number" data-label="Made"><Time at=token.created_at /></td>
            <td class="number" data-label="Last used">{used}</td>
            <td class="number" data-label="Lapses">{lapses}</td>
            <td data-label="">
                <ActionForm action=delete>
                    <input type="hidden" name="token" value=token.id.to_string() />
                    <button class="btn btn--small" type="submit">"Revoke"</button>
                </ActionForm>
            </td>
        </tr>
    }
    .into_any()
}

/// The secret of a token that was just made.
fn made() -> Option<AnyView> {
    let Some(Secret::Token(CreatedToken { token, secret })) = Once::here() else { return None };
    let made = view! {
        <div class="panel__note stack stack--tight" role="status" data-key="made" data-keep="">
            <p><Icon glyph=Glyph::Warning />" Copy the secret of “"{token.name}"” now: it is shown this once."</p>
            <div class="secret"><code>{secret}</code><CopyButton what="the secret" /></div>
        </div>
    };
    Some(made.into_any())
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
                    <Button r#type="submit" kind=ButtonKind::Primary glyph=Glyph::Add>"Make a token"</Button>
                </div>
            </ActionForm>
        </div>
    }
    .into_any()
}
