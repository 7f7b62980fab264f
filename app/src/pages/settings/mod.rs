//! Settings: who I am, how it looks, my tokens, and for administrators the people.

mod people;
mod tokens;

use evenkeel_domain::access::Permission;
use leptos::prelude::*;
use leptos_meta::Title;

use self::{people::People, tokens::Tokens};
use super::{signed::use_signed, words};
use crate::ui::{KeyValue, Panel, ThemeSwitch};

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let signed = use_signed();
    let me = signed.me();
    let may: Vec<&str> =
        me.permissions.iter().map(|permission| permission_words(*permission)).collect();
    let about = vec![
        ("E-mail".to_owned(), me.email.clone()),
        ("Role".to_owned(), words::sentence(me.role.as_str())),
        ("Organisation".to_owned(), me.organisation.clone()),
        ("You may".to_owned(), may.join(", ")),
    ];
    view! {
        <Title text="Settings" />
        <div class="stack">
            <h1>"Settings"</h1>
            <div class="grid grid--halves">
                <Panel title="You"><KeyValue items=about /></Panel>
                <Panel title="Appearance">
                    <div class="stack stack--tight">
                        <p class="muted">"Light, dark, or as your system says. The choice is kept in this browser."</p>
                        <ThemeSwitch />
                    </div>
                </Panel>
            </div>
            <Tokens may_create=signed.may(Permission::ManageTokens) />
            {signed.may(Permission::ManageUsers).then(|| view! { <People me=me.user /> })}
        </div>
    }
    .into_any()
}

fn permission_words(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "see everything",
        Permission::ViewAudit => "read the audit trail",
        Permission::Investigate => "start investigations and drills",
        Permission::Approve => "approve plans",
        Permission::Reject => "reject plans",
        Permission::Stop => "throw Emergency Stop",
        Permission::Resume => "lift Emergency Stop",
        Permission::ManageClusters => "manage clusters",
        Permission::ManageUsers => "manage people",
        Permission::ManageTokens => "manage your API tokens",
        Permission::Export => "take incidents away as files",
        Permission::ExportAudit => "take the audit trail away as a file",
    }
}
