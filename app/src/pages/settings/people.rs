//! The people of the organisation, for administrators.

use evenkeel_domain::{access::Role, id::UserId, view::UserLine};
use leptos::prelude::*;

use crate::{
    api::{self, CreateUser, NewUser, Once, Secret, SetRole},
    icons::{Glyph, Icon},
    pages::{
        load::{Outcome, load},
        words::sentence,
    },
    ui::{Button, ButtonKind, CopyButton, Panel, Select, Table, TextInput, Time},
};

/// Everybody, their roles, and how to add one.
#[component]
pub fn People(
    /// The person who looks: nobody takes their own rights away by accident.
    me: UserId,
) -> impl IntoView {
    let create = ServerAction::<CreateUser>::new();
    let role = ServerAction::<SetRole>::new();
    let users = Resource::new_blocking(|| (), |()| api::users());
    let list = load(users, "people", 3, move |users| {
        let rows = users
            .into_iter()
            .map(|user| view! { <Row user=user action=role me=me /> })
            .collect_view();
        view! { <Table caption="People" columns=vec!["E-mail", "Role", "Added", "Last signed in"] cards=true>{rows}</Table> }.into_any()
    });
    view! {
        <Panel title="People" class="panel--flush">
            <Outcome of=create.value() />
            <Outcome of=role.value() />
            {added()}
            {list}
            <CreateForm action=create />
        </Panel>
    }
    .into_any()
}

fn roles() -> Vec<(String, String)> {
    Role::ALL.into_iter().map(|role| (role.as_str().to_owned(), sentence(role.as_str()))).collect()
}

#[component]
fn Row(
    /// The person.
    user: UserLine,
    /// Changes their role.
    action: ServerAction<SetRole>,
    /// Who looks.
    me: UserId,
) -> impl IntoView {
    let key = user.id.to_string();
    let seen = match user.last_login_at {
        Some(at) => view! { <Time at=at /> }.into_any(),
        None => "never".into_any(),
    };
    let role = if user.id == me {
        view! { {sentence(user.role.as_str())}" (you)" }.into_any()
    } else {
        let label = format!("Role of {}", user.email);
        let options = Role::ALL
            .map(|role| view! { <option value=role.as_str() selected=role == user.role>{sentence(role.as_str())}</option> })
            .into_iter()
            .collect_view();
        view! {
            <ActionForm action=action>
                <div class="row">
                    <input type="hidden" name="user" value=user.id.to_string() />
                    <select class="input input--auto" name="role" aria-label=label>{options}</select>
                    <button class="btn btn--small" type="submit">"Change"</button>
                </div>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <tr data-key=key>
            <th scope="row">{user.email}</th>
            <td data-label="Role">{role}</td>
            <td class="number" data-label="Added"><Time at=user.created_at /></td>
            <td class="number" data-label="Last signed in">{seen}</td>
        </tr>
    }
    .into_any()
}

/// The password of a person who was just added.
fn added() -> Option<AnyView> {
    let Some(Secret::Person(NewUser { user, password })) = Once::here() else { return None };
    let added = view! {
        <div class="panel__note stack stack--tight" role="status" data-key="added" data-keep="">
            <p><Icon glyph=Glyph::Warning />" Hand this password to "{user.email}" now: it is shown this once."</p>
            <div class="secret"><code>{password}</code><CopyButton what="the password" /></div>
        </div>
    };
    Some(added.into_any())
}

#[component]
fn CreateForm(
    /// Adds one.
    action: ServerAction<CreateUser>,
) -> impl IntoView {
    view! {
        <div class="panel__note">
            <ActionForm action=action>
                <div class="form form--row">
                    <TextInput name="email" label="E-mail of a new person" r#type="email" required=true autocomplete="off" />
                    <Select name="role" label="Role" options=roles() value="viewer" />
                    <Button r#type="submit" kind=ButtonKind::Primary glyph=Glyph::Add>"Add"</Button>
                </div>
            </ActionForm>
        </div>
    }
    .into_any()
}
