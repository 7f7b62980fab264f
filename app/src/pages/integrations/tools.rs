//! The tools of a connection: what each can do, who may use it, and whether its form is approved.

use evenkeel_domain::integrations::{Integration, PinState, RiskClass, ToolLine};
use leptos::prelude::*;

use super::Actions;
use crate::{
    icons::Glyph,
    ui::{Badge, Button, ButtonKind, DiffView, Table, Time, Tone},
};

/// The list; folded unless something in it waits.
#[component]
pub fn Tools(
    /// Of which connection.
    one: Integration,
    /// The forms.
    actions: Actions,
    /// Whether the person may approve.
    may_manage: bool,
) -> impl IntoView {
    let Integration { source, server, tools, .. } = &one;
    if tools.is_empty() {
        let words = if one.kind.is_shipped() {
            "This version has no server of that name."
        } else {
            "What it offers is not known yet: test it."
        };
        return view! { <p class="muted small">{words}</p> }.into_any();
    }
    let rows = tools
        .iter()
        .map(|tool| row(tool.clone(), source.clone(), actions, may_manage))
        .collect_view();
    let summary = match tools.len() {
        1 => "1 tool".to_owned(),
        many => format!("{many} tools"),
    };
    let caption = format!("Tools of {server}");
    view! {
        <details open=one.waiting() != 0>
            <summary>{summary}</summary>
            <Table caption=caption columns=vec!["Tool", "Can", "Used by", "Form"] cards=true>{rows}</Table>
        </details>
    }
    .into_any()
}

fn row(tool: ToolLine, source: String, actions: Actions, may_manage: bool) -> AnyView {
    let (risk, tone) = match tool.risk {
        RiskClass::Reads => ("reads", Tone::Neutral),
        RiskClass::Writes => ("changes", Tone::Danger),
        RiskClass::Unlisted => ("unknown", Tone::Waiting),
    };
    let used = if tool.agents.is_empty() {
        "nobody".to_owned()
    } else {
        let agents = tool.agents.iter().map(|used| match used.may.as_str() {
            "dry-run" if tool.risk == RiskClass::Writes => format!("{} (dry run)", used.agent),
            _ if used.asks => format!("{} (asks in each investigation)", used.agent),
            _ => used.agent.clone(),
        });
        agents.collect::<Vec<_>>().join(", ")
    };
    // Other people's words, as text and marked as theirs.
    let description = tool.description.clone().map(|words| {
        view! { <details class="small muted"><summary>"What the server says of it"</summary><blockquote>{words}</blockquote></details> }
    });
    view! {
        <tr>
            <th scope="row"><span class="mono">{tool.name.clone()}</span>{description}</th>
            <td data-label="Can"><Badge text=risk tone=tone /></td>
            <td data-label="Used by">{used}</td>
            <td data-label="Form">{form(tool, source, actions, may_manage)}</td>
        </tr>
    }
    .into_any()
}

/// How the offered form stands to the approved one, and what an administrator can do.
fn form(tool: ToolLine, source: String, actions: Actions, may_manage: bool) -> AnyView {
    let ToolLine { name, pin, offered, .. } = tool;
    let approve = |words: &'static str| {
        let hash = offered.clone().filter(|_| may_manage)?;
        let (source, name) = (source.clone(), name.clone());
        Some(view! {
            <ActionForm action=actions.approve>
                <input type="hidden" name="source" value=source />
                <input type="hidden" name="tool" value=name.clone() />
                <input type="hidden" name="hash" value=hash />
                <Button r#type="submit" kind=ButtonKind::Approve glyph=Glyph::Check>{format!("{words} {name}")}</Button>
            </ActionForm>
        })
    };
    let withdraw = || {
        let (source, name) = (source.clone(), name.clone());
        may_manage.then(|| {
            view! {
                <ActionForm action=actions.withdraw>
                    <input type="hidden" name="source" value=source />
                    <input type="hidden" name="tool" value=name.clone() />
                    <button class="btn btn--small" type="submit">{format!("Withdraw {name}")}</button>
                </ActionForm>
            }
        })
    };
    match pin {
        PinState::Version => "of this version".into_any(),
        PinState::Approved { at, by } => {
            view! { <p>"approved "<Time at=at />" by "{by}</p>{withdraw()} }.into_any()
        }
        PinState::New => {
            view! { <Badge text="new, denied" tone=Tone::Waiting />{approve("Approve")} }.into_any()
        }
        PinState::Changed { at, by, diff } => {
            let label = format!("{name} since its approval");
            view! {
                <Badge text="changed, denied" tone=Tone::Danger />
                <p class="small muted">"approved "<Time at=at />" by "{by}", and offered otherwise now"</p>
                <DiffView diff=diff label=label />
                {approve("Approve the change of")}
                {withdraw()}
            }
            .into_any()
        }
        PinState::Gone => view! { <p>"not offered any more"</p>{withdraw()} }.into_any(),
    }
}
